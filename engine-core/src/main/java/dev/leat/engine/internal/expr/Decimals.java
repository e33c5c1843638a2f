package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Type.Kind;
import dev.leat.engine.plan.TypeRules;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** Exact numbers: integers, scaled longs and BigDecimals. */
final class Decimals {
  private static final long[] POWERS = new long[19];

  /**
   * Up to here a long, and a power of ten up to 10^22, is exactly a double, so that their quotient
   * is rounded once.
   */
  private static final long EXACT_DOUBLE = 1L << 53;

  static {
    POWERS[0] = 1;
    for (int i = 1; i < POWERS.length; i++) {
      POWERS[i] = 10 * POWERS[i - 1];
    }
  }

  private Decimals() {}

  /** A power of ten, 0 to 18. */
  static long power(int exponent) {
    return POWERS[exponent];
  }

  /** Is it an integer or decimal whose word is the unscaled value? */
  static boolean isScaledLong(Type type) {
    return type.isInteger() || (type.kind() == Kind.DECIMAL && !type.isEncoded());
  }

  /** Does every value of an exact type fit a decimal type, be it after rounding? */
  static boolean alwaysFits(Type from, Type target) {
    Type exact = TypeRules.asDecimal(from);
    int carry = exact.scale() > target.scale() ? 1 : 0;
    return exact.precision() - exact.scale() + carry <= target.precision() - target.scale();
  }

  static String tooWide(Type type) {
    return "too many digits for " + type;
  }

  /** The value of an integer or decimal word. */
  static BigDecimal read(Type type, long word, Dictionary dictionary) {
    return type.isInteger()
        ? BigDecimal.valueOf(word)
        : Words.toDecimal(type, word, dictionary.values());
  }

  /**
   * The word of a decimal result.
   *
   * @throws ArithmeticException if it has too many digits for the type
   */
  static long write(Type type, BigDecimal value, Dictionary dictionary) {
    return Words.ofDecimal(type, Words.fit(type, value), dictionary);
  }

  /**
   * An arithmetic operation.
   *
   * @param scale digits behind the point of a quotient
   */
  static BigDecimal compute(Op op, BigDecimal a, BigDecimal b, int scale) {
    return switch (op) {
      case ADD -> a.add(b);
      case SUBTRACT -> a.subtract(b);
      case MULTIPLY -> a.multiply(b);
      case DIVIDE -> a.divide(notZero(b), scale, RoundingMode.HALF_UP);
      case MODULO -> a.remainder(notZero(b));
      default -> throw new IllegalArgumentException("not arithmetic: " + op);
    };
  }

  private static BigDecimal notZero(BigDecimal divisor) {
    if (divisor.signum() == 0) {
      throw new Failure(LongLoops.BY_ZERO);
    }
    return divisor;
  }

  /** The double nearest to a scaled long. */
  static double toDouble(long unscaled, int scale) {
    return Math.abs(unscaled) <= EXACT_DOUBLE && unscaled != Long.MIN_VALUE
        ? (double) unscaled / (double) POWERS[scale]
        : BigDecimal.valueOf(unscaled, scale).doubleValue();
  }

  /** Divides by a power of ten and rounds half away from zero. */
  static long divideRounding(long unscaled, long power) {
    long quotient = unscaled / power;
    long rest = Math.abs(unscaled - quotient * power);
    // The rest is less than the power, so the difference cannot overflow where twice the rest
    // might.
    return rest >= power - rest ? quotient + (unscaled < 0 ? -1 : 1) : quotient;
  }

  /**
   * Multiplies; true if a result is beyond a limit, which the caller has set so that nothing
   * overflows within.
   */
  static boolean scaleUp(
      long[] in, long[] out, int @Nullable [] selection, int count, long factor, long limit) {
    long bad = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long word = in[row];
      bad |= (limit - word) | (limit + word);
      out[row] = word * factor;
    }
    return bad < 0;
  }

  static boolean scaleDown(
      long[] in, long[] out, int @Nullable [] selection, int count, long power, long limit) {
    boolean bad = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long rounded = divideRounding(in[row], power);
      bad |= rounded > limit || rounded < -limit;
      out[row] = rounded;
    }
    return bad;
  }

  /**
   * Compares scaled longs of different scale: {@code a * factorA} with {@code b * factorB}, in 128
   * bits.
   */
  static int compareScaled(long a, long factorA, long b, long factorB) {
    int high = Long.compare(Math.multiplyHigh(a, factorA), Math.multiplyHigh(b, factorB));
    return high != 0 ? high : Long.compareUnsigned(a * factorA, b * factorB);
  }
}
