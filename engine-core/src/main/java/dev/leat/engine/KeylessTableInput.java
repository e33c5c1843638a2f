package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.exec.Appender;
import dev.leat.engine.plan.Node;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes to a table without a key: a multiset of rows. Any thread. The rows of one call are seen by
 * readers all at once. All calls wait until what they wrote is acknowledged and give its position;
 * see {@link StreamInput#append(Object)} for what they throw.
 *
 * @param <T> the type of the rows
 */
public final class KeylessTableInput<T> {
  private final Node.Input input;
  private final RowMapping<T> mapping;
  private final Appender appender;

  KeylessTableInput(Node.Input input, RowMapping<T> mapping, Appender appender) {
    this.input = input;
    this.mapping = mapping;
    this.appender = appender;
  }

  /** Inserts a row; if there is an equal one, there are two. */
  public Position insert(T row) {
    return insert(List.of(row));
  }

  /** Inserts rows. */
  public Position insert(List<T> rows) {
    requireSome(rows);
    return new Position(appender.append(staged(rows)));
  }

  /**
   * Inserts rows, unless their producer has inserted them before.
   *
   * @param sequence who inserts, and which of its appends this is
   */
  public Appended insert(List<T> rows, ProducerSequence sequence) {
    requireSome(rows);
    return Engine.append(appender, sequence, () -> staged(rows));
  }

  private Consumer<Appender.Rows> staged(List<T> rows) {
    return appender.staged(input, rows.size(), into -> mapping.writeAll(rows, into));
  }

  private static void requireSome(List<?> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("an insert needs at least one row");
    }
  }

  /**
   * Deletes one row equal to this one. If there is none, nothing changes and the ledger says so.
   */
  public Position delete(T row) {
    return new Position(appender.append(r -> delete(row, r)));
  }

  /** Deletes one row equal to the first and inserts the second, seen at once. */
  public Position update(T before, T after) {
    return new Position(
        appender.append(
            r -> {
              delete(before, r);
              insert(after, r);
            }));
  }

  void insert(T row, Appender.Rows rows) {
    mapping.write(row, rows.of(input), StagedRows.PUT);
  }

  void delete(T row, Appender.Rows rows) {
    mapping.write(row, rows.of(input), StagedRows.DELETE);
  }
}
