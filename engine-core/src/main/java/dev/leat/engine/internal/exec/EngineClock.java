package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;

/**
 * What time it is, by the epochs that came: the greatest clock reading of them, cut down to a
 * multiple of the tick interval. What is kept is the reading itself, so another interval may be
 * declared later.
 *
 * <p><b>Law.</b> The time follows from the records of the log up to a position alone.
 */
final class EngineClock implements Checkpointed {
  private final long tickMicros;
  private long readMicros = Long.MIN_VALUE;

  /**
   * Before the first epoch.
   *
   * @param tickMicros the interval; 0 if nothing depends on the time
   */
  EngineClock(long tickMicros) {
    this.tickMicros = tickMicros;
  }

  /** Takes the clock reading of an epoch, before its rows. */
  void read(long micros) {
    readMicros = Math.max(readMicros, micros);
  }

  /** The time in microseconds since 1970; the least there is before the first epoch. */
  long nowMicros() {
    return readMicros == Long.MIN_VALUE || tickMicros == 0 ? readMicros : tickAt(readMicros);
  }

  /** Would the time be another one if an epoch had this clock reading? */
  boolean isDue(long micros) {
    return tickMicros > 0 && micros > readMicros && tickAt(micros) > nowMicros();
  }

  /** The last tick at or before a clock reading. */
  long tickAt(long micros) {
    return micros - Math.floorMod(micros, tickMicros);
  }

  /** How long from a clock reading to the next tick. */
  long microsToNext(long micros) {
    return tickAt(micros) + tickMicros - micros;
  }

  /** Does anything depend on the time? */
  boolean isRead() {
    return tickMicros > 0;
  }

  @Override
  public StateImage capture() {
    long now = readMicros;
    return out -> out.writeLong(now);
  }

  @Override
  public void restore(StateReader in) {
    readMicros = in.readLong();
  }
}
