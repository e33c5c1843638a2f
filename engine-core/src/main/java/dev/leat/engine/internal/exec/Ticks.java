package dev.leat.engine.internal.exec;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says when an engine without rows is to append an epoch all the same, because time has passed: one
 * for a tick, however many went by, and only if the pipeline depends on the time.
 *
 * <p><b>Threading.</b> The thread that steps, or one that waits for it to begin.
 */
final class Ticks {
  /** A clock may be set, so the engine looks at it at least so often. */
  private static final long MAX_WAIT_MICROS = TimeUnit.SECONDS.toMicros(1);

  private static final long MIN_WAIT_MICROS = 1000;

  private final EngineClock clock;
  private final LongSupplier clockMicros;
  private long triedMicros = Long.MIN_VALUE;

  /**
   * Ticks of an engine.
   *
   * @param clock what time it is by the epochs that came
   * @param clockMicros the clock of the machine
   */
  Ticks(EngineClock clock, LongSupplier clockMicros) {
    this.clock = clock;
    this.clockMicros = clockMicros;
  }

  /** Is an epoch to be appended, of this clock reading? Once for each tick, taken or not. */
  boolean isDue(long nowMicros) {
    if (!clock.isDue(nowMicros) || clock.tickAt(nowMicros) <= triedMicros) {
      return false;
    }
    // A full log does not take it: then it is the next tick's turn, not the next moment's.
    triedMicros = clock.tickAt(nowMicros);
    return true;
  }

  /** How long to wait for rows at most; for ever if time is of no matter. */
  long nanosToNext() {
    if (!clock.isRead()) {
      return Long.MAX_VALUE;
    }
    long micros = clock.microsToNext(clockMicros.getAsLong());
    return TimeUnit.MICROSECONDS.toNanos(
        Math.max(MIN_WAIT_MICROS, Math.min(MAX_WAIT_MICROS, micros)));
  }
}
