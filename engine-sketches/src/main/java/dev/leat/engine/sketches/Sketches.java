package dev.leat.engine.sketches;

import static dev.leat.engine.Expressions.aggregate;
import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Statistics.percentileDisc;

import dev.leat.engine.Accessor;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;

/**
 * Approximate aggregates, for groups with so many values that keeping them all is too much. What
 * they give depends on the rows alone, not on their order, on epochs or on restarts, bit for bit;
 * how far it may be from the exact result is said when they are asked for.
 *
 * <pre>{@code
 * clicks
 *     .groupBy(Click::pageUrl)
 *     .aggregate(
 *         approxCountDistinct(Click::userId).as("users"),
 *         approxPercentile(0.99, Click::millis).as("p99"))
 * }</pre>
 */
public final class Sketches {
  /** A sketch of 4 KiB, with a standard error of 1.2 %. */
  public static final int DEFAULT_PRECISION = 12;

  /** One per cent. */
  public static final double DEFAULT_ACCURACY = 0.01;

  private Sketches() {}

  /** About how many distinct values there are, with {@link #DEFAULT_PRECISION}. */
  public static AggregateCall approxCountDistinct(Expr operand) {
    return approxCountDistinct(operand, DEFAULT_PRECISION);
  }

  /** About how many distinct values there are, with {@link #DEFAULT_PRECISION}. */
  public static <T> AggregateCall approxCountDistinct(Accessor<T, ?> accessor) {
    return approxCountDistinct(col(accessor));
  }

  /** About how many distinct values there are. */
  public static <T> AggregateCall approxCountDistinct(Accessor<T, ?> accessor, int precision) {
    return approxCountDistinct(col(accessor), precision);
  }

  /**
   * About how many distinct values there are, of any type; zero of none, nulls do not count. A
   * group takes at most {@code 2^precision} bytes, less as long as it has few values: up to {@code
   * 2^precision / 16} they are counted exactly. The standard error is {@code 0.76 /
   * sqrt(2^precision)}: 0.6 % for 14, 1.2 % for 12, 2.4 % for 10. Two results of three are within
   * it, and all but one of 15,000 within four times of it.
   *
   * <p>It cannot take rows back, so it is refused where they can be; {@code countDistinct} is
   * exact, and can.
   *
   * @param precision from 6 to 16
   */
  public static AggregateCall approxCountDistinct(Expr operand, int precision) {
    DistinctCount count = new DistinctCount(precision);
    return aggregate(count.name(), Type.LONG, count, operand);
  }

  /** A percentile that is about right, by {@link #DEFAULT_ACCURACY}. */
  public static AggregateCall approxPercentile(double fraction, Expr operand) {
    return approxPercentile(fraction, operand, DEFAULT_ACCURACY);
  }

  /** A percentile that is about right, by {@link #DEFAULT_ACCURACY}. */
  public static <T> AggregateCall approxPercentile(double fraction, Accessor<T, ?> accessor) {
    return approxPercentile(fraction, col(accessor));
  }

  /** A percentile that is about right. */
  public static <T> AggregateCall approxPercentile(
      double fraction, Accessor<T, ?> accessor, double accuracy) {
    return approxPercentile(fraction, col(accessor), accuracy);
  }

  /**
   * What {@code percentileDisc} gives of numbers, as a double that differs from it by at most a
   * part of it; null of no values. Infinities, NaN and zero are themselves; numbers nearer to zero
   * than 2.3e-308 are zero.
   *
   * <p>A group keeps 56 bytes for each bin that has a value. Between a number and its double are
   * {@code 1 / (2 * accuracy)} bins: 50 for one per cent, so values from one to a million, all of
   * which may come, take 1,000 bins. Rows can be taken back.
   *
   * @param fraction from 0 to 1, taken as the decimal number that it is written as
   * @param accuracy from a millionth to a half: 0.01 for one per cent of the exact result
   */
  public static AggregateCall approxPercentile(double fraction, Expr operand, double accuracy) {
    RelativeBins bins = RelativeBins.ofNumbers(accuracy);
    Expr bin = call("within_" + accuracy, Type.DOUBLE, BinFunction.ofNumbers(bins), operand);
    return percentileDisc(fraction, bin);
  }

  /** A percentile of durations that is about right, by {@link #DEFAULT_ACCURACY}. */
  public static AggregateCall approxPercentileOfDurations(double fraction, Expr operand) {
    return approxPercentileOfDurations(fraction, operand, DEFAULT_ACCURACY);
  }

  /** A percentile of durations that is about right, by {@link #DEFAULT_ACCURACY}. */
  public static <T> AggregateCall approxPercentileOfDurations(
      double fraction, Accessor<T, ?> accessor) {
    return approxPercentileOfDurations(fraction, col(accessor));
  }

  /** A percentile of durations that is about right. */
  public static <T> AggregateCall approxPercentileOfDurations(
      double fraction, Accessor<T, ?> accessor, double accuracy) {
    return approxPercentileOfDurations(fraction, col(accessor), accuracy);
  }

  /**
   * The same of durations, which gives a duration in whole microseconds. It has twice the bins.
   *
   * @param fraction from 0 to 1, taken as the decimal number that it is written as
   * @param accuracy from a millionth to a half
   */
  public static AggregateCall approxPercentileOfDurations(
      double fraction, Expr operand, double accuracy) {
    RelativeBins bins = RelativeBins.ofDurations(accuracy);
    Expr bin =
        call("duration_within_" + accuracy, Type.DURATION, BinFunction.ofDurations(bins), operand);
    return percentileDisc(fraction, bin);
  }
}
