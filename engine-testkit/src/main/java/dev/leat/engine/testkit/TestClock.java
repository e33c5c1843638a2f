package dev.leat.engine.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;

/**
 * A clock that moves when it is told, and can be made to jump as clocks of machines do. Any thread.
 */
public final class TestClock extends Clock {
  private Instant now;
  private long nanos;

  /** A clock that says this time. */
  public TestClock(Instant start) {
    this.now = Objects.requireNonNull(start, "start");
  }

  /**
   * Time passes.
   *
   * @param time not negative
   */
  public synchronized void advance(Duration time) {
    if (time.isNegative()) {
      throw new IllegalArgumentException(
          "time does not go back; jump(...) moves the clock alone: time=" + time);
    }
    now = now.plus(time);
    nanos += time.toNanos();
  }

  /**
   * The clock is set to another time, as an operator or a time server does: forward or back. No
   * time passes: {@link #nanoTime} stays.
   *
   * @param by how far; negative goes back
   */
  public synchronized void jump(Duration by) {
    now = now.plus(by);
  }

  /** What the clock says. */
  @Override
  public synchronized Instant instant() {
    return now;
  }

  /** The time that has passed, whatever the clock was set to, in nanoseconds. */
  public synchronized long nanoTime() {
    return nanos;
  }

  /** Sets the clock to a time, as {@link #jump} does. */
  synchronized void set(Instant time) {
    now = time;
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the engine's time is UTC: zone=" + zone);
  }
}
