package dev.leat.engine.plan;

import java.time.Duration;
import java.util.Objects;

/**
 * What makes rows a session: two rows of a key that are at most a gap apart, in event time, are in
 * the same one. So a session ends when for longer than the gap there is no row; its end is its last
 * row's time plus the gap.
 *
 * @param gap more than zero, in whole microseconds
 */
public record SessionWindow(Duration gap) {
  private static final int NANOS_OF_MICRO = 1000;
  private static final long MICROS_OF_SECOND = 1_000_000;

  public SessionWindow {
    Objects.requireNonNull(gap, "gap");
    if (gap.isNegative() || gap.isZero()) {
      throw new IllegalArgumentException("a session gap must be more than zero: gap=" + gap);
    }
    if (gap.getNano() % NANOS_OF_MICRO != 0) {
      throw new IllegalArgumentException(
          "a session gap must be whole microseconds, as times are: gap=" + gap);
    }
    if (gap.getSeconds() >= Long.MAX_VALUE / MICROS_OF_SECOND) {
      throw new IllegalArgumentException(
          "a session gap must be shorter than times can be apart: gap=" + gap);
    }
  }

  /** The gap in microseconds. */
  public long micros() {
    return gap.getSeconds() * MICROS_OF_SECOND + gap.getNano() / NANOS_OF_MICRO;
  }

  @Override
  public String toString() {
    return "gap " + Lengths.text(micros());
  }
}
