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
  STRING_AGG;

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

  /** Does its result hold all values of a group? */
  boolean holdsAll() {
    return this == ARRAY_AGG || this == STRING_AGG;
  }
}
