package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Counts rows, or rows whose operand is not null. */
final class CountAccumulator extends Accumulator {
  private long[] counts = new long[0];

  @Override
  void ensure(int groups) {
    if (counts.length < groups) {
      counts = Arrays.copyOf(counts, Math.max(groups, 2 * counts.length));
    }
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    int[] selection = rows.selection();
    long[] weights = rows.weights();
    int count = rows.count();
    long[] nulls = operand == null ? null : operand.nulls();
    if (nulls == null && weights == null) {
      for (int i = 0; i < count; i++) {
        counts[groups[selection == null ? i : selection[i]]]++;
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (nulls == null || !Bits.get(nulls, row)) {
        counts[groups[row]] += weights == null ? 1 : weights[row];
      }
    }
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    long[] words = out.words();
    for (int i = 0; i < count; i++) {
      words[first + STEP * i] = counts[groups[i]];
    }
  }

  @Override
  void clear(int group) {
    counts[group] = 0;
  }
}
