package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;

/** {@code lag} and {@code lead}: a value of the row so many places before or behind. */
final class ShiftColumn extends OverColumn {
  private final OverRows rows;
  private final int column;
  private final boolean isLag;
  private final long distance;

  ShiftColumn(OverRows rows, int column, boolean isLag, long distance) {
    this.rows = rows;
    this.column = column;
    this.isLag = isLag;
    this.distance = distance;
  }

  @Override
  void write(OverPlace place, Column out, RowErrors errors) {
    long index = isLag ? place.index() - distance : plus(place.index(), distance);
    if (index < 0 || index >= rows.ordered().total(place.partition())) {
      out.setNull(0);
      return;
    }
    boolean isNextTo = isLag && distance == 1 && place.previous() >= 0;
    int from = isNextTo ? place.previous() : rows.ordered().at(place.partition(), index);
    if (rows.isNull(from, column)) {
      out.setNull(0);
    } else {
      out.set(0, rows.word(from, column));
    }
  }

  @Override
  long first(OverPlace change) {
    return isLag ? change.index() : change.index() - distance;
  }

  @Override
  long last(OverPlace change) {
    return isLag ? plus(change.index(), distance) : change.index();
  }
}
