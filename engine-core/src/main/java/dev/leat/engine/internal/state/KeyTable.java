package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;

/**
 * Gives each distinct key a slot: a small number by which operators keep their state in arrays.
 * Slots of removed keys are given out again, the last removed first; otherwise they count up in the
 * order in which keys came, so nothing depends on hashes.
 *
 * <p><b>Structure.</b> Keys are stored slot by slot, {@link KeyLayout#stride} words each: the key
 * columns, then bitmaps of which are null. An open-addressing table with linear probing holds slot
 * numbers; next to each slot is its hash, so that growing and removing (by shifting back) do not
 * hash again. A batch is hashed column by column before the first probe, so that probes do not wait
 * for one another.
 */
public final class KeyTable implements GroupKeys {
  private static final int EMPTY = -1;

  /** A hint column is given up when more than one in so many guesses of a batch is wrong. */
  private static final int WRONG_SHARE = 4;

  private final KeyLayout layout;
  private final Hashing hashing;
  private final int stride;
  private int[] table = new int[64];
  private long[] keys;
  private int[] hashes = new int[32];
  private final IntArrayList free = new IntArrayList();
  private int bound;
  private long[] rowHashes = new long[0];
  private final long[] probe;
  private final long[][] columnWords;
  private final long[][] comparedWords;
  private final int[] comparedColumns;

  /** By code of the hint column: the slot last found for it plus one; 0 for none. */
  private int[] hints;

  /** The key column whose codes are tried first; beyond the last if there is none. */
  private int hintColumn;

  public KeyTable(KeyLayout layout, Hashing hashing) {
    this.layout = layout;
    this.hashing = hashing;
    this.stride = layout.stride();
    this.keys = new long[32 * stride];
    this.probe = new long[stride];
    this.columnWords = new long[layout.columns()][];
    this.comparedWords = new long[Math.max(0, layout.columns() - 1)][];
    this.comparedColumns = new int[comparedWords.length];
    this.hintColumn = nextHintColumn(0);
    this.hints = new int[hintColumn < columnWords.length ? 64 : 0];
    Arrays.fill(table, EMPTY);
  }

  /** All slots are below this. */
  @Override
  public int bound() {
    return bound;
  }

  /** How many keys there are. */
  public int size() {
    return bound - free.size();
  }

  public KeyLayout layout() {
    return layout;
  }

  /** The hash that a table of these hashes has for a key. */
  static int hash(Hashing hashing, long[] key, int from, int stride) {
    long hash = hashing.start();
    for (int i = 0; i < stride; i++) {
      hash = Hashing.mix(hash, key[from + i]);
    }
    return (int) Hashing.finish(hash);
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where a key column holds codes, the slot last found for a code is tried first: mostly one
   * column nearly tells the key, as a session tells its user. What is tried is compared in full, so
   * a wrong guess costs a little and changes nothing; a column whose guesses are mostly wrong is
   * given up.
   */
  @Override
  public void findOrAdd(Batch batch, int[] slots) {
    for (int k = 0; k < columnWords.length; k++) {
      columnWords[k] = batch.column(layout.column(k)).words();
    }
    boolean hasNulls = layout.hasNulls(batch);
    if (hintColumn < columnWords.length) {
      findByHint(batch, hasNulls, slots);
    } else {
      findByHash(batch, hasNulls, slots);
    }
  }

  private void findByHint(Batch batch, boolean hasNulls, int[] slots) {
    startGuessing();
    long[] codes = columnWords[hintColumn];
    int[] selection = batch.selection();
    int count = batch.count();
    int wrong = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) codes[row];
      int slot = code < hints.length ? hints[code] - 1 : EMPTY;
      if (slot >= 0 && isKeyOf(slot, batch, row, hasNulls)) {
        slots[row] = slot;
        continue;
      }
      wrong += slot >= 0 ? 1 : 0;
      layout.gather(batch, row, hasNulls, probe);
      slot = findOrAdd(probe);
      slots[row] = slot;
      if (code >= hints.length) {
        hints = Arrays.copyOf(hints, Math.max(code + 1, 2 * hints.length));
      }
      hints[code] = slot + 1;
    }
    if (WRONG_SHARE * wrong > count) {
      hintColumn = nextHintColumn(hintColumn + 1);
      hints = new int[hintColumn < columnWords.length ? 64 : 0];
    }
  }

  private int nextHintColumn(int from) {
    int column = from;
    while (column < layout.columns() && !layout.isEncoded(column)) {
      column++;
    }
    return column;
  }

  /**
   * Is the key of a slot that of a row? The hint column need not be compared: the hint of a code
   * leads to a slot with that code, or nowhere.
   */
  private boolean isKeyOf(int slot, Batch batch, int row, boolean hasNulls) {
    int from = slot * stride;
    for (int k = 0; k < comparedWords.length; k++) {
      if (keys[from + comparedColumns[k]] != comparedWords[k][row]) {
        return false;
      }
    }
    int masks = from + columnWords.length;
    for (int m = 0; m < layout.maskWords(); m++) {
      if (keys[masks + m] != (hasNulls ? layout.mask(batch, row, m) : 0)) {
        return false;
      }
    }
    return true;
  }

  /** Sets which columns are compared with a guess: all but the one that it comes from. */
  private void startGuessing() {
    int at = 0;
    for (int k = 0; k < columnWords.length; k++) {
      if (k != hintColumn) {
        comparedColumns[at] = k;
        comparedWords[at++] = columnWords[k];
      }
    }
  }

  private void findByHash(Batch batch, boolean hasNulls, int[] slots) {
    hash(batch, hasNulls);
    int[] selection = batch.selection();
    for (int i = 0; i < batch.count(); i++) {
      int row = selection == null ? i : selection[i];
      layout.gather(batch, row, hasNulls, probe);
      slots[row] = findOrAdd(probe, (int) rowHashes[row]);
    }
  }

  private void hash(Batch batch, boolean hasNulls) {
    if (rowHashes.length < batch.rows()) {
      rowHashes = new long[batch.rows() + (batch.rows() >> 1)];
    }
    long[] hash = rowHashes;
    int[] selection = batch.selection();
    int count = batch.count();
    long start = hashing.start();
    for (int i = 0; i < count; i++) {
      hash[selection == null ? i : selection[i]] = start;
    }
    for (long[] words : columnWords) {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        hash[row] = Hashing.mix(hash[row], words[row]);
      }
    }
    for (int m = 0; m < layout.maskWords(); m++) {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        hash[row] = Hashing.mix(hash[row], hasNulls ? layout.mask(batch, row, m) : 0);
      }
    }
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      hash[row] = Hashing.finish(hash[row]);
    }
  }

  /** The slot of a key, or -1. */
  public int find(long[] key) {
    int hash = hash(hashing, key, 0, stride);
    int mask = table.length - 1;
    for (int at = hash & mask; table[at] != EMPTY; at = (at + 1) & mask) {
      int slot = table[at];
      if (hashes[slot] == hash && isKey(slot, key)) {
        return slot;
      }
    }
    return -1;
  }

  /** The slot of a key; a new one if need be. */
  public int findOrAdd(long[] key) {
    return findOrAdd(key, hash(hashing, key, 0, stride));
  }

  private int findOrAdd(long[] key, int hash) {
    int mask = table.length - 1;
    int at = hash & mask;
    for (; table[at] != EMPTY; at = (at + 1) & mask) {
      int slot = table[at];
      if (hashes[slot] == hash && isKey(slot, key)) {
        return slot;
      }
    }
    int slot = free.isEmpty() ? bound++ : free.removeLast();
    if (slot >= hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * hashes.length);
      keys = Arrays.copyOf(keys, hashes.length * stride);
    }
    System.arraycopy(key, 0, keys, slot * stride, stride);
    hashes[slot] = hash;
    table[at] = slot;
    if (2 * size() > table.length) {
      grow();
    }
    return slot;
  }

  private boolean isKey(int slot, long[] key) {
    int from = slot * stride;
    for (int i = 0; i < stride; i++) {
      if (keys[from + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  private void grow() {
    int[] old = table;
    table = new int[2 * old.length];
    Arrays.fill(table, EMPTY);
    int mask = table.length - 1;
    for (int slot : old) {
      if (slot != EMPTY) {
        int at = hashes[slot] & mask;
        while (table[at] != EMPTY) {
          at = (at + 1) & mask;
        }
        table[at] = slot;
      }
    }
  }

  /** Removes the key of a slot; the slot may be given to another key. */
  @Override
  public void remove(int slot) {
    int mask = table.length - 1;
    int at = hashes[slot] & mask;
    while (table[at] != slot) {
      assert table[at] != EMPTY : "the slot has no key: " + slot;
      at = (at + 1) & mask;
    }
    int hole = at;
    for (int next = (hole + 1) & mask; table[next] != EMPTY; next = (next + 1) & mask) {
      int home = hashes[table[next]] & mask;
      // It may move to the hole unless its home lies between the hole (not included) and where it
      // is.
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        table[hole] = table[next];
        hole = next;
      }
    }
    table[hole] = EMPTY;
    dropHint(slot);
    free.add(slot);
    hashes[slot] = 0;
    Arrays.fill(keys, slot * stride, (slot + 1) * stride, 0);
  }

  /** The only hint that can lead to a slot is that of its key's code. */
  private void dropHint(int slot) {
    if (hintColumn < columnWords.length) {
      int code = (int) keys[slot * stride + hintColumn];
      if (code < hints.length && hints[code] == slot + 1) {
        hints[code] = 0;
      }
    }
  }

  /** Removes all keys. */
  public void clear() {
    // A table that was once large must not make every small use of it slow.
    int wanted = Math.max(64, Integer.highestOneBit(4 * bound + 1));
    table = table.length > 4 * wanted ? new int[wanted] : table;
    Arrays.fill(table, EMPTY);
    // Without keys there is nothing to guess; a table that is emptied often is better off without.
    hintColumn = columnWords.length;
    hints = new int[0];
    bound = 0;
    free.clear();
  }

  /** Copies a key column of some slots into a column: each into two rows, one behind the other. */
  @Override
  public void write(int keyColumn, int[] slots, int count, Column out) {
    boolean nullable = layout.maskWords() > 0;
    for (int i = 0; i < count; i++) {
      int from = slots[i] * stride;
      if (nullable && layout.isNull(keys, from, keyColumn)) {
        out.setNull(2 * i);
        out.setNull(2 * i + 1);
      } else {
        out.set(2 * i, keys[from + keyColumn]);
        out.set(2 * i + 1, keys[from + keyColumn]);
      }
    }
  }

  @Override
  public void mark(Schema keySchema, CodeSet live) {
    boolean[] isFree = new boolean[bound];
    for (int i = 0; i < free.size(); i++) {
      isFree[free.get(i)] = true;
    }
    for (int k = 0; k < layout.columns(); k++) {
      if (!keySchema.field(k).type().isEncoded()) {
        continue;
      }
      for (int slot = 0; slot < bound; slot++) {
        if (!isFree[slot] && !layout.isNull(keys, slot * stride, k)) {
          live.add(keys[slot * stride + k]);
        }
      }
    }
  }
}
