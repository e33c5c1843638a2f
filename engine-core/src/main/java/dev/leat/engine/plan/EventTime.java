package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When the rows of a stream happened.
 *
 * @param column has it; rows in which it is null go to the ledger
 * @param bounds what is promised of it
 */
public record EventTime(String column, EventTimeBounds bounds) {
  /** A time that is before all others: nothing is known yet. */
  public static final long NEVER = Long.MIN_VALUE;

  public EventTime {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(bounds, "bounds");
  }

  /** How far rows may be out of order. */
  public long outOfOrderMicros() {
    return Lengths.micros(bounds.outOfOrder());
  }

  /** How far event times may be ahead of the clock. */
  public long aheadMicros() {
    return Lengths.micros(bounds.ahead());
  }

  /** After how long without a row the stream is idle; the greatest value if never. */
  public long idleAfterMicros() {
    Duration idleAfter = bounds.idleAfter();
    return idleAfter == null ? Long.MAX_VALUE : Lengths.micros(idleAfter);
  }

  /**
   * Adds to the text of an input which of its rows are no rows of the stream. What else is promised
   * matters only where windows close.
   */
  static Canonical write(@Nullable EventTime eventTime, Canonical input) {
    return eventTime == null
        ? input
        : input
            .word("event-time")
            .name(eventTime.column)
            .word(Long.toString(eventTime.aheadMicros()));
  }

  /** Adds to a text what decides the watermark of a stream. */
  void writeWatermark(Canonical text) {
    text.word(Long.toString(outOfOrderMicros())).word(Long.toString(idleAfterMicros()));
  }

  /** Checks that an input can have this. */
  void checkOn(Node.Input input) {
    String place = "eventTime on " + input.word();
    if (input.kind() != Node.InputKind.STREAM) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place
              + ": only streams have event time; windows over a table need none:"
              + " .window(tumbling(...).on(\"...\"))");
    }
    Field field = input.schema().field(input.schema().indexOf(column, place));
    if (field.type().kind() != Type.Kind.INSTANT) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place
              + ": column '"
              + column
              + "' is "
              + field.type()
              + ", not an instant; declare the component as java.time.Instant");
    }
  }

  @Override
  public String toString() {
    Duration idleAfter = bounds.idleAfter();
    return "event time "
        + column
        + " out of order by "
        + Lengths.text(bounds.outOfOrder())
        + (idleAfter == null ? "" : ", idle after " + Lengths.text(idleAfter));
  }
}
