package dev.leat.engine.internal.op;

/**
 * Reads the result of an aggregate of one group from the words of the group's row. It depends on
 * nothing else and does not fail, so any thread may read.
 */
interface RowResult {
  /** Is it null? */
  boolean isNull(long[] words, int row);

  /** The result's word; any if it is null. */
  long word(long[] words, int row);
}
