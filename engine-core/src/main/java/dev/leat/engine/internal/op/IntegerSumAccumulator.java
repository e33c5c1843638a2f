package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums, and means, of words that are integers: int, long, durations, and decimals of at most
 * 18 digits as their unscaled value. Each group has a sum of 128 bits, which 2^64 rows cannot
 * overflow.
 */
final class IntegerSumAccumulator extends Accumulator {
  private final SumResult result;
  private final int lowWord;
  private final int highWord;
  private final int countWord;

  IntegerSumAccumulator(SumResult result, StateLayout layout) {
    this.result = result;
    this.lowWord = layout.word();
    this.highWord = layout.word();
    this.countWord = layout.word();
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] valueWords = values.words();
    boolean hasNulls = values.nulls() != null;
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    long[] weights = rows.weights();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (hasNulls && values.isNull(row)) {
        continue;
      }
      int group = at[row];
      long weight = weights == null ? 1 : weights[row];
      long word = valueWords[row];
      long product = word * weight;
      long low = words[group + lowWord];
      long sum = low + product;
      words[group + highWord] += Math.multiplyHigh(word, weight) + carry(low, product, sum);
      words[group + lowWord] = sum;
      words[group + countWord] += weight;
    }
  }

  /** Did the unsigned sum of two words go over? */
  private static long carry(long a, long b, long sum) {
    return ((a & b) | ((a | b) & ~sum)) >>> 63;
  }

  @Override
  void merge(GroupMerge merge) {
    long[] words = merge.words();
    long low = words[merge.to() + lowWord];
    long added = words[merge.from() + lowWord];
    long sum = low + added;
    words[merge.to() + lowWord] = sum;
    words[merge.to() + highWord] += words[merge.from() + highWord] + carry(low, added, sum);
    merge.add(countWord);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      int group = i * stride;
      long low = rows[group + lowWord];
      long high = rows[group + highWord];
      long values = rows[group + countWord];
      if (values == 0) {
        out.setNull(i);
      } else if (high == low >> 63) {
        result.write(low, values, out, i, errors);
      } else {
        result.write(wide(low, high), values, out, i, errors);
      }
    }
  }

  private static BigInteger wide(long low, long high) {
    BigInteger upper = BigInteger.valueOf(high).shiftLeft(Long.SIZE);
    BigInteger lower = BigInteger.valueOf(low);
    return upper.add(low < 0 ? lower.add(BigInteger.ONE.shiftLeft(Long.SIZE)) : lower);
  }

  @Override
  boolean isTold() {
    return false;
  }
}
