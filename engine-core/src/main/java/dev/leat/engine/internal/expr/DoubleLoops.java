package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Words;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/**
 * Arithmetic on the words of doubles. Only division by zero fails; the word of zero is 0, for there
 * is no negative zero.
 */
final class DoubleLoops {
  /** Up to here the short way of rounding is taken, and its integers are exact. */
  private static final double SAFE = 0x1p49;

  /** Four times as much as the relative error of a scaled number. */
  private static final double MARGIN = 0x1p-50;

  /** Between doubles of this size lies 1, so that a sum with it is rounded to an integer. */
  private static final double ROUNDER = 0x1.8p52;

  private DoubleLoops() {}

  static boolean add(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble(Words.toDouble(a[row]) + Words.toDouble(b[row]));
    }
    return false;
  }

  static boolean subtract(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble(Words.toDouble(a[row]) - Words.toDouble(b[row]));
    }
    return false;
  }

  static boolean multiply(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble(Words.toDouble(a[row]) * Words.toDouble(b[row]));
    }
    return false;
  }

  static boolean divide(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    boolean suspect = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      suspect |= b[row] == 0;
      out[row] = Words.ofDouble(Words.toDouble(a[row]) / Words.toDouble(b[row]));
    }
    return suspect;
  }

  static boolean modulo(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    boolean suspect = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      suspect |= b[row] == 0;
      out[row] = Words.ofDouble(Words.toDouble(a[row]) % Words.toDouble(b[row]));
    }
    return suspect;
  }

  static boolean negate(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble(-Words.toDouble(in[row]));
    }
    return false;
  }

  static boolean abs(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = in[row] & Long.MAX_VALUE;
    }
    return false;
  }

  static boolean round(long[] in, long[] out, int @Nullable [] selection, int count, int digits) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble(round(Words.toDouble(in[row]), digits));
    }
    return false;
  }

  /**
   * Rounds what {@code Double.toString} shows, half away from zero.
   *
   * <p>The short way: {@code y = x * 10^digits} is off by half an ulp, and the text of x by no more
   * than that. So where {@code y} is well away from the middle between two integers, the text
   * rounds to the same integer {@code n}; and the double nearest to {@code n / 10^digits} is that
   * one division, for both are exact.
   */
  static double round(double x, int digits) {
    double power = (double) Decimals.power(digits);
    double y = x * power;
    double whole = (y + ROUNDER) - ROUNDER;
    if (Math.abs(y) < SAFE && Math.abs(y - whole) < 0.5 - Math.abs(y) * MARGIN) {
      return whole / power;
    }
    if (!Double.isFinite(x)) {
      return x;
    }
    return new BigDecimal(Double.toString(x)).setScale(digits, RoundingMode.HALF_UP).doubleValue();
  }

  static boolean fromLongs(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      // Never NaN or negative zero.
      out[row] = Double.doubleToRawLongBits((double) in[row]);
    }
    return false;
  }

  static boolean fromDecimals(
      long[] in, long[] out, int @Nullable [] selection, int count, int scale) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Words.ofDouble(Decimals.toDouble(in[row], scale));
    }
    return false;
  }
}
