package dev.leat.engine.plan;

/** The aggregate functions. Rows whose operand is null are passed over. */
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
  BOOL_AND
}
