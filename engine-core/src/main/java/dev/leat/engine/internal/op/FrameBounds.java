package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.SortKey;

/** Finds the first and the last row of a frame. */
final class FrameBounds {
  private final OverRows rows;
  private final Frame frame;
  private final int column;
  private final boolean isDescending;
  private final boolean isNullFirst;

  /**
   * The bounds of a frame.
   *
   * @param column the column in which distances are measured, where they are distances of values
   * @param key how it is ordered
   */
  FrameBounds(OverRows rows, Frame frame, int column, SortKey key) {
    this(rows, frame, column, key.isDescending(), key.isNullFirst());
  }

  private FrameBounds(
      OverRows rows, Frame frame, int column, boolean isDescending, boolean isNullFirst) {
    this.rows = rows;
    this.frame = frame;
    this.column = column;
    this.isDescending = isDescending;
    this.isNullFirst = isNullFirst;
  }

  /** The bounds of a frame of rows that have no order. */
  static FrameBounds unordered(OverRows rows, Frame frame) {
    return new FrameBounds(rows, frame, 0, false, false);
  }

  /** The frame of the rows in whose frames a row is. */
  FrameBounds mirrored() {
    Frame other =
        new Frame(
            frame.unit(), /* preceding= */ frame.following(), /* following= */ frame.preceding());
    return new FrameBounds(rows, other, column, isDescending, isNullFirst);
  }

  /** The index of the first row of a row's frame; not less than 0. */
  long from(OverPlace place) {
    if (frame.preceding() == Frame.UNBOUNDED) {
      return 0;
    }
    if (frame.unit() == Frame.Unit.ROWS) {
      return Math.max(0, OverColumn.plus(place.index(), -frame.preceding()));
    }
    return ordered().count(place.partition(), before(place, -frame.preceding(), false));
  }

  /** The index of the last row of a row's frame; less than the first if it has none. */
  long to(OverPlace place) {
    long last = ordered().total(place.partition()) - 1;
    if (frame.following() == Frame.UNBOUNDED) {
      return last;
    }
    if (frame.unit() == Frame.Unit.ROWS) {
      return Math.min(last, OverColumn.plus(place.index(), frame.following()));
    }
    return ordered().count(place.partition(), before(place, frame.following(), true)) - 1;
  }

  private OrderedRows ordered() {
    return rows.ordered();
  }

  /**
   * The rows before the place that is so far behind another, in the order.
   *
   * @param isWith also those that are just there
   */
  private OrderedRows.Front before(OverPlace place, long distance, boolean isWith) {
    int most = isWith ? 0 : -1;
    GroupRows words = rows.words();
    long[] page = words.page(place.slot());
    int from = words.offset(place.slot());
    if (distance == 0 || rows.isNull(place.slot(), column)) {
      // Rows that tie; all nulls are equally far from everything.
      return (other, at) -> rows.order().compareKeys(other, at, page, from) <= most;
    }
    long value = page[from + column];
    return (other, at) ->
        rows.layout().isNull(other, at, column)
            ? isNullFirst
            : compare(other[at + column], value, distance) <= most;
  }

  /** Compares a value with the one that is so far behind another in the order. */
  private int compare(long other, long value, long distance) {
    long ahead = isDescending ? -distance : distance;
    long bound = value + ahead;
    boolean isBeyond = ((value ^ bound) & (ahead ^ bound)) < 0;
    int compared = isBeyond ? (ahead > 0 ? -1 : 1) : Long.compare(other, bound);
    return isDescending ? -compared : compared;
  }
}
