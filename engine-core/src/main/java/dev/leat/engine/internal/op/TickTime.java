package dev.leat.engine.internal.op;

/**
 * The time of the operators of one dataflow. It moves before a step, never back, and only by what
 * epochs say.
 */
public final class TickTime {
  private long micros = Long.MIN_VALUE;

  /** Sets the time of the next step. */
  public void set(long nowMicros) {
    assert nowMicros >= micros : "time goes back: now=" + nowMicros + " before=" + micros;
    micros = nowMicros;
  }

  /** Microseconds since 1970; the least there is before the first epoch. */
  public long micros() {
    return micros;
  }
}
