package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.exec.Appender;
import dev.leat.engine.plan.Node;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes to a table with a primary key. Any thread. The rows of one call are seen by readers all at
 * once. All calls wait until what they wrote is acknowledged and give its position; see {@link
 * StreamInput#append(Object)} for what they throw.
 *
 * @param <T> the type of the rows
 */
public final class TableInput<T> {
  private final Node.Input input;
  private final RowMapping<T> mapping;
  private final Appender appender;
  private final int[] keyColumns;

  TableInput(Node.Input input, RowMapping<T> mapping, Appender appender) {
    this.input = input;
    this.mapping = mapping;
    this.appender = appender;
    this.keyColumns = input.primaryKey().stream().mapToInt(input.schema()::find).toArray();
  }

  /** Puts a row in, in the place of the one with its key. */
  public Position upsert(T row) {
    return upsert(List.of(row));
  }

  /** Puts rows in, each in the place of the one with its key. */
  public Position upsert(List<T> rows) {
    requireSome(rows);
    return new Position(appender.append(staged(rows)));
  }

  /**
   * Puts rows in, each in the place of the one with its key, unless their producer has done so
   * before. Without it, one that is sent again late would bring back rows that were replaced since.
   *
   * @param sequence who puts them in, and which of its appends this is
   */
  public Appended upsert(List<T> rows, ProducerSequence sequence) {
    requireSome(rows);
    return Engine.append(appender, sequence, () -> staged(rows));
  }

  private Consumer<Appender.Rows> staged(List<T> rows) {
    return appender.staged(input, rows.size(), into -> mapping.writeAll(rows, into));
  }

  private static void requireSome(List<?> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("an upsert needs at least one row");
    }
  }

  /**
   * Deletes the row with a key, if there is one.
   *
   * @param key a value for each column of the primary key, in its order
   */
  public Position delete(Object... key) {
    return new Position(appender.append(r -> delete(key, r)));
  }

  void upsert(T row, Appender.Rows rows) {
    mapping.write(row, rows.of(input), StagedRows.PUT);
  }

  void delete(Object[] key, Appender.Rows rows) {
    if (key.length != keyColumns.length) {
      throw new IllegalArgumentException(
          "one value for each column of the key " + input.primaryKey() + ": values=" + key.length);
    }
    mapping.writeKey(key, keyColumns, rows.of(input));
  }
}
