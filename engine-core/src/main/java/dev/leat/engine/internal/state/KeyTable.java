package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Hashing;
import java.util.Arrays;

/**
 * The slots of keys of any columns.
 *
 * <p><b>Structure.</b> The words of a key, {@link KeyLayout#stride} of them, lead its row; a {@link
 * SlotIndex} finds slots by hash. A batch is hashed column by column before the first probe, so
 * that probes do not wait for one another.
 */
public final class KeyTable extends GroupKeys {
  private static final int NONE = -1;

  /** A hint column is given up when more than one in so many batches has a wrong guess. */
  private static final int WRONG_SHARE = 8;

  private static final int MIN_WRONG = 4;

  private final Hashing hashing;
  private final int keyWords;
  private final SlotIndex index = new SlotIndex();
  private final RowReader reader;
  private long[] rowHashes = new long[0];
  private final long[] probe;

  /** By code of the hint column: the slot last found for it plus one; 0 for none. */
  private int[] hints;

  /** The keys that the last guess added. */
  private final IntArrayList added = new IntArrayList();

  private long guessedBatches;
  private long wrongBatches;

  /** The key column whose codes are tried first; beyond the last if there is none. */
  private int hintColumn;

  /** A table of keys, and of words that are kept of each. */
  public KeyTable(KeyLayout layout, int payloadWords, Hashing hashing) {
    super(layout, payloadWords);
    this.hashing = hashing;
    this.keyWords = layout.stride();
    this.reader = new RowReader(layout);
    this.probe = new long[keyWords];
    this.hintColumn = nextHintColumn(0);
    this.hints = new int[hintColumn < layout.columns() ? 64 : 0];
  }

  private long hash(long[] words, int from) {
    long hash = hashing.start();
    for (int i = 0; i < keyWords; i++) {
      hash = Hashing.mix(hash, words[from + i]);
    }
    return Hashing.finish(hash);
  }

  @Override
  public void findOrAdd(Batch batch, int[] slots) {
    reader.read(batch);
    findByHash(batch, slots);
    if (hintColumn < layout().columns()) {
      long[] codes = reader.words(hintColumn);
      for (int i = 0; i < batch.count(); i++) {
        int row = batch.row(i);
        hint((int) codes[row], slots[row]);
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Where a key column holds codes, the slot last found for a code is the guess: mostly one
   * column tells the key, as a session tells its user. So most keys are not hashed, and their rows
   * are read once, many at a time, and not one after the other. A wrong guess costs the batch
   * another search, and changes nothing; a column whose guesses are often wrong is given up.
   */
  @Override
  public void guess(Batch batch, int[] slots) {
    reader.read(batch);
    added.clear();
    if (hintColumn == layout().columns()) {
      findByHash(batch, slots);
      return;
    }
    guessedBatches++;
    long[] codes = reader.words(hintColumn);
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) codes[row];
      int slot = code < hints.length ? hints[code] - 1 : NONE;
      slots[row] = slot >= 0 ? slot : lookUp(row, code);
    }
  }

  /** Finds or adds the key of a row whose code has no hint, and gives it one. */
  private int lookUp(int row, int code) {
    reader.copy(row, probe, 0);
    long hash = hash(probe, 0);
    int slot = find(probe, hash);
    if (slot < 0) {
      slot = add(probe, hash);
      added.add(slot);
    }
    hint(code, slot);
    return slot;
  }

  private void hint(int code, int slot) {
    if (code >= hints.length) {
      hints = Arrays.copyOf(hints, Math.max(code + 1, 2 * hints.length));
    }
    hints[code] = slot + 1;
  }

  @Override
  public boolean areRight(Batch batch, long[] words, int[] at) {
    if (hintColumn == layout().columns()) {
      return true;
    }
    long differs = 0;
    int columns = layout().columns();
    for (int k = 0; k + 1 < columns; k += 2) {
      differs |= difference(batch, words, at, k);
    }
    if ((columns & 1) != 0) {
      differs |= difference(batch, words, at, columns - 1, reader.words(columns - 1));
    }
    for (int m = 0; m < layout().maskWords(); m++) {
      differs |= maskDifference(batch, words, at, m);
    }
    if (differs != 0) {
      takeBack();
    }
    return differs == 0;
  }

  /** The bits in which a column differs in any row; null is no other word than 0. */
  private static long difference(Batch batch, long[] words, int[] at, int k, long[] column) {
    int[] selection = batch.selection();
    int count = batch.count();
    long differs = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      differs |= words[at[row] + k] ^ column[row];
    }
    return differs;
  }

  /** The same of a column and the next, for which the words are read once. */
  private long difference(Batch batch, long[] words, int[] at, int k) {
    long[] column = reader.words(k);
    long[] next = reader.words(k + 1);
    int[] selection = batch.selection();
    int count = batch.count();
    long differs = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int from = at[row] + k;
      differs |= (words[from] ^ column[row]) | (words[from + 1] ^ next[row]);
    }
    return differs;
  }

  private long maskDifference(Batch batch, long[] words, int[] at, int m) {
    int mask = layout().columns() + m;
    int[] selection = batch.selection();
    int count = batch.count();
    long differs = 0;
    if (!reader.hasNulls()) {
      for (int i = 0; i < count; i++) {
        differs |= words[at[selection == null ? i : selection[i]] + mask];
      }
      return differs;
    }
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      differs |= words[at[row] + mask] ^ reader.mask(row, m);
    }
    return differs;
  }

  /**
   * Takes back the keys that were added, the last first, so that they have their slots in the order
   * in which rows came when they are added again, among others.
   */
  private void takeBack() {
    while (!added.isEmpty()) {
      remove(added.removeLast());
    }
    wrongBatches++;
    if (wrongBatches >= MIN_WRONG && WRONG_SHARE * wrongBatches > guessedBatches) {
      hintColumn = nextHintColumn(hintColumn + 1);
      hints = new int[hintColumn < layout().columns() ? 64 : 0];
      guessedBatches = 0;
      wrongBatches = 0;
    }
  }

  private int nextHintColumn(int from) {
    int column = from;
    while (column < layout().columns() && !layout().isEncoded(column)) {
      column++;
    }
    return column;
  }

  @Override
  void find(Batch batch, RowReader other, int[] slots) {
    other.read(batch);
    hash(batch, other);
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      slots[row] = findRow(other, row, rowHashes[row]);
    }
  }

  private void findByHash(Batch batch, int[] slots) {
    hash(batch, reader);
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int slot = findRow(reader, row, rowHashes[row]);
      if (slot < 0) {
        reader.copy(row, probe, 0);
        slot = add(probe, rowHashes[row]);
      }
      slots[row] = slot;
    }
  }

  private int findRow(RowReader from, int row, long hash) {
    GroupRows rows = rows();
    long[] entries = index.entries();
    int mask = entries.length - 1;
    int at = SlotIndex.home(hash, mask);
    for (long entry = entries[at]; entry != 0; entry = entries[at]) {
      int slot = SlotIndex.slot(entry);
      if (SlotIndex.isOf(entry, hash) && from.isEqual(row, rows.page(slot), rows.offset(slot))) {
        return slot;
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  private void hash(Batch batch, RowReader from) {
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
    for (int k = 0; k < layout().columns(); k++) {
      long[] words = from.words(k);
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        hash[row] = Hashing.mix(hash[row], words[row]);
      }
    }
    for (int m = 0; m < layout().maskWords(); m++) {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        hash[row] = Hashing.mix(hash[row], from.mask(row, m));
      }
    }
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      hash[row] = Hashing.finish(hash[row]);
    }
  }

  /** The slot of a key, or -1. */
  public int find(long[] key) {
    return find(key, hash(key, 0));
  }

  private int find(long[] key, long hash) {
    GroupRows rows = rows();
    long[] entries = index.entries();
    int mask = entries.length - 1;
    int at = SlotIndex.home(hash, mask);
    for (long entry = entries[at]; entry != 0; entry = entries[at]) {
      int slot = SlotIndex.slot(entry);
      if (SlotIndex.isOf(entry, hash) && isKey(rows.page(slot), rows.offset(slot), key)) {
        return slot;
      }
      at = (at + 1) & mask;
    }
    return NONE;
  }

  /** The slot of a key; a new one if need be. */
  public int findOrAdd(long[] key) {
    long hash = hash(key, 0);
    int slot = find(key, hash);
    return slot >= 0 ? slot : add(key, hash);
  }

  private int add(long[] key, long hash) {
    int slot = rows().add();
    System.arraycopy(key, 0, rows().writable(slot), rows().offset(slot), keyWords);
    index.add(hash, slot);
    return slot;
  }

  private boolean isKey(long[] page, int from, long[] key) {
    for (int i = 0; i < keyWords; i++) {
      if (page[from + i] != key[i]) {
        return false;
      }
    }
    return true;
  }

  @Override
  long lookupBytes() {
    return index.bytes() + (long) hints.length * Integer.BYTES;
  }

  @Override
  void index(int slot) {
    index.add(hash(rows().page(slot), rows().offset(slot)), slot);
  }

  @Override
  public void remove(int slot) {
    index.remove(hash(rows().page(slot), rows().offset(slot)), slot);
    dropHint(slot);
    rows().remove(slot);
  }

  /** The only hint that can lead to a slot is that of its key's code. */
  private void dropHint(int slot) {
    if (hintColumn < layout().columns()) {
      int code = (int) rows().page(slot)[rows().offset(slot) + hintColumn];
      if (code < hints.length && hints[code] == slot + 1) {
        hints[code] = 0;
      }
    }
  }

  /** Removes all keys; for a table that keeps nothing of them. */
  public void clear() {
    assert rows().stride() == keyWords : "rows would keep what they held";
    index.clear();
    // Without keys there is nothing to guess; a table that is emptied often is better off without.
    hintColumn = layout().columns();
    hints = new int[0];
    rows().forget();
  }
}
