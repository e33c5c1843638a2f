package dev.leat.engine.internal.op;

import dev.leat.engine.internal.time.Watermark;
import dev.leat.engine.plan.EventTime;
import java.util.List;
import java.util.function.Supplier;

/**
 * How far event time has come for an operator that closes something: the least watermark of its
 * streams, which never goes back, and behind it the lateness that is waited for.
 *
 * <p>A window takes no row of its end, so it closes when its end is {@link #reached}. A session
 * does, so it closes when its end is {@link #passed}, a microsecond later.
 */
public final class ClosingTime {
  private final List<Supplier<Watermark>> sources;
  private final long lateness;

  /** After the last step. */
  private long watermark = EventTime.NEVER;

  /**
   * No row has come yet.
   *
   * @param lateness in microseconds
   */
  public ClosingTime(List<Supplier<Watermark>> sources, long lateness) {
    this.sources = sources;
    this.lateness = lateness;
  }

  /** Goes on to where the streams are now. */
  void advance() {
    watermark = Math.max(watermark, Watermark.smallest(sources()));
  }

  void restore(long before) {
    watermark = before;
  }

  /** The watermarks of the streams, as they are now. */
  public List<Watermark> sources() {
    return sources.stream().map(Supplier::get).toList();
  }

  /** The watermark after the last step; {@code EventTime.NEVER} if there is none yet. */
  public long watermark() {
    return watermark;
  }

  /** Is there a watermark? */
  boolean isKnown() {
    return watermark != EventTime.NEVER;
  }

  /** The greatest end that is reached, lateness included; the least value if there is none. */
  long reached() {
    return watermark < Long.MIN_VALUE + lateness ? Long.MIN_VALUE : watermark - lateness;
  }

  /** The greatest end that is passed, lateness included; the least value if there is none. */
  long passed() {
    return Math.max(reached(), Long.MIN_VALUE + 1) - 1;
  }

  /** The watermark by which an end is reached. */
  long reaching(long end) {
    return end > Long.MAX_VALUE - lateness ? Long.MAX_VALUE : end + lateness;
  }

  /** The watermark by which an end is passed. */
  long passing(long end) {
    return Math.min(reaching(end), Long.MAX_VALUE - 1) + 1;
  }
}
