package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import java.util.Arrays;

/**
 * Folds all {@link SeenAccumulator}s over the same rows whose bits are in one word: what a row sets
 * is put together first, so that its group's word is written to once.
 */
final class SeenFlags {
  private final int word;
  private long[] flags = new long[0];

  /** Folds into a word of the groups' rows. */
  SeenFlags(int word) {
    this.word = word;
  }

  /** Begins with a batch. */
  void start(Batch rows) {
    if (flags.length < rows.rows()) {
      flags = new long[rows.rows() + (rows.rows() >> 1)];
    } else {
      Arrays.fill(flags, 0, rows.rows(), 0);
    }
  }

  /** Takes in what an accumulator's operand sets. */
  void take(SeenAccumulator accumulator, Column operand, Batch rows) {
    accumulator.flags(operand, rows, flags);
  }

  /** Folds the selected rows of the batch. */
  void add(GroupedRows groups, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      words[at[row] + word] |= flags[row];
    }
  }
}
