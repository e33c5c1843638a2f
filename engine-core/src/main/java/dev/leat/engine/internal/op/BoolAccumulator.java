package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code bool_or} and {@code bool_and}: how often a group saw true and false. */
final class BoolAccumulator extends Accumulator {
  private static final int FALSES = 0;
  private static final int TRUES = 1;

  private final boolean isOr;
  private final int word;

  BoolAccumulator(boolean isOr, StateLayout layout) {
    this.isOr = isOr;
    this.word = layout.words(2);
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    int[] at = groups.at();
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        words[at[row] + word + (int) values.word(row)] += rows.weight(row);
      }
    }
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      boolean sawTrue = rows[i * stride + word + TRUES] > 0;
      boolean sawFalse = rows[i * stride + word + FALSES] > 0;
      if (!sawTrue && !sawFalse) {
        out.setNull(i);
      } else {
        out.set(i, (isOr ? sawTrue : !sawFalse) ? 1 : 0);
      }
    }
  }

  @Override
  boolean isTold() {
    return false;
  }
}
