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
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Variances, standard deviations, covariances, and what follows from them: correlations and lines.
 *
 * <p><b>How.</b> The sums of the values and of their products are kept exactly, so that adding and
 * taking back leaves nothing, and the order does not matter. Values that are no doubles are sums of
 * two: a long of more than 53 bits is its upper and its lower half. From the sums of x, y and xy of
 * n rows the result is (n xy - x y) / (n (n - 1)), computed exactly but for the division, which is
 * rounded to 40 digits and then to a double. That costs some microseconds, once for each group that
 * a step changes. Correlations and lines need the sums of the squares, too, and are computed in the
 * same way.
 */
final class MomentsAccumulator extends ColumnsAccumulator {
  private static final MathContext DIGITS = new MathContext(40, RoundingMode.HALF_EVEN);
  private static final MathContext ROOT_DIGITS = new MathContext(60, RoundingMode.HALF_EVEN);
  private static final long EXACT = 1L << 53;
  private static final double HALF_WORD = 0x1p32;
  private static final long LOW_HALF = 0xffff_ffffL;

  private final AggregateFunction function;
  private final boolean isOfSample;
  private final boolean isRoot;
  private final Type[] types;
  private final Dictionary dictionary;

  /** The sums of each operand; of one operand x it is one. */
  private final ExactSum[] sums;

  /**
   * Which two operands each sum of products is of: the first of both operands, where it has two.
   */
  private final int[][] pairs;

  private final ExactSum[] products;
  private final int countWord;
  private final int resultWord;
  private final StateLayout.Flag present;

  // A row's values: each is the sum of two doubles, or, where it is wider, a decimal.
  private final double[] high = new double[2];
  private final double[] low = new double[2];
  private final BigDecimal[] wide = {BigDecimal.ZERO, BigDecimal.ZERO};

  MomentsAccumulator(
      AggregateFunction function, List<Type> types, Dictionary dictionary, StateLayout layout) {
    this.function = function;
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
    int last = types.size() - 1;
    this.pairs =
        switch (function) {
          case CORR -> new int[][] {{0, 1}, {1, 1}, {0, 0}};
          case REGR_SLOPE, REGR_INTERCEPT -> new int[][] {{0, 1}, {1, 1}};
          default -> new int[][] {{0, last}};
        };
    this.products = new ExactSum[pairs.length];
    for (int i = 0; i < products.length; i++) {
      products[i] = new ExactSum(layout);
    }
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
    for (int p = 0; p < pairs.length && isFinite; p++) {
      if (isWide) {
        BigDecimal product = decimal(pairs[p][0]).multiply(decimal(pairs[p][1]));
        products[p].add(slot, words, group, product, weight);
      } else {
        addProducts(products[p], slot, words, group, pairs[p], weight);
      }
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

  private void addProducts(
      ExactSum sum, int slot, long[] words, int group, int[] pair, long weight) {
    int x = pair[0];
    int y = pair[1];
    sum.addProduct(slot, words, group, high[x], high[y], weight);
    if (low[x] != 0) {
      sum.addProduct(slot, words, group, low[x], high[y], weight);
    }
    if (low[y] != 0) {
      sum.addProduct(slot, words, group, high[x], low[y], weight);
      sum.addProduct(slot, words, group, low[x], low[y], weight);
    }
  }

  @Override
  void settle(TouchedRows touched) {
    long[] words = touched.words();
    for (int place = 0; place < touched.count(); place++) {
      boolean mayDiffer = touched.word(place, countWord) != touched.before(place, countWord);
      for (ExactSum sum : sums) {
        mayDiffer |= sum.mayDiffer(touched, place);
      }
      for (ExactSum product : products) {
        mayDiffer |= product.mayDiffer(touched, place);
      }
      if (mayDiffer) {
        settle(touched.slots()[place], words, place * touched.stride());
      }
    }
  }

  private void settle(int slot, long[] words, int group) {
    words[group + resultWord] = 0;
    present.clear(words, group);
    long count = words[group + countWord];
    if (count < (isOfSample ? 2 : 1)) {
      return;
    }
    BigDecimal[] ofProducts = new BigDecimal[products.length];
    boolean isFinite = true;
    for (int p = 0; p < products.length; p++) {
      BigDecimal sum = products[p].exact(slot, words, group);
      isFinite &= sum != null;
      ofProducts[p] = sum == null ? BigDecimal.ZERO : sum;
    }
    BigDecimal x = sums[0].exact(slot, words, group);
    BigDecimal y = sums[sums.length - 1].exact(slot, words, group);
    Double result = Double.NaN;
    if (isFinite && x != null && y != null) {
      BigDecimal n = BigDecimal.valueOf(count);
      BigDecimal moment = n.multiply(ofProducts[0]).subtract(x.multiply(y));
      // No conditional expression: that would open a box that may be null.
      if (pairs.length == 1) {
        result = moment(n, moment);
      } else {
        result = ofVariances(new Sums(n, x, y, moment), ofProducts);
      }
    }
    if (result != null) {
      words[group + resultWord] = Words.ofDouble(result);
      present.set(words, group);
    }
  }

  /** What is known of a group: its rows, the sums of the operands, and n xy - x y. */
  private record Sums(BigDecimal n, BigDecimal x, BigDecimal y, BigDecimal moment) {}

  private double moment(BigDecimal n, BigDecimal moment) {
    BigDecimal of = n.multiply(isOfSample ? n.subtract(BigDecimal.ONE) : n);
    int scale = types[0].scale() + types[types.length - 1].scale();
    double result = moment.scaleByPowerOfTen(-scale).divide(of, DIGITS).doubleValue();
    return isRoot ? Math.sqrt(result) : result;
  }

  /** A correlation, or what tells a line of the first operand, x, over the second, y. */
  private @Nullable Double ofVariances(Sums sums, BigDecimal[] ofProducts) {
    BigDecimal n = sums.n();
    BigDecimal y = sums.y();
    BigDecimal variance = n.multiply(ofProducts[1]).subtract(y.multiply(y));
    if (variance.signum() == 0) {
      return null;
    }
    // Of decimals the whole numbers were added up: what is left of their scales is put back.
    if (function == AggregateFunction.REGR_SLOPE) {
      int scale = types[0].scale() - types[1].scale();
      return sums.moment().scaleByPowerOfTen(-scale).divide(variance, DIGITS).doubleValue();
    }
    if (function == AggregateFunction.REGR_INTERCEPT) {
      BigDecimal at = sums.x().multiply(ofProducts[1]).subtract(y.multiply(ofProducts[0]));
      return at.scaleByPowerOfTen(-types[0].scale()).divide(variance, DIGITS).doubleValue();
    }
    BigDecimal other = n.multiply(ofProducts[2]).subtract(sums.x().multiply(sums.x()));
    if (other.signum() == 0) {
      return null;
    }
    BigDecimal root = variance.multiply(other).round(ROOT_DIGITS).sqrt(ROOT_DIGITS);
    return sums.moment().divide(root, DIGITS).doubleValue();
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
    for (ExactSum sum : sums) {
      sum.clear(slot);
    }
    for (ExactSum product : products) {
      product.clear(slot);
    }
  }

  @Override
  long besideBytes() {
    long bytes = 0;
    for (ExactSum product : products) {
      bytes += product.bytes();
    }
    for (ExactSum sum : sums) {
      bytes += sum.bytes();
    }
    return bytes;
  }

  @Override
  public StateImage capture() {
    List<StateImage> images = new ArrayList<>();
    for (ExactSum sum : sums) {
      images.add(sum.capture());
    }
    for (ExactSum product : products) {
      images.add(product.capture());
    }
    return out -> {
      for (StateImage image : images) {
        image.writeTo(out);
      }
    };
  }

  @Override
  public void restore(StateReader in) {
    for (ExactSum sum : sums) {
      sum.restore(in);
    }
    for (ExactSum product : products) {
      product.restore(in);
    }
  }
}
