package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.TupleOrder;

/**
 * {@code first} and {@code last} over append-only input: of each group the one tuple that is first
 * or last so far, in words of the group.
 */
final class KeptEdgeAccumulator extends ColumnsAccumulator {
  private final int sign;
  private final TupleOrder order;
  private final int words;
  private final StateLayout.Flag present;
  private final long[] tuple;

  KeptEdgeAccumulator(boolean isLast, TupleOrder order, StateLayout layout) {
    this.sign = isLast ? -1 : 1;
    this.order = order;
    this.words = layout.words(order.stride());
    this.present = layout.flag(1);
    this.tuple = new long[order.stride()];
  }

  @Override
  void add(GroupedRows groups, Column[] operands, Batch rows) {
    long[] state = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (operands[0].isNull(row)) {
        continue;
      }
      int group = groups.at()[row];
      order.gather(operands, row, tuple);
      if (!present.isSet(state, group, 0)
          || sign * order.compare(tuple, 0, state, group + words) < 0) {
        System.arraycopy(tuple, 0, state, group + words, tuple.length);
        present.set(state, group);
      }
    }
  }

  @Override
  void merge(GroupMerge merge) {
    long[] state = merge.words();
    if (present.isSet(state, merge.from(), 0)
        && (!present.isSet(state, merge.to(), 0)
            || sign * order.compare(state, merge.from() + words, state, merge.to() + words) < 0)) {
      merge.copy(words, tuple.length);
      present.set(state, merge.to());
    }
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      if (present.isSet(rows, i * stride, 0)) {
        out.set(i, TupleOrder.value(rows, i * stride + words));
      } else {
        out.setNull(i);
      }
    }
  }

  /** Another row may be first and have the same value. */
  @Override
  boolean isTold() {
    return false;
  }

  @Override
  void mark(long[] rows, int row, CodeSet live) {
    if (present.isSet(rows, row, 0)) {
      order.mark(rows, row + words, live);
    }
  }
}
