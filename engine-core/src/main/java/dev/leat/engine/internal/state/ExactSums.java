package dev.leat.engine.internal.state;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.checkpoint.StateWriter;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Exact sums of doubles, one for each slot: what was added and taken away again leaves nothing
 * behind, and the order does not matter.
 *
 * <p><b>How.</b> A sum is kept as an expansion: doubles of rising size whose bits do not overlap
 * and whose exact sum is the sum; adding a double is a chain of exact two-sums (J. R. Shewchuk,
 * Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates, 1997). Mostly
 * there are one to three of them, and these lie as {@link #WORDS} words in a row of the caller's;
 * no part is zero, so a zero is an end. Reading a sum rounds it once, to the nearest double, ties
 * to even.
 *
 * <p>What does not go there is kept beside, by slot, for as long as it has to be: longer
 * expansions; NaN and the infinities, which cannot be taken away from a sum and are counted; values
 * so large that a sum of them could overflow, in a {@code BigDecimal}. The caller keeps in a flag
 * whether a slot is beside; its first word then holds the rounded sum after {@link #settle}.
 */
public final class ExactSums {
  /** How many words of the caller's hold a sum. */
  public static final int WORDS = 3;

  private static final double HUGE = 0x1p900;
  private static final double[] ZERO = {};
  private static final long BESIDE_BYTES = 160;
  private static final long HALF_WORD = 1L << 32;

  /** A sum that does not fit the words; it never changes. */
  private record Beside(
      double[] parts, BigDecimal huge, long nans, long positives, long negatives) {
    private static final Beside NOTHING = new Beside(ZERO, BigDecimal.ZERO, 0, 0, 0);

    private boolean fitsWords() {
      return parts.length <= WORDS
          && huge.signum() == 0
          && nans == 0
          && positives == 0
          && negatives == 0;
    }

    private Beside withParts(double[] others) {
      return new Beside(others, huge, nans, positives, negatives);
    }

    private Beside with(double value, long times) {
      if (Double.isNaN(value)) {
        return new Beside(parts, huge, nans + times, positives, negatives);
      }
      if (value == Double.POSITIVE_INFINITY) {
        return new Beside(parts, huge, nans, positives + times, negatives);
      }
      if (value == Double.NEGATIVE_INFINITY) {
        return new Beside(parts, huge, nans, positives, negatives + times);
      }
      return with(new BigDecimal(value), times);
    }

    private Beside with(BigDecimal value, long times) {
      BigDecimal product = value.multiply(BigDecimal.valueOf(times));
      return new Beside(parts, huge.add(product), nans, positives, negatives);
    }

    /** With all of another but its parts. */
    private Beside withUncommon(Beside other) {
      return new Beside(
          parts,
          huge.add(other.huge),
          nans + other.nans,
          positives + other.positives,
          negatives + other.negatives);
    }

    private double sum() {
      if (nans > 0 || (positives > 0 && negatives > 0)) {
        return Double.NaN;
      }
      if (positives > 0 || negatives > 0) {
        return positives > 0 ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
      }
      return huge.signum() == 0
          ? rounded(parts, parts.length)
          : exact(parts, parts.length).add(huge).doubleValue();
    }
  }

  private final CowObjects<Beside> besides = new CowObjects<>();
  private double[] parts = new double[8];
  private double[] scratch = new double[8];
  private int size;

  /**
   * Adds a value a number of times; a negative number takes it away.
   *
   * @param words where the sum lies
   * @param at where it begins
   * @param isBeside what this said of the slot last; false for a new one
   * @return is the slot's sum kept beside now?
   */
  public boolean add(int slot, long[] words, int at, boolean isBeside, double value, long times) {
    boolean goesBeside = !(Math.abs(value) < HUGE);
    if (!isBeside && !goesBeside) {
      load(words, at);
      addParts(value, times);
      if (size <= WORDS) {
        save(words, at);
        return false;
      }
      return put(slot, Beside.NOTHING.withParts(Arrays.copyOf(parts, size)), words, at);
    }
    Beside beside = isBeside ? besides.get(slot) : null;
    if (beside == null) {
      load(words, at);
      beside = Beside.NOTHING.withParts(Arrays.copyOf(parts, size));
    }
    if (goesBeside) {
      return put(slot, beside.with(value, times), words, at);
    }
    load(beside.parts());
    addParts(value, times);
    return put(slot, beside.withParts(Arrays.copyOf(parts, size)), words, at);
  }

  /**
   * Adds a value that is no double a number of times, as {@link #add}; the sum is then beside until
   * all such values were taken away again.
   */
  public boolean addExact(
      int slot, long[] words, int at, boolean isBeside, BigDecimal value, long times) {
    Beside beside = isBeside ? besides.get(slot) : null;
    if (beside == null) {
      load(words, at);
      beside = Beside.NOTHING.withParts(Arrays.copyOf(parts, size));
    }
    return put(slot, beside.with(value, times), words, at);
  }

  /**
   * Where a sum is.
   *
   * @param at where its words begin
   * @param isBeside what {@link #add} said last
   */
  public record Place(int slot, int at, boolean isBeside) {}

  /** Adds all that another slot has, which keeps it; as {@link #add}. */
  public boolean addAll(int slot, long[] words, int at, boolean isBeside, Place other) {
    Beside added = other.isBeside() ? besides.get(other.slot()) : null;
    load(words, other.at());
    double[] values = added == null ? Arrays.copyOf(parts, size) : added.parts();
    boolean isNow = isBeside;
    for (double value : values) {
      isNow = add(slot, words, at, isNow, value, 1);
    }
    if (added == null) {
      return isNow;
    }
    Beside beside = isNow ? besides.get(slot) : null;
    if (beside == null) {
      load(words, at);
      beside = Beside.NOTHING.withParts(Arrays.copyOf(parts, size));
    }
    return put(slot, beside.withUncommon(added), words, at);
  }

  /** The exact sum; null if a value in it is not finite. */
  public @Nullable BigDecimal exact(int slot, long[] words, int at, boolean isBeside) {
    Beside beside = isBeside ? besides.get(slot) : null;
    if (beside == null) {
      load(words, at);
      return exact(parts, size);
    }
    return beside.nans() == 0 && beside.positives() == 0 && beside.negatives() == 0
        ? exact(beside.parts(), beside.parts().length).add(beside.huge())
        : null;
  }

  private static BigDecimal exact(double[] expansion, int size) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int i = 0; i < size; i++) {
      sum = sum.add(new BigDecimal(expansion[i]));
    }
    return sum;
  }

  private boolean put(int slot, Beside beside, long[] words, int at) {
    boolean isBeside = !beside.fitsWords();
    besides.set(slot, isBeside ? beside : null);
    load(isBeside ? ZERO : beside.parts());
    save(words, at);
    return isBeside;
  }

  private void load(long[] words, int at) {
    size = 0;
    while (size < WORDS && words[at + size] != 0) {
      parts[size] = Double.longBitsToDouble(words[at + size]);
      size++;
    }
  }

  private void load(double[] from) {
    if (parts.length < from.length) {
      parts = new double[2 * from.length];
    }
    System.arraycopy(from, 0, parts, 0, from.length);
    size = from.length;
  }

  private void save(long[] words, int at) {
    for (int i = 0; i < WORDS; i++) {
      words[at + i] = i < size ? Double.doubleToRawLongBits(parts[i]) : 0;
    }
  }

  private void addParts(double value, long times) {
    if (times == 1) {
      addPart(value);
    } else if (times == -1) {
      addPart(-value);
    } else {
      // Both factors are below 2^53, so the product is exactly the sum of its rounded value and
      // what fma says was cut off.
      addProduct(value * HALF_WORD, (double) (times >> 32));
      addProduct(value, (double) (times & (HALF_WORD - 1)));
    }
  }

  private void addProduct(double value, double times) {
    double product = value * times;
    addPart(product);
    addPart(Math.fma(value, times, -product));
  }

  private void addPart(double value) {
    if (scratch.length <= size) {
      scratch = new double[2 * scratch.length];
    }
    int left = 0;
    double x = value;
    for (int i = 0; i < size; i++) {
      double part = parts[i];
      double large = Math.abs(x) < Math.abs(part) ? part : x;
      double small = Math.abs(x) < Math.abs(part) ? x : part;
      double sum = large + small;
      double rest = small - (sum - large);
      if (rest != 0) {
        scratch[left++] = rest;
      }
      x = sum;
    }
    if (x != 0) {
      scratch[left++] = x;
    }
    double[] old = parts;
    parts = scratch;
    scratch = old;
    size = left;
  }

  /** Puts the rounded sum of a slot that is beside into its first word. */
  public void settle(int slot, long[] words, int at) {
    Beside beside = Objects.requireNonNull(besides.get(slot), "nothing is kept beside");
    words[at] = Double.doubleToRawLongBits(beside.sum());
  }

  /**
   * The sum that some words hold, rounded to the nearest double; infinite if that is beyond the
   * largest.
   */
  public double sum(long[] words, int at, boolean isBeside) {
    if (isBeside) {
      return Double.longBitsToDouble(words[at]);
    }
    load(words, at);
    return rounded(parts, size);
  }

  private static double rounded(double[] expansion, int size) {
    int i = size - 1;
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

  /** Forgets what is beside of a slot. */
  public void clear(int slot) {
    if (besides.get(slot) != null) {
      besides.set(slot, null);
    }
  }

  /** About how many bytes is taken by what is beside. */
  public long bytes() {
    return BESIDE_BYTES * besides.size();
  }

  /** How many slots have something beside. */
  public int size() {
    return besides.size();
  }

  /** What is beside, as it is now. */
  public StateImage capture() {
    CowObjects.Snapshot<Beside> snapshot = besides.snapshot();
    int count = besides.size();
    return out -> {
      out.writeInt(count);
      for (int slot = 0; slot < snapshot.bound(); slot++) {
        Beside beside = snapshot.get(slot);
        if (beside != null) {
          out.writeInt(slot);
          write(beside, out);
        }
      }
    };
  }

  private static void write(Beside beside, StateWriter out) {
    out.writeInt(beside.parts().length);
    for (double part : beside.parts()) {
      out.writeLong(Double.doubleToRawLongBits(part));
    }
    out.writeString(beside.huge().toString());
    out.writeLong(beside.nans());
    out.writeLong(beside.positives());
    out.writeLong(beside.negatives());
  }

  /** Takes over what was captured; there must be nothing yet. */
  public void restore(StateReader in) {
    int count = StateFormat.readCount(in, "sums");
    for (int i = 0; i < count; i++) {
      int slot = StateFormat.readCount(in, "slot of a sum");
      int length = StateFormat.readCount(in, "parts of a sum");
      // Doubles have 2,098 bits from the smallest to the largest, and a part has at least one.
      StateFormat.check(length <= 2098, "parts of a sum", length);
      double[] expansion = new double[length];
      for (int k = 0; k < length; k++) {
        expansion[k] = Double.longBitsToDouble(in.readLong());
      }
      besides.set(slot, readBeside(expansion, in));
    }
  }

  private static Beside readBeside(double[] expansion, StateReader in) {
    String huge = in.readString();
    try {
      return new Beside(
          expansion, new BigDecimal(huge), in.readLong(), in.readLong(), in.readLong());
    } catch (NumberFormatException e) {
      throw new EngineException(Kind.CORRUPT, "a sum of a state is no number: " + huge, e);
    }
  }
}
