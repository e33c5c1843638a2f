package dev.leat.engine.plan;

/**
 * The aggregate functions. Rows whose operand is null are passed over, but by {@link #ARRAY_AGG}.
 *
 * <p>Where a function depends on an order, rows that tie in it are ordered by the value, ascending:
 * what it gives never depends on the order in which rows came in.
 */
public enum AggregateFunction {
  /** Rows, or rows whose operand is not null. Zero for none. */
  COUNT,
  /** Exact sum; null for none. A sum that does not fit its type is an error of the group's row. */
  SUM,
  /** Mean; of integers a double, not truncated. Null for none. */
  AVG,
  MIN,
  MAX,
  /** True if any is true; null for none. */
  BOOL_OR,
  /** True if all are true; null for none. */
  BOOL_AND,
  /** The value of the first row in an order, of those whose value is not null; null for none. */
  FIRST,
  /** The value of the last row in an order, of those whose value is not null; null for none. */
  LAST,
  /** All values in an array, nulls too, in an order; null for no rows. */
  ARRAY_AGG,
  /** All strings one behind the other in an order, with a separator between; null for none. */
  STRING_AGG,
  /**
   * Variance of a sample, from exact sums: the sum of squares times the count, less the square of
   * the sum, divided by the count times the count less one; rounded to 40 digits, then to a double.
   * Null of fewer than two values; NaN if one is not finite.
   */
  VAR_SAMP,
  /** Variance of a whole, as of a sample but divided by the square of the count; null for none. */
  VAR_POP,
  /** The square root of the variance of a sample. */
  STDDEV_SAMP,
  /** The square root of the variance of a whole. */
  STDDEV_POP,
  /** Covariance of a sample, as the variance, of rows in which neither of two operands is null. */
  COVAR_SAMP,
  /** Covariance of a whole, as the variance, of rows in which neither of two operands is null. */
  COVAR_POP,
  /**
   * Correlation of two operands: their covariance divided by the root of the product of their
   * variances, from exact sums, as those. Null of no rows, and where one of them is the same in
   * all.
   */
  CORR,
  /**
   * The slope of the line by least squares, of its first operand over its second: their covariance
   * divided by the variance of the second. Null where that is zero.
   */
  REGR_SLOPE,
  /** Where that line is at zero. */
  REGR_INTERCEPT,
  /**
   * The first value, in their order, up to which at least a fraction of the values are. Null for
   * none.
   */
  PERCENTILE_DISC,
  /**
   * The value at a fraction of the way from the least to the greatest, between two values by linear
   * interpolation. Of numbers a double. Null for none.
   */
  PERCENTILE_CONT,
  /** The value that comes most often; the least of those that do. Null for none. */
  MODE,
  /** Bits that are set in all integers; null for none. */
  BIT_AND,
  /** Bits that are set in any integer; null for none. */
  BIT_OR,
  /** Bits that are set in an odd number of integers; null for none. */
  BIT_XOR,
  /** An aggregate of the user's. Null for none. */
  USER;

  /** Can it be told an order, because its result depends on one? */
  public boolean takesOrder() {
    return switch (this) {
      case FIRST, LAST, ARRAY_AGG, STRING_AGG -> true;
      default -> false;
    };
  }

  /** Does it mean nothing without an order? */
  boolean needsOrder() {
    return this == FIRST || this == LAST;
  }

  /** Does SQL have it of distinct values? */
  boolean takesDistinct() {
    return switch (this) {
      case COVAR_SAMP, COVAR_POP, CORR, REGR_SLOPE, REGR_INTERCEPT -> false;
      case PERCENTILE_DISC, PERCENTILE_CONT, MODE -> false;
      default -> true;
    };
  }

  /** Does its result hold all values of a group? */
  boolean holdsAll() {
    return this == ARRAY_AGG || this == STRING_AGG;
  }
}
