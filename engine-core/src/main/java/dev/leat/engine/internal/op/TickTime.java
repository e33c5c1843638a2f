package dev.leat.engine.internal.op;

/**
 * The time of the operators of one dataflow. It moves before a step, never back, and only by what
 * epochs say.
 */
public final class TickTime {
  /** There is no time before the first epoch, and so no rows of what depends on it. */
  public static final long NONE = Long.MIN_VALUE;

  private long micros = NONE;

  /** Sets the time of the next step. */
  public void set(long nowMicros) {
    assert nowMicros >= micros : "time goes back: now=" + nowMicros + " before=" + micros;
    micros = nowMicros;
  }

  /** Microseconds since 1970; {@link #NONE} before the first epoch. */
  public long micros() {
    return micros;
  }

  /** Has there been an epoch? */
  public boolean exists() {
    return micros != NONE;
  }
}
