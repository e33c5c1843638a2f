package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.state.TouchedRows;

/**
 * The groups of a batch's rows, for accumulators: by row, the slot of its group, and where the
 * words of the group's row begin among those that the step works on.
 */
final class GroupedRows {
  private int[] slots = new int[0];
  private int[] at = new int[0];
  private long[] words = new long[0];
  private int groups;
  private int stride;
  private int rows;

  /** Makes room for rows. */
  void ensure(int rows) {
    if (at.length < rows) {
      slots = new int[rows + (rows >> 1)];
      at = new int[slots.length];
    }
  }

  /** Sets the groups that the rows of a batch are of: each of them has at least one. */
  void within(TouchedRows touched, Batch batch) {
    words = touched.words();
    groups = batch.isEmpty() ? 0 : touched.count();
    stride = touched.stride();
    rows = batch.count();
  }

  /** Sets the words of the groups that rows are of; some may have no row. */
  void within(long[] groupWords) {
    words = groupWords;
    rows = -1;
  }

  /**
   * Sets bits of a word for the groups of some rows of the batch, whose operand is never null.
   *
   * @return false if these are not all rows: it is not known then which groups have one
   */
  boolean flagAll(Batch some, int word, long bits) {
    if (some.count() != rows) {
      return false;
    }
    for (int i = 0; i < groups; i++) {
      words[i * stride + word] |= bits;
    }
    return true;
  }

  /** The slot of each row's group. */
  int[] slots() {
    return slots;
  }

  /** Where the words of each row's group begin. */
  int[] at() {
    return at;
  }

  /** The words of all groups. */
  long[] words() {
    return words;
  }
}
