package dev.leat.engine.internal.exec;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Says when an engine without rows is to append an epoch all the same, because time has passed: one
 * for a tick, however many went by, if the pipeline depends on the time; and one when a stream that
 * holds back what closes has been silent for so long that it counts as idle.
 *
 * <p><b>Threading.</b> The thread that steps, or one that waits for it to begin.
 */
final class Ticks {
  /** A clock may be set, so the engine looks at it at least so often. */
  private static final long MAX_WAIT_MICROS = TimeUnit.SECONDS.toMicros(1);

  private static final long MIN_WAIT_MICROS = 1000;

  private final EngineClock clock;
  private final LongSupplier tickToClose;
  private final LongSupplier clockMicros;
  private long triedMicros = Long.MIN_VALUE;
  private long triedToClose = Long.MIN_VALUE;

  /**
   * Ticks of an engine.
   *
   * @param clock what time it is by the epochs that came
   * @param tickToClose the tick at which something closes though no row comes; the greatest value
   *     if nothing does
   * @param clockMicros the clock of the machine
   */
  Ticks(EngineClock clock, LongSupplier tickToClose, LongSupplier clockMicros) {
    this.clock = clock;
    this.tickToClose = tickToClose;
    this.clockMicros = clockMicros;
  }

  /** Is an epoch to be appended, of this clock reading? Once for each tick, taken or not. */
  boolean isDue(long nowMicros) {
    boolean isTick = clock.isDue(nowMicros) && clock.tickAt(nowMicros) > triedMicros;
    // A full log does not take it: then it is the next tick's turn, not the next moment's.
    boolean isToClose =
        nowMicros >= tickToClose.getAsLong()
            && (triedToClose == Long.MIN_VALUE || nowMicros >= triedToClose + MAX_WAIT_MICROS);
    if (isTick) {
      triedMicros = clock.tickAt(nowMicros);
    }
    if (isToClose) {
      triedToClose = nowMicros;
    }
    return isTick || isToClose;
  }

  /** How long to wait for rows at most; for ever if time is of no matter. */
  long nanosToNext() {
    long toClose = tickToClose.getAsLong();
    if (!clock.isRead() && toClose == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    long now = clockMicros.getAsLong();
    long micros = Math.max(toClose, now) - now;
    if (clock.isRead()) {
      micros = Math.min(micros, clock.microsToNext(now));
    }
    return TimeUnit.MICROSECONDS.toNanos(
        Math.max(MIN_WAIT_MICROS, Math.min(MAX_WAIT_MICROS, micros)));
  }
}
