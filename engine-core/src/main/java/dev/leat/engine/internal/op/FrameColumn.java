package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.OverFunction;
import org.jspecify.annotations.Nullable;

/** What is computed of the rows of a frame: its first or last value, a count, or an aggregate. */
final class FrameColumn extends OverColumn {
  private final OverRows rows;
  private final OverFunction function;
  private final Frame frame;
  private final FrameBounds bounds;
  private final FrameBounds reach;
  private final int operand;
  private final @Nullable FrameAggregate aggregate;

  /**
   * A result over a frame.
   *
   * @param operand the column of the value; not used for a count of rows
   * @param aggregate what folds values, for all but first and last value and the count of rows
   */
  FrameColumn(
      OverRows rows,
      OverFunction function,
      Frame frame,
      FrameBounds bounds,
      int operand,
      @Nullable FrameAggregate aggregate) {
    this.rows = rows;
    this.function = function;
    this.frame = frame;
    this.bounds = bounds;
    this.reach = bounds.mirrored();
    this.operand = operand;
    this.aggregate = aggregate;
  }

  @Override
  void write(OverPlace place, Column out, RowErrors errors) {
    long from = bounds.from(place);
    long to = bounds.to(place);
    if (aggregate != null) {
      aggregate.start();
      rows.ordered().fold(place.partition(), from, to, aggregate);
      aggregate.write(out, errors);
    } else if (function == OverFunction.COUNT) {
      out.set(0, Math.max(0, to - from + 1));
    } else if (from > to) {
      out.setNull(0);
    } else {
      boolean isFirst = function == OverFunction.FIRST_VALUE;
      int slot = rows.ordered().at(place.partition(), isFirst ? from : to);
      if (rows.isNull(slot, operand)) {
        out.setNull(0);
      } else {
        out.set(0, rows.word(slot, operand));
      }
    }
  }

  @Override
  long first(OverPlace change) {
    if (frame.following() == UNBOUNDED) {
      return 0;
    }
    // A frame that ends before its row still moves with the rows between.
    return frame.unit() == Frame.Unit.ROWS
        ? change.index() - Math.max(0, frame.following())
        : reach.from(change);
  }

  @Override
  long last(OverPlace change) {
    if (frame.preceding() == UNBOUNDED) {
      return UNBOUNDED;
    }
    return frame.unit() == Frame.Unit.ROWS
        ? plus(change.index(), Math.max(0, frame.preceding()))
        : reach.to(change);
  }

  @Override
  boolean isOfAll() {
    return frame.isAll();
  }

  @Override
  boolean endsWhereEqual(boolean isMoved) {
    boolean isFar = frame.unit() != Frame.Unit.ROWS && frame.following() < 0;
    return !isFar && (aggregate == null || aggregate.isTold());
  }

  @Override
  long lag() {
    return frame.following() < 0 ? -frame.following() : 0;
  }
}
