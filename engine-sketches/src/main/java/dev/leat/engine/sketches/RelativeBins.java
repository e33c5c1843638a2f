package dev.leat.engine.sketches;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * Puts numbers into bins whose width is in proportion to them, as DDSketch does (Masson, Rim, Lee:
 * DDSketch, VLDB 2019): whoever keeps the bin of each value instead of the value knows each
 * percentile to the same part of itself.
 *
 * <p>The numbers from a power of two to the next are cut into {@code n} bins of equal width. Of a
 * bin from l to u the number {@code 2 l u / (l + u)} is at most {@code 1 / (2 n + 1)} of itself
 * away from any in it, at the lowest power of two, and less above. That takes 1.44 times the bins
 * that logarithms would; but it needs only operations that IEEE 754 defines to the last bit, so a
 * log gives the same bins on each JDK and processor, which {@code Math.log}, {@code pow} and {@code
 * cbrt} do not promise.
 *
 * <p>A bin's number is in it, so it is its own, and bins are in the order of their numbers.
 */
final class RelativeBins {
  private static final long SIGNIFICAND = (1L << 52) - 1;
  private static final long ONE = 1023L << 52;

  private final int binsOfDouble;

  private RelativeBins(double accuracy) {
    this.binsOfDouble = (int) Math.ceil(1 / (2 * accuracy));
  }

  /**
   * Bins of numbers.
   *
   * @param accuracy how far the number of a bin is at most from one that is in it, as a part of it
   */
  static RelativeBins ofNumbers(double accuracy) {
    checkAccuracy(accuracy);
    return new RelativeBins(accuracy);
  }

  /** Bins of durations, whose durations are in whole microseconds. */
  static RelativeBins ofDurations(double accuracy) {
    checkAccuracy(accuracy);
    // Rounding to the nearest goes at most as far again as the number is away already.
    return new RelativeBins(accuracy / 2);
  }

  private static void checkAccuracy(double accuracy) {
    if (!(accuracy >= 1e-6 && accuracy <= 0.5)) {
      throw new IllegalArgumentException(
          "an accuracy is a part of the result, from 0.000001 to 0.5: accuracy=" + accuracy);
    }
  }

  /** Into how many bins the numbers from one to two are put. */
  int binsOfDouble() {
    return binsOfDouble;
  }

  /** The number of the bin that a number is in. */
  double middle(double value) {
    double size = Math.abs(value);
    if (!(size <= Double.MAX_VALUE)) {
      return value;
    }
    if (size < Double.MIN_NORMAL) {
      return 0;
    }
    long bits = Double.doubleToRawLongBits(size);
    double part = Double.longBitsToDouble((bits & SIGNIFICAND) | ONE) - 1;
    // The product may be rounded up to the next power of two.
    long low = (long) binsOfDouble + Math.min((int) (part * binsOfDouble), binsOfDouble - 1);
    double middle = 2.0 * low * (low + 1) / ((double) binsOfDouble * (2 * low + 1));
    return Math.copySign(Math.scalb(middle, Math.getExponent(size)), value);
  }

  /** The duration of the bin that one is in, rounded to microseconds. */
  Duration middle(Duration value) {
    // A column's durations are longs of microseconds; what overflows in between comes back.
    long micros = value.getSeconds() * 1_000_000 + value.getNano() / 1000;
    return Duration.of(Math.round(middle((double) micros)), ChronoUnit.MICROS);
  }
}
