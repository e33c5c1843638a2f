package dev.leat.engine.internal.state;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums of doubles, one for each slot: what was added and taken away again leaves nothing
 * behind, and the order does not matter.
 *
 * <p><b>How.</b> A sum is kept as an expansion: doubles of rising size whose bits do not overlap
 * and whose exact sum is the sum; adding a double is a chain of exact two-sums (J. R. Shewchuk,
 * Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates, 1997). Mostly
 * there are one to three of them. Reading a sum rounds it once, to the nearest double, ties to
 * even. NaN and the infinities, which cannot be taken away from a sum, are counted beside it; the
 * few values so large that a sum of them could overflow are kept as a {@code BigDecimal} beside it.
 */
public final class ExactSums {
  private static final double HUGE = 0x1p900;
  private static final double[] ZERO = {};
  private static final long HALF_WORD = 1L << 32;

  /** What does not go into an expansion. */
  private static final class Beside {
    private BigDecimal huge = BigDecimal.ZERO;
    private long nans;
    private long positives;
    private long negatives;

    private boolean isEmpty() {
      return huge.signum() == 0 && nans == 0 && positives == 0 && negatives == 0;
    }
  }

  private double[][] parts = new double[0][];
  private final Map<Integer, Beside> besides = new HashMap<>();
  private double[] scratch = new double[8];

  /** Makes room for slots. */
  public void ensure(int slots) {
    if (parts.length < slots) {
      int from = parts.length;
      parts = Arrays.copyOf(parts, Math.max(slots, 2 * from));
      Arrays.fill(parts, from, parts.length, ZERO);
    }
  }

  /** Adds a value a number of times; a negative number takes it away. */
  public void add(int slot, double value, long times) {
    if (!(Math.abs(value) < HUGE)) {
      addBeside(slot, value, times);
    } else if (times == 1) {
      addPart(slot, value);
    } else if (times == -1) {
      addPart(slot, -value);
    } else {
      // Both factors are below 2^53, so the product is exactly the sum of its rounded value and
      // what fma says was cut off.
      addProduct(slot, value * HALF_WORD, (double) (times >> 32));
      addProduct(slot, value, (double) (times & (HALF_WORD - 1)));
    }
  }

  private void addProduct(int slot, double value, double times) {
    double product = value * times;
    addPart(slot, product);
    addPart(slot, Math.fma(value, times, -product));
  }

  private void addPart(int slot, double value) {
    double[] old = parts[slot];
    if (scratch.length <= old.length) {
      scratch = new double[2 * scratch.length];
    }
    int size = 0;
    double x = value;
    for (double part : old) {
      double large = Math.abs(x) < Math.abs(part) ? part : x;
      double small = Math.abs(x) < Math.abs(part) ? x : part;
      double sum = large + small;
      double rest = small - (sum - large);
      if (rest != 0) {
        scratch[size++] = rest;
      }
      x = sum;
    }
    if (x != 0) {
      scratch[size++] = x;
    }
    if (size != old.length) {
      parts[slot] = size == 0 ? ZERO : Arrays.copyOf(scratch, size);
    } else {
      System.arraycopy(scratch, 0, old, 0, size);
    }
  }

  private void addBeside(int slot, double value, long times) {
    Beside beside = besides.computeIfAbsent(slot, s -> new Beside());
    if (Double.isNaN(value)) {
      beside.nans += times;
    } else if (value == Double.POSITIVE_INFINITY) {
      beside.positives += times;
    } else if (value == Double.NEGATIVE_INFINITY) {
      beside.negatives += times;
    } else {
      beside.huge = beside.huge.add(new BigDecimal(value).multiply(BigDecimal.valueOf(times)));
    }
    if (beside.isEmpty()) {
      besides.remove(slot);
    }
  }

  /** The sum of a slot, rounded to the nearest double; infinite if that is beyond the largest. */
  public double sum(int slot) {
    Beside beside = besides.isEmpty() ? null : besides.get(slot);
    return beside == null ? rounded(parts[slot]) : sum(parts[slot], beside);
  }

  private static double sum(double[] expansion, Beside beside) {
    if (beside.nans > 0 || (beside.positives > 0 && beside.negatives > 0)) {
      return Double.NaN;
    }
    if (beside.positives > 0 || beside.negatives > 0) {
      return beside.positives > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
    }
    BigDecimal sum = beside.huge;
    for (double part : expansion) {
      sum = sum.add(new BigDecimal(part));
    }
    return sum.doubleValue();
  }

  private static double rounded(double[] expansion) {
    int i = expansion.length - 1;
    if (i < 0) {
      return 0;
    }
    double high = expansion[i];
    double low = 0;
    while (i > 0 && low == 0) {
      double x = high;
      double y = expansion[--i];
      high = x + y;
      low = y - (high - x);
    }
    // If what was cut off is just half a unit, the next part decides the direction; adding twice
    // the half shows whether it was half.
    if (i > 0 && ((low < 0 && expansion[i - 1] < 0) || (low > 0 && expansion[i - 1] > 0))) {
      double y = low * 2;
      double x = high + y;
      if (y == x - high) {
        high = x;
      }
    }
    return high;
  }

  /** Sets a slot to zero. */
  public void clear(int slot) {
    parts[slot] = ZERO;
    besides.remove(slot);
  }

  /** For tests: is there nothing left in a slot? */
  public boolean isZero(int slot) {
    @Nullable Beside beside = besides.get(slot);
    return parts[slot].length == 0 && beside == null;
  }
}
