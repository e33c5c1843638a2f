package dev.leat.engine.plan;

import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of the event times of a stream.
 *
 * @param outOfOrder how long after a row others may still come that happened before it; zero to ten
 *     years, whole microseconds. The watermark is the greatest event time less this
 * @param ahead how far ahead of the engine's clock an event time may be, from a millisecond to ten
 *     years; rows beyond it go to the ledger
 * @param idleAfter after how long without a row, while the engine was open, the stream no longer
 *     holds windows back, from a millisecond to ten years; null if it always does
 */
public record EventTimeBounds(Duration outOfOrder, Duration ahead, @Nullable Duration idleAfter) {
  private static final Duration DEFAULT_AHEAD = Duration.ofDays(1);
  private static final Duration MIN = Duration.ofMillis(1);

  public EventTimeBounds {
    Objects.requireNonNull(outOfOrder, "outOfOrder");
    Objects.requireNonNull(ahead, "ahead");
    if (!Lengths.isIn(outOfOrder, Duration.ZERO)) {
      throw new IllegalArgumentException(
          "rows may be out of order by zero to ten years, in whole microseconds: outOfOrder="
              + outOfOrder);
    }
    check("ahead", ahead);
    if (idleAfter != null) {
      check("idleAfter", idleAfter);
    }
  }

  private static void check(String what, Duration length) {
    if (!Lengths.isIn(length, MIN)) {
      throw new IllegalArgumentException(
          "a bound of event times must be from a millisecond to ten years, in whole microseconds: "
              + what
              + "="
              + length);
    }
  }

  /** Rows are out of order by this at most; they may be a day ahead, and the stream is not idle. */
  public static EventTimeBounds outOfOrderBy(Duration outOfOrder) {
    return new EventTimeBounds(outOfOrder, DEFAULT_AHEAD, null);
  }

  /** The same with another limit for event times ahead of the clock. */
  public EventTimeBounds atMostAhead(Duration limit) {
    return new EventTimeBounds(outOfOrder, limit, idleAfter);
  }

  /** The same for a stream that holds no window back when it had no row for a time. */
  public EventTimeBounds idleAfter(Duration time) {
    return new EventTimeBounds(outOfOrder, ahead, Objects.requireNonNull(time, "idleAfter"));
  }
}
