package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import java.util.Arrays;

/**
 * What is known to be set of the flags of groups whose key is one dictionary code, by code: one
 * small array beside the groups, so that a row that sets nothing new is found out without finding
 * its group. Most rows do not; those that may are its <i>candidates</i>.
 *
 * <p><b>Law.</b> What is known is set, or is being set by the step; not all that is set need be
 * known, so that nothing is read back after a restart: it is learned again as rows come.
 */
final class KnownFlags {
  /** Flags must leave the bit that says that they are unknown. */
  static final int MAX_BITS = Integer.SIZE - 1;

  private final int key;
  private final Dictionary dictionary;
  private int[] known = new int[0];

  /** The candidates' rows, the codes of their keys, and their flags. */
  private int[] rows = new int[0];

  private int[] keys = new int[0];
  private int[] flags = new int[0];
  private int count;

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
   * on: the caller is to set it.
   */
  void select(Batch batch, FlagsByCode byCode) {
    ensure(batch);
    long[] codes = batch.column(byCode.column()).words();
    long[] table = byCode.table();
    selectRows(batch, codes, table);
    long[] keyCodes = batch.column(key).words();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      keys[i] = (int) keyCodes[row];
      flags[i] = (int) table[Math.min((int) codes[row], table.length - 1)];
      if (flags[i] < 0) {
        flags[i] = (int) byCode.of((int) codes[row]);
        table = byCode.table();
        known[keys[i]] |= flags[i];
      }
    }
  }

  /** Without a branch, because which rows set something new cannot be predicted. */
  private void selectRows(Batch batch, long[] codes, long[] table) {
    int[] set = known;
    int[] selected = rows;
    long[] keyCodes = batch.column(key).words();
    int last = table.length - 1;
    int[] selection = batch.selection();
    int end = batch.count();
    int next = 0;
    for (int i = 0; i < end; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) keyCodes[row];
      int sets = (int) table[Math.min((int) codes[row], last)];
      int before = set[code];
      int missing = sets & ~before;
      set[code] = (before | sets) & Integer.MAX_VALUE;
      selected[next] = row;
      next += (missing | -missing) >>> (Integer.SIZE - 1);
    }
    count = next;
  }

  private void ensure(Batch batch) {
    if (known.length < dictionary.bound()) {
      known = Arrays.copyOf(known, Math.max(dictionary.bound(), 2 * known.length));
    }
    if (rows.length < batch.count()) {
      rows = new int[batch.count() + (batch.count() >> 1)];
      keys = new int[rows.length];
      flags = new int[rows.length];
    }
  }

  /** How many candidates there are. */
  int count() {
    return count;
  }

  /** The candidates' rows, ascending. */
  int[] rows() {
    return rows;
  }

  /** The codes of the candidates' keys. */
  int[] keys() {
    return keys;
  }

  /** What the candidates set. */
  int[] flags() {
    return flags;
  }

  /** About how many bytes it takes. */
  long bytes() {
    return (long) known.length * Integer.BYTES;
  }
}
