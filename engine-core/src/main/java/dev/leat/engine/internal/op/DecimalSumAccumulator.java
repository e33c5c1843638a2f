package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.expr.RowErrors;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums, and means, of decimals of more than 18 digits: a {@code BigInteger} of unscaled
 * values for each group.
 */
final class DecimalSumAccumulator extends Accumulator {
  private final SumResult result;
  private final Dictionary dictionary;
  private BigInteger[] sums = new BigInteger[0];
  private long[] counts = new long[0];

  DecimalSumAccumulator(SumResult result, Dictionary dictionary) {
    this.result = result;
    this.dictionary = dictionary;
  }

  @Override
  void ensure(int groups) {
    if (counts.length < groups) {
      int from = counts.length;
      counts = Arrays.copyOf(counts, Math.max(groups, 2 * from));
      sums = Arrays.copyOf(sums, counts.length);
      Arrays.fill(sums, from, sums.length, BigInteger.ZERO);
    }
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        int group = groups[row];
        BigInteger unscaled = new BigInteger(dictionary.bytes(values.word(row)));
        sums[group] = sums[group].add(unscaled.multiply(BigInteger.valueOf(rows.weight(row))));
        counts[group] += rows.weight(row);
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
        result.write(sums[group], counts[group], out, first + STEP * i, errors);
      }
    }
  }

  @Override
  void clear(int group) {
    sums[group] = BigInteger.ZERO;
    counts[group] = 0;
  }
}
