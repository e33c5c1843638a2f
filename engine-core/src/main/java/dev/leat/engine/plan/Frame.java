package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.time.Duration;
import java.util.Objects;

/**
 * Which rows around a row are looked at: from so far before it to so far behind it, in the order of
 * its partition. The row itself is among them, unless a distance is negative: {@code rows(5, -1)}
 * are the five rows before it.
 *
 * @param unit what distances are measured in
 * @param preceding how far it reaches to the front; {@link #UNBOUNDED} for to the first row
 * @param following how far it reaches to the back; {@link #UNBOUNDED} for to the last row
 */
public record Frame(Unit unit, long preceding, long following) {
  /** As far as there are rows. */
  public static final long UNBOUNDED = Long.MAX_VALUE;

  private static final int NANOS_PER_MICRO = 1000;

  /** What distances are measured in. */
  public enum Unit {
    /** Rows. */
    ROWS,
    /**
     * The value of the column that orders the rows; rows that tie are always looked at together.
     */
    VALUE,
    /** The same, where it is a time: microseconds. */
    TIME
  }

  public Frame {
    Objects.requireNonNull(unit, "unit");
    if (preceding == UNBOUNDED && following == UNBOUNDED) {
      unit = Unit.ROWS;
    }
    // A distance in the other direction must not reach beyond the other end.
    boolean isTooFar = preceding == Long.MIN_VALUE || following == Long.MIN_VALUE;
    if (isTooFar || (preceding != UNBOUNDED && following != UNBOUNDED && -following > preceding)) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "a frame ends behind its beginning: preceding=" + preceding + " following=" + following);
    }
  }

  /** All rows of the partition. */
  public static Frame all() {
    return rows(UNBOUNDED, UNBOUNDED);
  }

  /** From the first row of the partition to the row itself: for running sums. */
  public static Frame running() {
    return rows(UNBOUNDED, 0);
  }

  /** So many rows before and so many behind, and the row itself. */
  public static Frame rows(long preceding, long following) {
    return new Frame(Unit.ROWS, preceding, following);
  }

  /**
   * The rows whose value in the order is at most so far before and so far behind the row's: what
   * SQL calls {@code range}. With {@code range(UNBOUNDED, 0)}, SQL's default, a row looks at all
   * before it and at those that tie with it.
   */
  public static Frame range(long preceding, long following) {
    return new Frame(Unit.VALUE, preceding, following);
  }

  /** The rows whose time in the order is at most so far before and so far behind the row's. */
  public static Frame range(Duration preceding, Duration following) {
    return new Frame(Unit.TIME, micros(preceding), micros(following));
  }

  private static long micros(Duration duration) {
    if (duration.toNanosPart() % NANOS_PER_MICRO != 0) {
      throw new IllegalArgumentException(
          "a frame is measured in whole microseconds: distance=" + duration);
    }
    try {
      return Math.addExact(
          Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1000);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "a frame reaches over 292,000 years at most; Frame.UNBOUNDED has no end: distance="
              + duration,
          e);
    }
  }

  /** Does it have all rows of the partition, whichever the row? */
  public boolean isAll() {
    return preceding == UNBOUNDED && following == UNBOUNDED;
  }

  /** Does it say how far values of the order may be apart? */
  boolean hasDistance() {
    return unit != Unit.ROWS && (isDistance(preceding) || isDistance(following));
  }

  private static boolean isDistance(long reach) {
    return reach != 0 && reach != UNBOUNDED;
  }

  @Override
  public String toString() {
    if (isAll()) {
      return "all rows";
    }
    return "from "
        + (preceding == UNBOUNDED ? "the first" : distance(preceding) + " before")
        + " to "
        + (following == UNBOUNDED ? "the last" : distance(following) + " behind");
  }

  private String distance(long reach) {
    return switch (unit) {
      case ROWS -> reach + " rows";
      case VALUE -> reach + " values";
      case TIME -> Lengths.text(reach);
    };
  }
}
