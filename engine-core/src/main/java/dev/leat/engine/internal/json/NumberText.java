package dev.leat.engine.internal.json;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/**
 * One number of JSON as it is written: checked, measured, and turned into what a column wants.
 * Small numbers are computed from their digits, others by the JDK; both are exact or rightly
 * rounded. Reused from number to number.
 */
final class NumberText {
  /** What a number has besides digits: two signs, the point and the e. */
  static final int MAX_SIGNS = 4;

  /** As many digits as surely fit a long. */
  private static final int MAX_LONG_DIGITS = 18;

  /**
   * A double holds every integer up to this, and every power of ten up to 1e22, so one operation on
   * them rounds once.
   */
  private static final long MAX_EXACT_DOUBLE = 1L << 53;

  private static final long MAX_EXACT_FLOAT = 1L << 24;

  /** Exponents are counted up to here only; what is longer is beyond every limit. */
  private static final int HUGE = 1_000_000;

  /** What {@link #unscaled} returns where {@link #decimal} must be asked. */
  static final long NOT_QUICK = Long.MIN_VALUE;

  private static final long[] LONG_POWERS = new long[MAX_LONG_DIGITS + 1];
  private static final double[] POWERS = new double[23];
  private static final float[] FLOAT_POWERS = new float[11];

  static {
    LONG_POWERS[0] = 1;
    for (int i = 1; i < LONG_POWERS.length; i++) {
      LONG_POWERS[i] = 10 * LONG_POWERS[i - 1];
    }
    for (int i = 0; i < POWERS.length; i++) {
      POWERS[i] = Double.parseDouble("1e" + i);
    }
    for (int i = 0; i < FLOAT_POWERS.length; i++) {
      FLOAT_POWERS[i] = Float.parseFloat("1e" + i);
    }
  }

  private byte[] text = {};
  private int from;
  private int end;
  private boolean isNegative;
  private boolean isInteger;
  private int mantissaDigits;
  private int digits;
  private long mantissa;
  private int fractionDigits;
  private int exponent;

  /**
   * Reads the number that starts at a place.
   *
   * @return where it ends, or -1 if none starts there; what may follow it is for the caller to say
   */
  int scan(byte[] bytes, int start, int to) {
    text = bytes;
    from = start;
    isNegative = start < to && bytes[start] == '-';
    int first = isNegative ? start + 1 : start;
    mantissa = 0;
    int at = digits(bytes, first, to);
    int integerDigits = at - first;
    if (integerDigits == 0 || (integerDigits > 1 && bytes[first] == '0')) {
      return -1;
    }
    isInteger = true;
    fractionDigits = 0;
    exponent = 0;
    int exponentDigits = 0;
    if (at < to && bytes[at] == '.') {
      isInteger = false;
      int point = at;
      at = digits(bytes, point + 1, to);
      fractionDigits = at - point - 1;
      if (fractionDigits == 0) {
        return -1;
      }
    }
    if (at < to && (bytes[at] | 0x20) == 'e') {
      isInteger = false;
      int signAt = at + 1;
      boolean isSigned = signAt < to && (bytes[signAt] == '-' || bytes[signAt] == '+');
      int exponentFrom = isSigned ? signAt + 1 : signAt;
      at = exponent(bytes, exponentFrom, to);
      exponentDigits = at - exponentFrom;
      if (exponentDigits == 0) {
        return -1;
      }
      exponent = bytes[signAt] == '-' ? -exponent : exponent;
    }
    mantissaDigits = integerDigits + fractionDigits;
    digits = mantissaDigits + exponentDigits;
    end = at;
    return at;
  }

  /**
   * Reads digits into the mantissa, which is right as long as there are not too many, and returns
   * where they end.
   */
  private int digits(byte[] bytes, int start, int to) {
    long value = mantissa;
    int at = start;
    for (; at < to; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    mantissa = value;
    return at;
  }

  private int exponent(byte[] bytes, int start, int to) {
    int value = 0;
    int at = start;
    for (; at < to; at++) {
      int digit = bytes[at] - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = Math.min(HUGE, value * 10 + digit);
    }
    exponent = value;
    return at;
  }

  /** Digits written, those of the exponent included. */
  int digits() {
    return digits;
  }

  /** The exponent as written. */
  int exponent() {
    return exponent;
  }

  /** Is it written without point and exponent? */
  boolean isInteger() {
    return isInteger;
  }

  /** Does an integer fit a long? */
  boolean isLong() {
    if (mantissaDigits <= MAX_LONG_DIGITS) {
      return true;
    }
    return isInteger && decimal().toBigInteger().bitLength() < Long.SIZE;
  }

  /** The value of an integer that fits a long. */
  long toLong() {
    if (mantissaDigits <= MAX_LONG_DIGITS) {
      return isNegative ? -mantissa : mantissa;
    }
    return decimal().longValueExact();
  }

  /** The nearest double; infinite if it is too great. */
  double toDouble() {
    int power = exponent - fractionDigits;
    if (mantissaDigits <= MAX_LONG_DIGITS
        && mantissa <= MAX_EXACT_DOUBLE
        && Math.abs(power) < POWERS.length) {
      double value = power < 0 ? mantissa / POWERS[-power] : mantissa * POWERS[power];
      return isNegative ? -value : value;
    }
    return Double.parseDouble(toString());
  }

  /** The nearest float; infinite if it is too great. */
  float toFloat() {
    int power = exponent - fractionDigits;
    if (mantissaDigits <= MAX_LONG_DIGITS
        && mantissa <= MAX_EXACT_FLOAT
        && Math.abs(power) < FLOAT_POWERS.length) {
      float value = power < 0 ? mantissa / FLOAT_POWERS[-power] : mantissa * FLOAT_POWERS[power];
      return isNegative ? -value : value;
    }
    return Float.parseFloat(toString());
  }

  /**
   * The number times ten to a power, where that is an integer and quickly computed.
   *
   * @return it, or {@link #NOT_QUICK}
   */
  long unscaled(int scale) {
    int shift = scale + exponent - fractionDigits;
    if (mantissaDigits > MAX_LONG_DIGITS || Math.abs(shift) > MAX_LONG_DIGITS) {
      return NOT_QUICK;
    }
    long value = isNegative ? -mantissa : mantissa;
    long power = LONG_POWERS[Math.abs(shift)];
    if (shift < 0) {
      return value % power == 0 ? value / power : NOT_QUICK;
    }
    return mantissaDigits + shift <= MAX_LONG_DIGITS ? value * power : NOT_QUICK;
  }

  /** Has a number at most so many digits, up to 18? */
  static boolean hasDigits(long value, int digits) {
    return value < LONG_POWERS[digits] && value > -LONG_POWERS[digits];
  }

  /** The exact value; its cost is bounded only by the limits on digits and exponent. */
  BigDecimal decimal() {
    if (mantissaDigits <= MAX_LONG_DIGITS) {
      return BigDecimal.valueOf(isNegative ? -mantissa : mantissa, fractionDigits - exponent);
    }
    return new BigDecimal(toString());
  }

  /** The number as it is written. */
  @Override
  public String toString() {
    return new String(text, from, end - from, StandardCharsets.US_ASCII);
  }
}
