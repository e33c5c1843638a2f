package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.plan.OverFunction;

/** {@code row_number}, {@code rank} and {@code dense_rank}. */
final class RankColumn extends OverColumn {
  private final OverRows rows;
  private final OverFunction function;
  private final int column;
  private final boolean isLimited;

  /**
   * A ranking.
   *
   * @param column the column of the result, where that of the row before is read
   * @param isLimited are rows from some ranking on not computed?
   */
  RankColumn(OverRows rows, OverFunction function, int column, boolean isLimited) {
    this.isLimited = isLimited;
    this.rows = rows;
    this.function = function;
    this.column = column;
  }

  @Override
  void write(OverPlace place, Column out, RowErrors errors) {
    out.set(
        0,
        switch (function) {
          case ROW_NUMBER -> place.index() + 1;
          case RANK -> rank(place);
          default -> denseRank(place);
        });
  }

  private long rank(OverPlace place) {
    int previous = place.previous();
    if (previous >= 0) {
      boolean ties = rows.compareKeys(previous, place.slot()) == 0;
      return ties ? rows.word(previous, column) : place.index() + 1;
    }
    GroupRows words = rows.words();
    long[] page = words.page(place.slot());
    int from = words.offset(place.slot());
    return 1
        + rows.ordered()
            .count(
                place.partition(),
                (other, at) -> rows.order().compareKeys(other, at, page, from) < 0);
  }

  private long denseRank(OverPlace place) {
    if (place.index() == 0) {
      return 1;
    }
    int previous =
        place.previous() >= 0
            ? place.previous()
            : rows.ordered().at(place.partition(), place.index() - 1);
    if (isLimited && !rows.isTold(previous)) {
      // The row before is beyond the limit, where nothing is computed, and so is this.
      return Long.MAX_VALUE;
    }
    boolean ties = rows.compareKeys(previous, place.slot()) == 0;
    return rows.word(previous, column) + (ties ? 0 : 1);
  }

  @Override
  long first(OverPlace change) {
    return change.index();
  }

  @Override
  long last(OverPlace change) {
    return UNBOUNDED;
  }

  @Override
  boolean endsWhereEqual(boolean isMoved) {
    return function == OverFunction.DENSE_RANK || !isMoved;
  }
}
