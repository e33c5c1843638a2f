package dev.leat.engine.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that moves when it is told. */
final class SetClock extends Clock {
  private Instant now;

  SetClock(Instant start) {
    this.now = start;
  }

  /** Moves it forward. */
  void advance(Duration time) {
    now = now.plus(time);
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    throw new UnsupportedOperationException("the engine's time is UTC");
  }

  @Override
  public Instant instant() {
    return now;
  }
}
