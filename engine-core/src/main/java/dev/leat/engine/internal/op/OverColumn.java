package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Frame;

/**
 * Computes one result of rows in an order, and knows which rows' results a change can be seen in.
 *
 * <p><b>Laws.</b> A result follows from the rows of the partition and from the results of the row
 * before. A row whose result is other than before the step lies between {@link #first} and {@link
 * #last} of some row that came or went, or came itself.
 */
abstract class OverColumn {
  /** Behind all rows. */
  static final long UNBOUNDED = Frame.UNBOUNDED;

  /** Writes the result of a place into the first row of a column, which is empty. */
  abstract void write(OverPlace place, Column out, RowErrors errors);

  /** The index of the first row in whose result a change can be seen; may be less than 0. */
  abstract long first(OverPlace change);

  /** The index of the last row in whose result a change can be seen; may be beyond all rows. */
  abstract long last(OverPlace change);

  /** Is the result the same for all rows? */
  boolean isOfAll() {
    return false;
  }

  /**
   * Where a change is seen up to the last row: does an equal result of a row behind all changes
   * mean that there is nothing to be seen behind it?
   *
   * @param isMoved do rows behind all changes have other indexes than before?
   */
  boolean endsWhereEqual(boolean isMoved) {
    return true;
  }

  /** How many rows behind a change the first row is whose result has the change behind it. */
  long lag() {
    return 0;
  }

  /** The sum, or the largest number if it is beyond that. */
  static long plus(long index, long distance) {
    long sum = index + distance;
    return distance > 0 && sum < index ? UNBOUNDED : sum;
  }
}
