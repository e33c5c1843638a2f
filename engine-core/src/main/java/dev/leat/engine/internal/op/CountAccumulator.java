package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import org.jspecify.annotations.Nullable;

/** Counts rows whose operand is not null; counts of all rows are folded by {@link RowCounts}. */
final class CountAccumulator extends Accumulator implements RowResult {
  private final int word;

  /** Counts in a word. */
  CountAccumulator(int word) {
    this.word = word;
  }

  /** The word that holds the count. */
  int word() {
    return word;
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    long[] weights = rows.weights();
    int count = rows.count();
    long[] nulls = operand == null ? null : operand.nulls();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (nulls == null || !Bits.get(nulls, row)) {
        words[at[row] + word] += weights == null ? 1 : weights[row];
      }
    }
  }

  @Override
  void merge(GroupMerge merge) {
    merge.add(word);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    long[] results = out.words();
    int from = first * stride + word;
    for (int i = first; i < end; i++) {
      results[i] = rows[from];
      from += stride;
    }
  }

  @Override
  RowResult rowResult() {
    return this;
  }

  @Override
  public boolean isNull(long[] words, int row) {
    return false;
  }

  @Override
  public long word(long[] words, int row) {
    return words[row + word];
  }

  @Override
  boolean isTold() {
    return true;
  }
}
