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
 * known, so that nothing is read back after a restart: it is learned again as rows come. Groups of
 * append-only rows whose key is one code never end; if they did, this would have to be told.
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
    if (gather(batch, codes, table) < 0) {
      learn(codes, byCode);
    }
  }

  /**
   * Without a branch, because which rows set something new cannot be predicted. What is set only
   * grows, also in the eyes of an int, unless a row's flags are unknown: they are the sign bit.
   */
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
      int before = set[code];
      int after = before | (int) table[Math.min((int) codes[row], last)];
      set[code] = after & Integer.MAX_VALUE;
      selected[next] = row;
      // 1 if something is new: then the difference is negative. If flags are unknown it is 2^31.
      next += (before - after) >>> (Integer.SIZE - 1);
    }
    count = next;
  }

  /** Puts keys and flags of the candidates together; gives bits that any of them sets. */
  private int gather(Batch batch, long[] codes, long[] table) {
    int[] selected = rows;
    int[] ofKeys = keys;
    int[] sets = flags;
    long[] keyCodes = batch.column(key).words();
    int last = table.length - 1;
    int end = count;
    int any = 0;
    for (int i = 0; i < end; i++) {
      int row = selected[i];
      int some = (int) table[Math.min((int) codes[row], last)];
      ofKeys[i] = (int) keyCodes[row];
      sets[i] = some;
      any |= some;
    }
    return any;
  }

  /** Finds out the flags of candidates whose codes had not come yet. */
  private void learn(long[] codes, FlagsByCode byCode) {
    for (int i = 0; i < count; i++) {
      if (flags[i] < 0) {
        flags[i] = (int) byCode.of((int) codes[rows[i]]);
        known[keys[i]] |= flags[i];
      }
    }
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
