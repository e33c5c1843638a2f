package dev.leat.engine;

import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.exec.Appender;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
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

  /** The columns, in the order in which a {@link Row} has them. */
  public Schema schema() {
    return mapping.schema();
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
   * Notes that an append of a producer has no rows, and waits until it is acknowledged: its number
   * is {@link Engine#lastNumber} from then on. A source says so that goes on from there, and has
   * looked at what has nothing for the stream.
   *
   * @param sequence which append has none
   */
  public Appended passOver(ProducerSequence sequence) {
    return Engine.append(appender, sequence, () -> Appender.Rows::keepNumber);
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

  /**
   * Says that the source expects no more rows that happened before a time: windows that end there,
   * with their lateness, can close, although no later row came. It counts where it is more than
   * what follows from the rows, and it never goes back; rows that come all the same and are before
   * it are late where windows are closed, as any others. It is in the log, behind what was appended
   * before.
   *
   * <p>A stream whose source says this now and then is not idle.
   *
   * @param time whole microseconds count
   * @return its position
   * @throws EngineException INVALID if the stream has no event time
   * @throws IllegalArgumentException if the time is further ahead of the engine's clock than event
   *     times may be
   */
  public Position advanceWatermark(Instant time) {
    return new Position(appender.append(rows -> writeWatermark(time, rows)));
  }

  void writeWatermark(Instant time, Appender.Rows rows) {
    Objects.requireNonNull(time, "advanceWatermark: say which time");
    long micros;
    try {
      micros = Words.ofInstant(time);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("no event time can be so far away: watermark=" + time, e);
    }
    rows.advanceWatermark(input, micros);
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
