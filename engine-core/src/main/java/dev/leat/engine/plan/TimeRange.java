package dev.leat.engine.plan;

import java.time.Duration;
import java.util.Objects;

/**
 * How far the times of two rows that match may be apart: that of the right is from {@code before}
 * earlier than that of the left to {@code after} later, both included.
 *
 * @param left the column of the left that has its time
 * @param right the column of the right
 * @param before how much earlier the right one may be; negative if it must be later. Ten years at
 *     most, either way, in whole microseconds
 * @param after how much later the right one may be; negative if it must be earlier; the same limits
 */
public record TimeRange(String left, String right, Duration before, Duration after) {
  public TimeRange {
    Objects.requireNonNull(left, "left");
    Objects.requireNonNull(right, "right");
    Objects.requireNonNull(before, "before");
    Objects.requireNonNull(after, "after");
  }

  /** Checks the lengths. */
  void check(String place) {
    check("before", before, place);
    check("after", after, place);
    if (after.compareTo(before.negated()) < 0) {
      throw Node.invalid(
          place
              + ": nothing is in a time that ends before it begins: before="
              + before
              + " after="
              + after);
    }
  }

  private static void check(String name, Duration length, String place) {
    if (!Lengths.isIn(length, Lengths.MAX.negated())) {
      throw Node.invalid(
          place
              + ": rows are kept as long as others may match them, so a length of its time is ten"
              + " years at most, in whole microseconds: "
              + name
              + "="
              + length
              + "; for more than that leave out .closing(...)");
    }
  }

  /** The column of a side that has its time. */
  public String time(Joined.Side side) {
    return side == Joined.Side.LEFT ? left : right;
  }

  /** How much earlier than a row of a side, in microseconds, those may be that match it. */
  public long earlierMicros(Joined.Side side) {
    return Lengths.micros(side == Joined.Side.LEFT ? before : after);
  }

  /** How much later they may be. */
  public long laterMicros(Joined.Side side) {
    return Lengths.micros(side == Joined.Side.LEFT ? after : before);
  }

  Canonical write(Canonical text) {
    return text.name(left)
        .name(right)
        .word(Long.toString(Lengths.micros(before)))
        .word(Long.toString(Lengths.micros(after)));
  }

  /** The end of the time in which rows may come that match one of a side, in words. */
  String end(Joined.Side side) {
    long later = laterMicros(side);
    String sign = later < 0 ? " - " : " + ";
    return later == 0 ? time(side) : time(side) + sign + Lengths.text(Math.abs(later));
  }

  @Override
  public String toString() {
    return right
        + " from "
        + distance(Lengths.micros(before), " before ", " after ")
        + " to "
        + distance(Lengths.micros(after), " after ", " before ");
  }

  private String distance(long micros, String forth, String back) {
    return Lengths.text(Math.abs(micros)) + (micros < 0 ? back : forth) + left;
  }
}
