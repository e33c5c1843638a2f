package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.expr.RowErrors;
import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums, and means, of decimals of more than 18 digits. Each group has a sum of unscaled
 * values of 192 bits: 38 digits are less than 2^127, so 2^63 rows cannot overflow it.
 */
final class DecimalSumAccumulator extends Accumulator {
  private static final int SUM_WORDS = 3;

  private final SumResult result;
  private final Dictionary dictionary;
  private final int sumWord;
  private final int countWord;

  DecimalSumAccumulator(SumResult result, Dictionary dictionary, StateLayout layout) {
    this.result = result;
    this.dictionary = dictionary;
    this.sumWord = layout.words(SUM_WORDS);
    this.countWord = layout.word();
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        int group = groups.at()[row];
        BigInteger unscaled = new BigInteger(dictionary.bytes(values.word(row)));
        BigInteger product = unscaled.multiply(BigInteger.valueOf(rows.weight(row)));
        set(words, group + sumWord, sum(words, group + sumWord).add(product));
        words[group + countWord] += rows.weight(row);
      }
    }
  }

  /** The sum in some words, the lowest first. */
  private static BigInteger sum(long[] words, int from) {
    byte[] bytes = new byte[SUM_WORDS * Long.BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[bytes.length - 1 - i] =
          (byte) (words[from + i / Long.BYTES] >>> (8 * (i % Long.BYTES)));
    }
    return new BigInteger(bytes);
  }

  private static void set(long[] words, int from, BigInteger sum) {
    assert sum.bitLength() < SUM_WORDS * Long.SIZE : "a sum of too many rows: " + sum;
    BigInteger left = sum;
    for (int i = 0; i < SUM_WORDS; i++) {
      words[from + i] = left.longValue();
      left = left.shiftRight(Long.SIZE);
    }
  }

  @Override
  void merge(GroupMerge merge) {
    long[] words = merge.words();
    BigInteger sum = sum(words, merge.to() + sumWord).add(sum(words, merge.from() + sumWord));
    set(words, merge.to() + sumWord, sum);
    merge.add(countWord);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      int group = i * stride;
      if (rows[group + countWord] == 0) {
        out.setNull(i);
      } else {
        result.write(sum(rows, group + sumWord), rows[group + countWord], out, i, errors);
      }
    }
  }

  @Override
  boolean isTold() {
    return false;
  }
}
