package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Hashing;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The slots of keys of any columns.
 *
 * <p><b>Structure.</b> The words of a key, {@link KeyLayout#stride} of them, lead its row. Mostly
 * one column of codes tells the key, as a session tells its user. So an array has the slot of the
 * <i>leader</i> of each code of one key column: the first key that came with it. Keys that lead no
 * code are found in a {@link SlotIndex}, by hash. A column of which many codes have several keys is
 * given up for the next; without any, all keys are found by hash, and a batch is hashed column by
 * column before the first probe, so that probes do not wait for one another.
 */
public final class KeyTable extends GroupKeys {
  private static final int NONE = -1;

  /** A code's entry if no key leads it: no key has the code, or some in the index may. */
  private static final int UNUSED = 0;

  private static final int LEADERLESS = -1;

  /** A column is given up when more than one in so many batches has a wrong guess. */
  private static final int WRONG_SHARE = 8;

  private static final int MIN_WRONG = 4;

  /** How many columns are compared with the guesses in one pass. */
  private static final int AT_ONCE = 3;

  private final Hashing hashing;
  private final int keyWords;
  private final SlotIndex index = new SlotIndex();
  private final RowReader reader;
  private long[] rowHashes = new long[0];
  private final long[] probe;

  /** By code of the leading column: the slot of its leader plus one, UNUSED or LEADERLESS. */
  private int[] leaders;

  /** The keys that the last guess added. */
  private final IntArrayList added = new IntArrayList();

  /** Of no meaning: that it is kept is why the rows of leaders are read. */
  @SuppressWarnings("UnusedVariable")
  private long readAhead;

  private long guessedBatches;
  private long wrongBatches;

  /** The key column whose codes have leaders; beyond the last if there is none. */
  private int leading;

  /** The other key columns. */
  private int[] compared;

  /**
   * A table of keys, and of words that are kept of each.
   *
   * @param layout one with bitmaps if a column can be null: the word of a null is that of some code
   *     in a batch
   */
  public KeyTable(KeyLayout layout, int payloadWords, Hashing hashing) {
    super(layout, payloadWords, hashing);
    if (layout.marksNulls()) {
      throw new IllegalArgumentException("a layout without bitmaps, for keys that may be null");
    }
    this.hashing = hashing;
    this.keyWords = layout.stride();
    this.reader = new RowReader(layout);
    this.probe = new long[keyWords];
    this.leading = nextEncoded(0);
    this.compared = allBut(leading);
    this.leaders = new int[hasLeaders() ? 64 : 0];
  }

  private boolean hasLeaders() {
    return leading < layout().columns();
  }

  @Override
  public void findOrAdd(Batch batch, int[] slots) {
    reader.read(batch);
    if (!hasLeaders()) {
      findByHash(batch, slots);
      return;
    }
    for (int i = 0; i < batch.count(); i++) {
      int row = batch.row(i);
      reader.copy(row, probe, 0);
      slots[row] = findOrAdd(probe);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The guess is the leader of a row's code. So most keys are not hashed, and their rows are
   * read once, many at a time, and not one after the other. A wrong guess costs the batch another
   * search, and changes nothing.
   */
  @Override
  public void guess(Batch batch, int[] slots) {
    reader.read(batch);
    added.clear();
    if (!hasLeaders()) {
      findByHash(batch, slots);
      return;
    }
    guessedBatches++;
    long[] codes = reader.words(leading);
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) codes[row];
      int leader = leader(code);
      slots[row] = leader > 0 ? leader - 1 : leader == UNUSED ? lead(row, code) : searched(row);
    }
    makeReserved();
  }

  /** The slot of a new key, which leads a code that no key has. */
  private int lead(int row, int code) {
    int slot = reserve(row);
    setLeader(code, slot + 1);
    added.add(slot);
    return slot;
  }

  /** The slot of a key that may be in the index; a new one if need be. */
  private int searched(int row) {
    makeReserved();
    int size = rows().size();
    reader.copy(row, probe, 0);
    int slot = findOrAdd(probe);
    if (rows().size() > size) {
      added.add(slot);
    }
    return slot;
  }

  @Override
  void writeKeys(int[] slots, int[] from, int count) {
    GroupRows rows = rows();
    for (int k = 0; k < layout().columns(); k++) {
      long[] column = reader.words(k);
      for (int i = 0; i < count; i++) {
        rows.writable(slots[i])[rows.offset(slots[i]) + k] = column[from[i]];
      }
    }
    for (int m = 0; m < layout().maskWords(); m++) {
      int mask = layout().columns() + m;
      for (int i = 0; i < count; i++) {
        rows.writable(slots[i])[rows.offset(slots[i]) + mask] = reader.mask(from[i], m);
      }
    }
  }

  private int leader(int code) {
    return code < leaders.length ? leaders[code] : UNUSED;
  }

  private void setLeader(int code, int entry) {
    if (code >= leaders.length) {
      leaders = Arrays.copyOf(leaders, Math.max(code + 1, 2 * leaders.length));
    }
    leaders[code] = entry;
  }

  @Override
  public boolean areRight(Batch batch, TouchedRows touched, int[] at) {
    if (!hasLeaders()) {
      return true;
    }
    long differs = difference(batch, touched.words(), at);
    for (int m = 0; m < layout().maskWords(); m++) {
      int mask = layout().columns() + m;
      differs |=
          reader.hasNulls()
              ? maskDifference(batch, touched.words(), at, m)
              // All rows have 0, so it is enough to look at each group once.
              : touched.anyBit(mask);
    }
    if (differs != 0) {
      takeBack();
    }
    return differs == 0;
  }

  /**
   * The bits in which some columns differ in any row; null is no other word than 0. The leading
   * column is equal, because the guess came from it.
   */
  private long difference(Batch batch, long[] words, int[] at) {
    long differs = 0;
    int next = 0;
    for (; next + AT_ONCE <= compared.length; next += AT_ONCE) {
      differs |= differenceOfThree(batch, words, at, next);
    }
    for (; next < compared.length; next++) {
      differs |= differenceOfOne(batch, words, at, compared[next]);
    }
    return differs;
  }

  private long differenceOfOne(Batch batch, long[] words, int[] at, int k) {
    long[] column = reader.words(k);
    int[] selection = batch.selection();
    int count = batch.count();
    long differs = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      differs |= words[at[row] + k] ^ column[row];
    }
    return differs;
  }

  /** The same of several columns, while the words of a row are at hand. */
  private long differenceOfThree(Batch batch, long[] words, int[] at, int first) {
    int a = compared[first];
    int b = compared[first + 1];
    int c = compared[first + 2];
    long[] columnA = reader.words(a);
    long[] columnB = reader.words(b);
    long[] columnC = reader.words(c);
    int[] selection = batch.selection();
    int count = batch.count();
    long differs = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int from = at[row];
      differs |=
          (words[from + a] ^ columnA[row])
              | (words[from + b] ^ columnB[row])
              | (words[from + c] ^ columnC[row]);
    }
    return differs;
  }

  private long maskDifference(Batch batch, long[] words, int[] at, int m) {
    int mask = layout().columns() + m;
    int[] selection = batch.selection();
    int count = batch.count();
    long differs = 0;
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
      leadBy(nextEncoded(leading + 1));
      guessedBatches = 0;
      wrongBatches = 0;
    }
  }

  private int[] allBut(int column) {
    return IntStream.range(0, layout().columns()).filter(k -> k != column).toArray();
  }

  private int nextEncoded(int from) {
    int column = from;
    while (column < layout().columns() && !layout().isEncoded(column)) {
      column++;
    }
    return column;
  }

  /** Has the codes of another column lead. */
  private void leadBy(int column) {
    leading = column;
    compared = allBut(column);
    leaders = new int[hasLeaders() ? 64 : 0];
    index.clear();
    boolean[] isFree = rows().isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        index(slot);
      }
    }
  }

  @Override
  void find(Batch batch, RowReader other, int[] slots) {
    other.read(batch);
    if (!hasLeaders()) {
      hash(batch, other);
    }
    int[] selection = batch.selection();
    int count = batch.count();
    if (hasLeaders()) {
      readLeaders(batch, other, slots);
    }
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      slots[row] =
          hasLeaders() ? findLed(other, row, slots[row]) : findRow(other, row, rowHashes[row]);
    }
  }

  /**
   * Gives the entry of each row's code, and reads the rows of these leaders: what is read of many
   * at once is waited for once, and not by each comparison for itself.
   */
  private void readLeaders(Batch batch, RowReader other, int[] slots) {
    long[] codes = other.words(leading);
    int[] selection = batch.selection();
    int count = batch.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      slots[row] = leader((int) codes[row]);
    }
    GroupRows rows = rows();
    long all = 0;
    for (int i = 0; i < count; i++) {
      int slot = slots[selection == null ? i : selection[i]] - 1;
      all ^= slot >= 0 ? rows.page(slot)[rows.offset(slot)] : 0;
    }
    readAhead = all;
  }

  private int findLed(RowReader other, int row, int leader) {
    if (leader == UNUSED) {
      return NONE;
    }
    int slot = leader - 1;
    if (leader > 0 && other.isEqual(row, rows().page(slot), rows().offset(slot))) {
      return slot;
    }
    other.copy(row, probe, 0);
    return find(probe, hash(probe, 0));
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
        slot = newRow(probe);
        index.add(rowHashes[row], slot);
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

  @Override
  public int find(long[] key) {
    if (hasLeaders()) {
      int leader = leader((int) key[leading]);
      if (leader == UNUSED) {
        return NONE;
      }
      if (leader > 0 && isKey(rows().page(leader - 1), rows().offset(leader - 1), key)) {
        return leader - 1;
      }
    }
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
    int slot = find(key);
    if (slot < 0) {
      slot = newRow(key);
      index(slot);
    }
    return slot;
  }

  @Override
  long lookupBytes() {
    return index.bytes() + (long) leaders.length * Integer.BYTES;
  }

  @Override
  void index(int slot) {
    long[] page = rows().page(slot);
    int from = rows().offset(slot);
    if (hasLeaders() && leader((int) page[from + leading]) <= 0) {
      setLeader((int) page[from + leading], slot + 1);
    } else {
      index.add(hash(page, from), slot);
    }
  }

  @Override
  void forget(int slot) {
    long[] page = rows().page(slot);
    int from = rows().offset(slot);
    if (hasLeaders() && leader((int) page[from + leading]) == slot + 1) {
      setLeader((int) page[from + leading], index.isEmpty() ? UNUSED : LEADERLESS);
    } else {
      index.remove(hash(page, from), slot);
    }
  }

  /** Removes all keys; for a table that keeps nothing of them. */
  public void clear() {
    assert rows().stride() == keyWords : "rows would keep what they held";
    index.clear();
    // A table that is emptied often is better off without an array by code.
    leading = layout().columns();
    leaders = new int[0];
    rows().forget();
  }
}
