package dev.leat.engine;

import static dev.leat.engine.Expressions.col;

import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import java.util.List;

/**
 * Aggregates that say how values are distributed. Made to be imported statically, as {@link
 * Expressions} is. All are computed from all values of a group: what was taken back leaves no
 * trace, and the order in which rows came does not matter, to the last bit.
 *
 * <pre>{@code
 * clicks.groupBy(Click::pageUrl)
 *     .aggregate(percentileDisc(0.99, Click::millis).as("p99"), stddev(Click::millis).as("sigma"))
 * }</pre>
 */
public final class Statistics {
  private Statistics() {}

  private static AggregateCall aggregate(AggregateFunction function, Expr operand) {
    return new AggregateCall(function, operand, null, false, null);
  }

  /** Variance of a sample, divided by one less than the count; null of fewer than two values. */
  public static AggregateCall variance(Expr operand) {
    return aggregate(AggregateFunction.VAR_SAMP, operand);
  }

  /** Variance of a sample, divided by one less than the count; null of fewer than two values. */
  public static <T> AggregateCall variance(Accessor<T, ?> accessor) {
    return variance(col(accessor));
  }

  /** Variance of a whole, divided by the count; null of no values. */
  public static AggregateCall variancePop(Expr operand) {
    return aggregate(AggregateFunction.VAR_POP, operand);
  }

  /** Variance of a whole, divided by the count; null of no values. */
  public static <T> AggregateCall variancePop(Accessor<T, ?> accessor) {
    return variancePop(col(accessor));
  }

  /** Standard deviation of a sample; null of fewer than two values. */
  public static AggregateCall stddev(Expr operand) {
    return aggregate(AggregateFunction.STDDEV_SAMP, operand);
  }

  /** Standard deviation of a sample; null of fewer than two values. */
  public static <T> AggregateCall stddev(Accessor<T, ?> accessor) {
    return stddev(col(accessor));
  }

  /** Standard deviation of a whole; null of no values. */
  public static AggregateCall stddevPop(Expr operand) {
    return aggregate(AggregateFunction.STDDEV_POP, operand);
  }

  /** Standard deviation of a whole; null of no values. */
  public static <T> AggregateCall stddevPop(Accessor<T, ?> accessor) {
    return stddevPop(col(accessor));
  }

  private static AggregateCall covariance(AggregateFunction function, Expr x, Expr y) {
    return new AggregateCall(function, x, null, false, null, AggregateArguments.of(List.of(y)));
  }

  /** Covariance of a sample, of rows in which neither is null; null of fewer than two of them. */
  public static AggregateCall covariance(Expr x, Expr y) {
    return covariance(AggregateFunction.COVAR_SAMP, x, y);
  }

  /** Covariance of a sample, of rows in which neither is null; null of fewer than two of them. */
  public static <T> AggregateCall covariance(Accessor<T, ?> x, Accessor<T, ?> y) {
    return covariance(col(x), col(y));
  }

  /** Covariance of a whole, of rows in which neither is null; null of none. */
  public static AggregateCall covariancePop(Expr x, Expr y) {
    return covariance(AggregateFunction.COVAR_POP, x, y);
  }

  /** Covariance of a whole, of rows in which neither is null; null of none. */
  public static <T> AggregateCall covariancePop(Accessor<T, ?> x, Accessor<T, ?> y) {
    return covariancePop(col(x), col(y));
  }

  /**
   * Correlation of rows in which neither is null, from -1 to 1; null of none, and where one of the
   * two is the same in all rows.
   */
  public static AggregateCall corr(Expr x, Expr y) {
    return covariance(AggregateFunction.CORR, x, y);
  }

  /** Correlation of rows in which neither is null, from -1 to 1. */
  public static <T> AggregateCall corr(Accessor<T, ?> x, Accessor<T, ?> y) {
    return corr(col(x), col(y));
  }

  /**
   * The slope of the line that fits the rows best by least squares, of rows in which neither is
   * null; null of none, and where {@code x} is the same in all rows.
   *
   * @param y what depends on {@code x}: first, as in SQL
   */
  public static AggregateCall regrSlope(Expr y, Expr x) {
    return covariance(AggregateFunction.REGR_SLOPE, y, x);
  }

  /** The slope of the line that fits the rows best: of {@code y}, which depends on {@code x}. */
  public static <T> AggregateCall regrSlope(Accessor<T, ?> y, Accessor<T, ?> x) {
    return regrSlope(col(y), col(x));
  }

  /**
   * What {@code y} is on the line that fits the rows best where {@code x} is zero; null as {@link
   * #regrSlope}.
   *
   * @param y what depends on {@code x}: first, as in SQL
   */
  public static AggregateCall regrIntercept(Expr y, Expr x) {
    return covariance(AggregateFunction.REGR_INTERCEPT, y, x);
  }

  /** What {@code y} is on the line that fits the rows best where {@code x} is zero. */
  public static <T> AggregateCall regrIntercept(Accessor<T, ?> y, Accessor<T, ?> x) {
    return regrIntercept(col(y), col(x));
  }

  private static AggregateCall percentile(AggregateFunction function, double at, Expr operand) {
    if (!(at >= 0 && at <= 1)) {
      throw new IllegalArgumentException("a percentile is a fraction from 0 to 1: fraction=" + at);
    }
    // Adding zero makes a negative zero the one zero.
    return new AggregateCall(
        function, operand, null, false, null, AggregateArguments.of(List.of(), at + 0.0));
  }

  /**
   * The first value, from the least up, up to which at least a fraction of the values are; so one
   * that is there. Null of no values.
   *
   * @param fraction from 0 to 1, taken as the decimal number that it is written as
   */
  public static AggregateCall percentileDisc(double fraction, Expr operand) {
    return percentile(AggregateFunction.PERCENTILE_DISC, fraction, operand);
  }

  /** The first value, from the least up, up to which at least a fraction of the values are. */
  public static <T> AggregateCall percentileDisc(double fraction, Accessor<T, ?> accessor) {
    return percentileDisc(fraction, col(accessor));
  }

  /**
   * The value at a fraction of the way from the least to the greatest, by linear interpolation
   * between two where it falls between them. Of numbers a double, of durations a duration, cut to
   * microseconds. Null of no values.
   *
   * @param fraction from 0 to 1, taken as the decimal number that it is written as
   */
  public static AggregateCall percentileCont(double fraction, Expr operand) {
    return percentile(AggregateFunction.PERCENTILE_CONT, fraction, operand);
  }

  /** The value at a fraction of the way from the least to the greatest, interpolated. */
  public static <T> AggregateCall percentileCont(double fraction, Accessor<T, ?> accessor) {
    return percentileCont(fraction, col(accessor));
  }

  /** The value that comes most often; the least, if several do. Null of no values. */
  public static AggregateCall mode(Expr operand) {
    return aggregate(AggregateFunction.MODE, operand);
  }

  /** The value that comes most often; the least, if several do. Null of no values. */
  public static <T> AggregateCall mode(Accessor<T, ?> accessor) {
    return mode(col(accessor));
  }
}
