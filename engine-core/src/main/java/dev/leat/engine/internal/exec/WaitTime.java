package dev.leat.engine.internal.exec;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** How long a caller of the API is willing to wait. The one home of what a duration means there. */
public final class WaitTime {
  private WaitTime() {}

  /**
   * A duration in nanoseconds: none if it is negative, and for ever, 292 years, if it is longer.
   *
   * @throws NullPointerException if there is none
   */
  public static long nanos(Duration atMost) {
    Objects.requireNonNull(atMost, "atMost: say how long to wait; Duration.ZERO is not at all");
    return Math.max(0, TimeUnit.NANOSECONDS.convert(atMost));
  }
}
