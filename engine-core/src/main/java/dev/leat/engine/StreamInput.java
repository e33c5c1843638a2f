package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.exec.Appender;
import dev.leat.engine.plan.Node;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Appends rows to a stream. Any thread; many may append at once. The rows of one call are seen by
 * readers all at once.
 *
 * @param <T> the type of the rows
 */
public final class StreamInput<T> {
  private final Node.Input input;
  private final RowMapping<T> mapping;
  private final Appender appender;

  StreamInput(Node.Input input, RowMapping<T> mapping, Appender appender) {
    this.input = input;
    this.mapping = mapping;
    this.appender = appender;
  }

  /**
   * Appends a row and waits until it is acknowledged; see {@link EngineSettings#durability}.
   *
   * @return its position
   * @throws IllegalArgumentException if a value does not fit its column; nothing was appended
   * @throws EngineException FULL if there is no space; CLOSED; UNAVAILABLE if it cannot be made
   *     durable
   */
  public Position append(T row) {
    return new Position(appender.append(rows -> write(row, rows)));
  }

  /** Appends rows, all or none, and waits until they are acknowledged. */
  public Position append(List<T> rows) {
    requireSome(rows);
    return new Position(appender.append(staged(rows)));
  }

  /**
   * Appends rows, all or none, unless their producer has appended them before, and waits until they
   * are acknowledged.
   *
   * @param sequence who appends, and which append this is
   */
  public Appended append(List<T> rows, ProducerSequence sequence) {
    requireSome(rows);
    return Engine.append(appender, sequence, () -> staged(rows));
  }

  /**
   * Appends rows, all or none, and does not wait, unless the inbox is full.
   *
   * @return completes with the position when they are acknowledged
   */
  public CompletableFuture<Position> appendAsync(List<T> rows) {
    requireSome(rows);
    return appender.appendAsync(staged(rows)).acknowledgement().thenApply(Position::new);
  }

  private static void requireSome(List<?> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("an append needs at least one row");
    }
  }

  private Consumer<Appender.Rows> staged(List<T> rows) {
    return appender.staged(input, rows.size(), into -> mapping.writeAll(rows, into));
  }

  void write(T row, Appender.Rows rows) {
    mapping.write(row, rows.of(input), StagedRows.PUT);
  }
}
