package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.ExactSums;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sums, and means, of floats and doubles; the sum is exact and is rounded once, so order and
 * retraction leave no trace.
 */
final class DoubleSumAccumulator extends Accumulator {
  private final boolean isMean;
  private final ExactSums sums = new ExactSums();
  private long[] counts = new long[0];

  DoubleSumAccumulator(boolean isMean) {
    this.isMean = isMean;
  }

  @Override
  void ensure(int groups) {
    if (counts.length < groups) {
      counts = Arrays.copyOf(counts, Math.max(groups, 2 * counts.length));
    }
    sums.ensure(counts.length);
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        long weight = rows.weight(row);
        sums.add(groups[row], Words.toDouble(values.word(row)), weight);
        counts[groups[row]] += weight;
      }
    }
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      int group = groups[i];
      if (counts[group] == 0) {
        out.setNull(first + STEP * i);
      } else {
        double sum = sums.sum(group);
        out.set(first + STEP * i, Words.ofDouble(isMean ? sum / (double) counts[group] : sum));
      }
    }
  }

  @Override
  void clear(int group) {
    sums.clear(group);
    counts[group] = 0;
  }
}
