package dev.leat.engine.internal.expr;

import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on longs: the loops, which only notice that something may be wrong, and the checks
 * that say what. Bits of the overflowed results are or-ed together, so that the loops have no
 * branches.
 */
final class LongLoops {
  static final String BY_ZERO = "division by zero";
  static final String OVERFLOW = "overflow";

  private LongLoops() {}

  static boolean add(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    long overflow = 0;
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        long x = a[i];
        long y = b[i];
        long sum = x + y;
        overflow |= (x ^ sum) & (y ^ sum);
        out[i] = sum;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        long x = a[row];
        long y = b[row];
        long sum = x + y;
        overflow |= (x ^ sum) & (y ^ sum);
        out[row] = sum;
      }
    }
    return overflow < 0;
  }

  static @Nullable String checkAdd(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? OVERFLOW : null;
  }

  static boolean subtract(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    long overflow = 0;
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        long x = a[i];
        long y = b[i];
        long difference = x - y;
        overflow |= (x ^ y) & (x ^ difference);
        out[i] = difference;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        long x = a[row];
        long y = b[row];
        long difference = x - y;
        overflow |= (x ^ y) & (x ^ difference);
        out[row] = difference;
      }
    }
    return overflow < 0;
  }

  static @Nullable String checkSubtract(long a, long b) {
    long difference = a - b;
    return ((a ^ b) & (a ^ difference)) < 0 ? OVERFLOW : null;
  }

  static boolean multiply(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    long overflow = 0;
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        long x = a[i];
        long y = b[i];
        long product = x * y;
        // Fits if the upper half is nothing but the sign of the lower one.
        overflow |= Math.multiplyHigh(x, y) ^ (product >> 63);
        out[i] = product;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        long x = a[row];
        long y = b[row];
        long product = x * y;
        overflow |= Math.multiplyHigh(x, y) ^ (product >> 63);
        out[row] = product;
      }
    }
    return overflow != 0;
  }

  static @Nullable String checkMultiply(long a, long b) {
    return Math.multiplyHigh(a, b) != (a * b) >> 63 ? OVERFLOW : null;
  }

  static boolean divide(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    boolean suspect = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long x = a[row];
      long y = b[row];
      // The quotient of Long.MIN_VALUE and -1 wraps around to itself: the only one of two negatives
      // that is negative.
      long quotient = y == 0 ? 0 : x / y;
      suspect |= y == 0 || (x & y & quotient) < 0;
      out[row] = quotient;
    }
    return suspect;
  }

  static @Nullable String checkDivide(long a, long b) {
    if (b == 0) {
      return BY_ZERO;
    }
    return a == Long.MIN_VALUE && b == -1 ? OVERFLOW : null;
  }

  /** The quotient by a constant that is neither 0 nor -1. */
  static boolean divideBy(
      long[] in, long[] out, int @Nullable [] selection, int count, long divisor) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = in[row] / divisor;
    }
    return false;
  }

  static boolean modulo(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    boolean suspect = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long y = b[row];
      suspect |= y == 0;
      out[row] = y == 0 ? 0 : a[row] % y;
    }
    return suspect;
  }

  static @Nullable String checkModulo(@SuppressWarnings("unused") long a, long b) {
    return b == 0 ? BY_ZERO : null;
  }

  /** The remainder by a constant that is not 0. */
  static boolean moduloBy(
      long[] in, long[] out, int @Nullable [] selection, int count, long divisor) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = in[row] % divisor;
    }
    return false;
  }

  static boolean negate(long[] in, long[] out, int @Nullable [] selection, int count) {
    long overflow = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long word = in[row];
      overflow |= word & -word;
      out[row] = -word;
    }
    return overflow < 0;
  }

  static boolean abs(long[] in, long[] out, int @Nullable [] selection, int count) {
    long overflow = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long absolute = Math.abs(in[row]);
      overflow |= absolute;
      out[row] = absolute;
    }
    return overflow < 0;
  }

  /** For {@link #negate} and {@link #abs}. */
  static @Nullable String checkSign(long word) {
    return word == Long.MIN_VALUE ? OVERFLOW : null;
  }
}
