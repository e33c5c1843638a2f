package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * Variances, standard deviations and covariances.
 *
 * <p><b>How.</b> The sums of the values and of their products are kept exactly, so that adding and
 * taking back leaves nothing, and the order does not matter. Values that are no doubles are sums of
 * two: a long of more than 53 bits is its upper and its lower half. From the sums of x, y and xy of
 * n rows the result is (n xy - x y) / (n (n - 1)), computed exactly but for the division, which is
 * rounded to 40 digits and then to a double. That costs some microseconds, once for each group that
 * a step changes.
 */
final class MomentsAccumulator extends ColumnsAccumulator {
  private static final MathContext DIGITS = new MathContext(40, RoundingMode.HALF_EVEN);
  private static final long EXACT = 1L << 53;
  private static final double HALF_WORD = 0x1p32;
  private static final long LOW_HALF = 0xffff_ffffL;

  private final boolean isOfSample;
  private final boolean isRoot;
  private final Type[] types;
  private final Dictionary dictionary;

  /** The sums of each operand; of one operand x it is one. */
  private final ExactSum[] sums;

  private final ExactSum products;
  private final int countWord;
  private final int resultWord;
  private final StateLayout.Flag present;

  // A row's values: each is the sum of two doubles, or, where it is wider, a decimal.
  private final double[] high = new double[2];
  private final double[] low = new double[2];
  private final BigDecimal[] wide = {BigDecimal.ZERO, BigDecimal.ZERO};

  MomentsAccumulator(
      AggregateFunction function, List<Type> types, Dictionary dictionary, StateLayout layout) {
    this.isOfSample =
        switch (function) {
          case VAR_SAMP, STDDEV_SAMP, COVAR_SAMP -> true;
          default -> false;
        };
    this.isRoot =
        function == AggregateFunction.STDDEV_SAMP || function == AggregateFunction.STDDEV_POP;
    this.types = types.toArray(new Type[0]);
    this.dictionary = dictionary;
    this.sums = new ExactSum[types.size()];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = new ExactSum(layout);
    }
    this.products = new ExactSum(layout);
    this.countWord = layout.word();
    this.resultWord = layout.word();
    this.present = layout.flag(1);
  }

  @Override
  void add(GroupedRows groups, Column[] operands, Batch rows) {
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      boolean isNull = false;
      for (Column operand : operands) {
        isNull |= operand.isNull(row);
      }
      if (!isNull) {
        add(groups, operands, row, rows.weight(row));
      }
    }
  }

  private void add(GroupedRows groups, Column[] operands, int row, long weight) {
    long[] words = groups.words();
    int group = groups.at()[row];
    int slot = groups.slots()[row];
    words[group + countWord] += weight;
    boolean isWide = false;
    boolean isFinite = true;
    for (int k = 0; k < sums.length; k++) {
      load(k, operands[k].word(row));
      boolean isDecimal = types[k].isEncoded();
      isWide |= isDecimal;
      isFinite &= isDecimal || Double.isFinite(high[k]);
      if (isDecimal) {
        sums[k].add(slot, words, group, wide[k], weight);
      } else {
        sums[k].add(slot, words, group, high[k], weight);
        if (low[k] != 0) {
          sums[k].add(slot, words, group, low[k], weight);
        }
      }
    }
    int last = sums.length - 1;
    if (isWide && isFinite) {
      products.add(slot, words, group, decimal(0).multiply(decimal(last)), weight);
    } else if (isFinite) {
      addProducts(slot, words, group, last, weight);
    }
  }

  /** Takes a value apart; what is not finite counts in its sum, which then has no value. */
  private void load(int k, long word) {
    Type type = types[k];
    low[k] = 0;
    if (type.isFloating()) {
      high[k] = Words.toDouble(word);
    } else if (type.isEncoded()) {
      wide[k] = new BigDecimal(new BigInteger(dictionary.bytes(word)));
    } else if (word > -EXACT && word < EXACT) {
      high[k] = (double) word;
    } else {
      high[k] = (double) (word >> Integer.SIZE) * HALF_WORD;
      low[k] = (double) (word & LOW_HALF);
    }
  }

  private BigDecimal decimal(int k) {
    return types[k].isEncoded() ? wide[k] : new BigDecimal(high[k]).add(new BigDecimal(low[k]));
  }

  private void addProducts(int slot, long[] words, int group, int last, long weight) {
    products.addProduct(slot, words, group, high[0], high[last], weight);
    if (low[0] != 0) {
      products.addProduct(slot, words, group, low[0], high[last], weight);
    }
    if (low[last] != 0) {
      products.addProduct(slot, words, group, high[0], low[last], weight);
      products.addProduct(slot, words, group, low[0], low[last], weight);
    }
  }

  @Override
  void settle(TouchedRows touched) {
    long[] words = touched.words();
    for (int place = 0; place < touched.count(); place++) {
      boolean mayDiffer =
          touched.word(place, countWord) != touched.before(place, countWord)
              || products.mayDiffer(touched, place);
      for (ExactSum sum : sums) {
        mayDiffer |= sum.mayDiffer(touched, place);
      }
      if (mayDiffer) {
        settle(touched.slots()[place], words, place * touched.stride());
      }
    }
  }

  private void settle(int slot, long[] words, int group) {
    long count = words[group + countWord];
    if (count < (isOfSample ? 2 : 1)) {
      words[group + resultWord] = 0;
      present.clear(words, group);
      return;
    }
    BigDecimal x = sums[0].exact(slot, words, group);
    BigDecimal y = sums[sums.length - 1].exact(slot, words, group);
    BigDecimal xy = products.exact(slot, words, group);
    double result = Double.NaN;
    if (x != null && y != null && xy != null) {
      BigDecimal n = BigDecimal.valueOf(count);
      BigDecimal of = n.multiply(isOfSample ? BigDecimal.valueOf(count - 1) : n);
      BigDecimal moment = n.multiply(xy).subtract(x.multiply(y)).scaleByPowerOfTen(-scale());
      result = moment.divide(of, DIGITS).doubleValue();
    }
    words[group + resultWord] = Words.ofDouble(isRoot ? Math.sqrt(result) : result);
    present.set(words, group);
  }

  /** How many digits behind the point a product has of which the whole number was taken. */
  private int scale() {
    return types[0].scale() + types[types.length - 1].scale();
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      if (present.isSet(rows, i * stride, 0)) {
        out.set(i, rows[i * stride + resultWord]);
      } else {
        out.setNull(i);
      }
    }
  }

  @Override
  boolean isTold() {
    return false;
  }

  @Override
  void clear(int slot) {
    products.clear(slot);
    for (ExactSum sum : sums) {
      sum.clear(slot);
    }
  }

  @Override
  long besideBytes() {
    long bytes = products.bytes();
    for (ExactSum sum : sums) {
      bytes += sum.bytes();
    }
    return bytes;
  }

  @Override
  public StateImage capture() {
    StateImage first = sums[0].capture();
    StateImage last = sums[sums.length - 1].capture();
    StateImage ofProducts = products.capture();
    boolean hasTwo = sums.length > 1;
    return out -> {
      first.writeTo(out);
      if (hasTwo) {
        last.writeTo(out);
      }
      ofProducts.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    for (ExactSum sum : sums) {
      sum.restore(in);
    }
    products.restore(in);
  }
}
