package dev.leat.engine.plan;

/** What can be computed of a row from its place among the rows of its partition. */
public enum OverFunction {
  /** The number of its place, from 1; rows that tie have different ones. */
  ROW_NUMBER,
  /** One more than the rows that come before it; rows that tie have the same. */
  RANK,
  /** One more than the different ranks before it; rows that tie have the same. */
  DENSE_RANK,
  /** A value of the row so many places before it; null if there is none. */
  LAG,
  /** A value of the row so many places behind it; null if there is none. */
  LEAD,
  /** A value of the first row of its frame; null if the frame has none. */
  FIRST_VALUE,
  /** A value of the last row of its frame; null if the frame has none. */
  LAST_VALUE,
  /** Rows of its frame, or those in which a value is not null. */
  COUNT,
  /** Exact sum over its frame, of values that are not null; null for none. */
  SUM,
  /** Mean over its frame, of values that are not null; null for none. */
  AVG,
  /** Least value of its frame that is not null; null for none. */
  MIN,
  /** Greatest value of its frame that is not null; null for none. */
  MAX;

  /** Is it a number of a place in the order, whatever the row's values? */
  public boolean isRanking() {
    return this == ROW_NUMBER || this == RANK || this == DENSE_RANK;
  }

  /** Is it a value of a row so many places away? */
  public boolean isShift() {
    return this == LAG || this == LEAD;
  }

  /** Is it computed of the rows of a frame? */
  public boolean isFramed() {
    return !isRanking() && !isShift();
  }

  /** Does it need a value of the rows? */
  public boolean needsOperand() {
    return !isRanking() && this != COUNT;
  }
}
