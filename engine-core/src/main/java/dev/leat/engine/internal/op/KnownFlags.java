package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.Arrays;

/**
 * What is known to be set of the flags of groups whose key is one dictionary code, by code: one
 * small array beside the groups, so that a row that sets nothing new is found out without finding
 * its group. Most rows do not, and most that do are the first of their group.
 *
 * <p><b>Law.</b> What is known is set, or is being set by the step; not all that is set need be
 * known, so that nothing is read back after a restart: it is learned again as rows come.
 */
final class KnownFlags {
  /** Flags must leave a bit for those that are unknown. */
  static final int MAX_BITS = Integer.SIZE - 1;

  private static final int ALL = Integer.MAX_VALUE;

  private final int key;
  private final Dictionary dictionary;
  private int[] known = new int[0];

  /**
   * Flags of groups.
   *
   * @param key the column of the group's key
   */
  KnownFlags(int key, Dictionary dictionary) {
    this.key = key;
    this.dictionary = dictionary;
  }

  /** Can it tell for a batch? Not if a key or a code is null. */
  boolean canTell(Batch batch, FlagsByCode byCode) {
    return batch.column(key).nulls() == null && batch.column(byCode.column()).nulls() == null;
  }

  /**
   * Selects the rows that set a flag which is not known to be set, and takes it for set from then
   * on: the caller is to set it. All rows whose flags are unknown are selected.
   *
   * @param selected is given the rows
   * @param out is given their flags, by row
   * @return how many
   */
  int candidates(Batch batch, FlagsByCode byCode, int[] selected, long[] out) {
    if (known.length < dictionary.bound()) {
      known = Arrays.copyOf(known, Math.max(dictionary.bound(), 2 * known.length));
    }
    int[] set = known;
    long[] flags = byCode.table();
    long[] keys = batch.column(key).words();
    long[] codes = batch.column(byCode.column()).words();
    int last = flags.length - 1;
    int[] selection = batch.selection();
    int count = batch.count();
    int size = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) keys[row];
      long sets = flags[Math.min((int) codes[row], last)];
      int before = set[code];
      if (((int) sets & ~before) != 0) {
        set[code] = (before | (int) sets) & ALL;
        out[row] = sets;
        selected[size++] = row;
      }
    }
    return size;
  }

  /** About how many bytes it takes. */
  long bytes() {
    return (long) known.length * Integer.BYTES;
  }
}
