package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums, and means, of words that are integers: int, long, durations, and decimals of at most
 * 18 digits as their unscaled value. Each group has a sum of 128 bits, which 2^64 rows cannot
 * overflow.
 */
final class IntegerSumAccumulator extends Accumulator {
  private final SumResult result;
  private long[] low = new long[0];
  private long[] high = new long[0];
  private long[] counts = new long[0];

  IntegerSumAccumulator(SumResult result) {
    this.result = result;
  }

  @Override
  void ensure(int groups) {
    if (counts.length < groups) {
      counts = Arrays.copyOf(counts, Math.max(groups, 2 * counts.length));
      low = Arrays.copyOf(low, counts.length);
      high = Arrays.copyOf(high, counts.length);
    }
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] words = values.words();
    boolean hasNulls = values.nulls() != null;
    int[] selection = rows.selection();
    long[] weights = rows.weights();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (hasNulls && values.isNull(row)) {
        continue;
      }
      int group = groups[row];
      long weight = weights == null ? 1 : weights[row];
      long word = words[row];
      long product = word * weight;
      long sum = low[group] + product;
      high[group] += Math.multiplyHigh(word, weight) + carry(low[group], product, sum);
      low[group] = sum;
      counts[group] += weight;
    }
  }

  /** Did the unsigned sum of two words go over? */
  private static long carry(long a, long b, long sum) {
    return ((a & b) | ((a | b) & ~sum)) >>> 63;
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      int group = groups[i];
      if (counts[group] == 0) {
        out.setNull(first + STEP * i);
      } else if (high[group] == low[group] >> 63) {
        result.write(low[group], counts[group], out, first + STEP * i, errors);
      } else {
        result.write(wide(group), counts[group], out, first + STEP * i, errors);
      }
    }
  }

  private BigInteger wide(int group) {
    BigInteger upper = BigInteger.valueOf(high[group]).shiftLeft(Long.SIZE);
    BigInteger lower = BigInteger.valueOf(low[group]);
    return upper.add(low[group] < 0 ? lower.add(BigInteger.ONE.shiftLeft(Long.SIZE)) : lower);
  }

  @Override
  void clear(int group) {
    low[group] = 0;
    high[group] = 0;
    counts[group] = 0;
  }
}
