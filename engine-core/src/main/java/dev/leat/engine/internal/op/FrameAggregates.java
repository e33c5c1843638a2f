package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.OverFunction;
import dev.leat.engine.plan.Type;
import java.math.BigInteger;

/** The aggregates over frames. */
final class FrameAggregates {
  private static final int HALF = 32;
  private static final long LOW = 0xffff_ffffL;

  private FrameAggregates() {}

  /** An aggregate of a column of a type, whose result has a type. */
  static FrameAggregate of(
      OverFunction function, OverRows rows, int column, Type type, Type result, Dictionary known) {
    boolean isMean = function == OverFunction.AVG;
    return switch (function) {
      case COUNT -> new Count(rows, column);
      case SUM, AVG -> {
        if (type.isFloating()) {
          yield new FrameDoubleSum(rows, column, isMean);
        }
        SumResult sums = new SumResult(isMean, type, result, known);
        yield type.isEncoded()
            ? new DecimalSum(rows, column, sums, !isMean, known)
            : new IntegerSum(rows, column, sums, !isMean);
      }
      case MIN, MAX ->
          new Extreme(rows, column, type, function == OverFunction.MAX ? 1 : -1, known);
      default -> throw new IllegalArgumentException("no aggregate: " + function);
    };
  }

  /** How many values are not null. */
  private static final class Count extends FrameAggregate {
    Count(OverRows rows, int column) {
      super(rows, column, 1);
    }

    @Override
    void addValue(long[] words, int at, long value) {
      words[at]++;
    }

    @Override
    void addWords(long[] words, int at, long[] other, int otherAt) {
      words[at] += other[otherAt];
    }

    @Override
    void write(long[] words, Column out, RowErrors errors) {
      out.set(0, words[0]);
    }

    @Override
    boolean isTold() {
      return true;
    }
  }

  /** The least or the greatest value. */
  private static final class Extreme extends FrameAggregate {
    private static final int PRESENT = 1;

    private final Type type;
    private final int sign;
    private final Dictionary dictionary;

    Extreme(OverRows rows, int column, Type type, int sign, Dictionary dictionary) {
      super(rows, column, 2);
      this.type = type;
      this.sign = sign;
      this.dictionary = dictionary;
    }

    @Override
    void addValue(long[] words, int at, long value) {
      if (words[at + PRESENT] == 0
          || sign * Words.compare(type, value, words[at], dictionary.values()) > 0) {
        words[at] = value;
        words[at + PRESENT] = 1;
      }
    }

    @Override
    void addWords(long[] words, int at, long[] other, int otherAt) {
      if (other[otherAt + PRESENT] != 0) {
        addValue(words, at, other[otherAt]);
      }
    }

    @Override
    void write(long[] words, Column out, RowErrors errors) {
      if (words[PRESENT] == 0) {
        out.setNull(0);
      } else {
        out.set(0, words[0]);
      }
    }

    @Override
    boolean isTold() {
      return true;
    }
  }

  /** Sums of words that are integers, in 128 bits, and how many there are. */
  private static final class IntegerSum extends FrameAggregate {
    private static final int HIGH = 1;
    private static final int COUNT = 2;

    private final SumResult result;
    private final boolean isTold;

    IntegerSum(OverRows rows, int column, SumResult result, boolean isTold) {
      super(rows, column, COUNT + 1);
      this.result = result;
      this.isTold = isTold;
    }

    @Override
    void addValue(long[] words, int at, long value) {
      add(words, at, value, value >> (Long.SIZE - 1));
      words[at + COUNT]++;
    }

    private static void add(long[] words, int at, long low, long high) {
      long sum = words[at] + low;
      long carry = Long.compareUnsigned(sum, low) < 0 ? 1 : 0;
      words[at] = sum;
      words[at + HIGH] += high + carry;
    }

    @Override
    void addWords(long[] words, int at, long[] other, int otherAt) {
      add(words, at, other[otherAt], other[otherAt + HIGH]);
      words[at + COUNT] += other[otherAt + COUNT];
    }

    @Override
    void write(long[] words, Column out, RowErrors errors) {
      if (words[COUNT] == 0) {
        out.setNull(0);
      } else if (words[HIGH] == words[0] >> (Long.SIZE - 1)) {
        result.write(words[0], words[COUNT], out, 0, errors);
      } else {
        result.write(wide(words, 2), words[COUNT], out, 0, errors);
      }
    }

    @Override
    boolean isTold() {
      return isTold;
    }
  }

  /** Sums of decimals of more than 18 digits, in 192 bits, and how many there are. */
  private static final class DecimalSum extends FrameAggregate {
    private static final int SUM_WORDS = 3;

    private final SumResult result;
    private final boolean isTold;
    private final Dictionary dictionary;
    private final long[] value = new long[SUM_WORDS];

    DecimalSum(OverRows rows, int column, SumResult result, boolean isTold, Dictionary dictionary) {
      super(rows, column, SUM_WORDS + 1);
      this.result = result;
      this.isTold = isTold;
      this.dictionary = dictionary;
    }

    @Override
    void addValue(long[] words, int at, long code) {
      BigInteger unscaled = new BigInteger(dictionary.bytes(code));
      for (int i = 0; i < SUM_WORDS; i++) {
        value[i] = unscaled.shiftRight(i * Long.SIZE).longValue();
      }
      add(words, at, value, 0);
      words[at + SUM_WORDS]++;
    }

    private static void add(long[] words, int at, long[] other, int otherAt) {
      long carry = 0;
      for (int i = 0; i < SUM_WORDS; i++) {
        long a = words[at + i];
        long b = other[otherAt + i];
        long low = (a & LOW) + (b & LOW) + carry;
        long high = (a >>> HALF) + (b >>> HALF) + (low >>> HALF);
        words[at + i] = high << HALF | (low & LOW);
        carry = high >>> HALF;
      }
    }

    @Override
    void addWords(long[] words, int at, long[] other, int otherAt) {
      add(words, at, other, otherAt);
      words[at + SUM_WORDS] += other[otherAt + SUM_WORDS];
    }

    @Override
    void write(long[] words, Column out, RowErrors errors) {
      if (words[SUM_WORDS] == 0) {
        out.setNull(0);
      } else {
        result.write(wide(words, SUM_WORDS), words[SUM_WORDS], out, 0, errors);
      }
    }

    @Override
    boolean isTold() {
      return isTold;
    }
  }

  /** The number that some words are, the lowest first. */
  private static BigInteger wide(long[] words, int count) {
    BigInteger number = BigInteger.valueOf(words[count - 1]);
    for (int i = count - 2; i >= 0; i--) {
      BigInteger upper = BigInteger.valueOf(words[i] >>> HALF);
      BigInteger lower = BigInteger.valueOf(words[i] & LOW);
      number = number.shiftLeft(HALF).or(upper).shiftLeft(HALF).or(lower);
    }
    return number;
  }
}
