package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.GroupRows;
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

  /** The word. */
  int word() {
    return word;
  }

  /** Begins with a batch, of which each row sets some bits. */
  void start(Batch rows, long bits) {
    ensure(rows);
    Arrays.fill(flags, 0, rows.rows(), bits);
  }

  /** Begins with a batch, of which what each row sets is known already. */
  void start(Batch rows, FlagsByCode byCode) {
    ensure(rows);
    byCode.write(rows, flags);
  }

  /** Begins with rows of a batch of which what each sets is known already. */
  void start(Batch rows, KnownFlags candidates) {
    ensure(rows);
    for (int i = 0; i < candidates.count(); i++) {
      flags[candidates.rows()[i]] = candidates.flags()[i];
    }
  }

  private void ensure(Batch rows) {
    if (flags.length < rows.rows()) {
      flags = new long[rows.rows() + (rows.rows() >> 1)];
    }
  }

  /** What the first row of the batch sets. */
  long first() {
    return flags[0];
  }

  /**
   * Selects the rows that set a bit which their group has not got.
   *
   * @param slots of the groups, by row
   * @param selected is given the rows
   * @return how many
   */
  int changing(Batch rows, int[] slots, GroupRows groups, int[] selected) {
    int[] selection = rows.selection();
    int count = rows.count();
    int size = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int slot = slots[row];
      long missing = flags[row] & ~groups.page(slot)[groups.offset(slot) + word];
      selected[size] = row;
      // Without a branch: 1 if any bit is missing.
      size += (int) ((missing | -missing) >>> 63);
    }
    return size;
  }

  /**
   * Sets the bits of candidates in their groups.
   *
   * @param slots of the groups, by candidate
   * @param before is given the flags that each had
   */
  void set(KnownFlags candidates, int[] slots, GroupRows groups, int[] before) {
    int[] sets = candidates.flags();
    int count = candidates.count();
    for (int i = 0; i < count; i++) {
      long[] page = groups.writable(slots[i]);
      int at = groups.offset(slots[i]) + word;
      long had = page[at];
      before[i] = (int) had;
      page[at] = had | sets[i];
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
