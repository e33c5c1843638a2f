package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code bool_or} and {@code bool_and}: how often a group saw true and false. */
final class BoolAccumulator extends Accumulator implements RowResult {
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
  void merge(GroupMerge merge) {
    merge.add(word + FALSES);
    merge.add(word + TRUES);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      if (isNull(rows, i * stride)) {
        out.setNull(i);
      } else {
        out.set(i, word(rows, i * stride));
      }
    }
  }

  @Override
  RowResult rowResult() {
    return this;
  }

  @Override
  public boolean isNull(long[] words, int row) {
    return words[row + word + TRUES] <= 0 && words[row + word + FALSES] <= 0;
  }

  @Override
  public long word(long[] words, int row) {
    return (isOr ? words[row + word + TRUES] > 0 : words[row + word + FALSES] <= 0) ? 1 : 0;
  }

  @Override
  boolean isTold() {
    return false;
  }
}
