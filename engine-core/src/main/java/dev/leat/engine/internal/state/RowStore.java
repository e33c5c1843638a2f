package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;

/**
 * The rows of a view or of a table, each with a weight, found by key; readers keep snapshots while
 * the writer goes on.
 *
 * <p><b>Structure.</b> Rows lie in copy-on-write pages, all words of a row together: its columns,
 * bitmaps of the null ones, its weight; weight 0 is a free place. An open-addressing index, also in
 * pages, has for each key the row's number and the upper half of its hash. The key is some columns,
 * or the whole row.
 *
 * <p><b>Threading.</b> As {@link CowPages}.
 */
public final class RowStore {
  private static final int PAGE_BITS = 8;
  private static final int PAGE_ROWS = 1 << PAGE_BITS;
  private static final int INDEX_PAGE_BITS = 10;
  private static final int INDEX_PAGE_SIZE = 1 << INDEX_PAGE_BITS;
  private static final int DELETED = -1;
  private static final long HASH_MASK = 0xffffffff00000000L;

  private final Schema schema;
  private final KeyLayout rowLayout;
  private final int[] key;
  private final Hashing hashing;
  private final int stride;
  private final CowPages rows;
  private CowPages index;
  private int indexMask;
  private int indexUsed;
  private final IntArrayList free = new IntArrayList();
  private int bound;
  private int live;
  private long totalWeight;
  private final long[] scratch;

  /**
   * An empty store.
   *
   * @param key indexes of the key columns; none means that there is at most one row
   */
  public RowStore(Schema schema, int[] key, Hashing hashing) {
    this.schema = schema;
    this.rowLayout = KeyLayout.of(schema);
    this.key = key.clone();
    this.hashing = hashing;
    this.stride = rowLayout.stride() + 1;
    this.rows = new CowPages(PAGE_ROWS * stride);
    this.index = newIndex(INDEX_PAGE_SIZE);
    this.scratch = new long[stride];
  }

  private CowPages newIndex(int size) {
    CowPages pages = new CowPages(INDEX_PAGE_SIZE);
    pages.ensure(size >>> INDEX_PAGE_BITS);
    indexMask = size - 1;
    indexUsed = 0;
    return pages;
  }

  public Schema schema() {
    return schema;
  }

  /** How many rows, equal ones counted. */
  public long totalWeight() {
    return totalWeight;
  }

  /** All row numbers are below this. */
  public int bound() {
    return bound;
  }

  /** The layout of a stored row's words; the weight is the word behind them. */
  public KeyLayout rowLayout() {
    return rowLayout;
  }

  private long hash(long[] words, int from) {
    long hash = hashing.start();
    long mask = 0;
    for (int i = 0; i < key.length; i++) {
      int column = key[i];
      hash = Hashing.mix(hash, words[from + column]);
      if (rowLayout.isNull(words, from, column)) {
        mask += i + 1;
      }
    }
    return Hashing.finish(Hashing.mix(hash, mask));
  }

  private static boolean sameKey(RowStore store, long[] a, int aFrom, long[] b, int bFrom) {
    for (int column : store.key) {
      if (a[aFrom + column] != b[bFrom + column]
          || store.rowLayout.isNull(a, aFrom, column) != store.rowLayout.isNull(b, bFrom, column)) {
        return false;
      }
    }
    return true;
  }

  /** The number of the row with the key of a row given as words, or -1. */
  public int find(long[] words) {
    return find(words, hash(words, 0));
  }

  private int find(long[] words, long hash) {
    for (int at = (int) hash & indexMask; ; at = (at + 1) & indexMask) {
      long entry = index.page(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)];
      if (entry == 0) {
        return -1;
      }
      int row = (int) entry - 1;
      if ((entry & HASH_MASK) == (hash & HASH_MASK) && (int) entry != DELETED) {
        if (sameKey(this, words, 0, rows.page(row >>> PAGE_BITS), offset(row))) {
          return row;
        }
      }
    }
  }

  private int offset(int row) {
    return (row & (PAGE_ROWS - 1)) * stride;
  }

  /** The weight of a row by its number. */
  public long weight(int row) {
    return rows.page(row >>> PAGE_BITS)[offset(row) + stride - 1];
  }

  /** Copies a row's words into an array. */
  public void read(int row, long[] words) {
    System.arraycopy(rows.page(row >>> PAGE_BITS), offset(row), words, 0, stride - 1);
  }

  /** Copies a row into columns. */
  public void read(int row, Batch out, int outRow) {
    long[] page = rows.page(row >>> PAGE_BITS);
    rowLayout.scatter(page, offset(row), out, outRow);
  }

  /**
   * Sets the row with the key of a row given as words, and its weight.
   *
   * @param words the row's words
   * @param weight more than zero
   */
  public void put(long[] words, long weight) {
    long hash = hash(words, 0);
    int row = find(words, hash);
    if (row < 0) {
      row = newRow();
      live++;
      addToIndex(row, hash);
    }
    long[] page = rows.writable(row >>> PAGE_BITS);
    int from = offset(row);
    totalWeight += weight - page[from + stride - 1];
    System.arraycopy(words, 0, page, from, stride - 1);
    page[from + stride - 1] = weight;
  }

  /**
   * Sets the row of a number that the caller gives out, one for each key: for callers that have
   * such a number, so that the key need not be looked up. A store is used either in this way or by
   * key.
   *
   * @return false if the row was there, and equal
   */
  public boolean putAt(int row, long[] words) {
    if (row >= bound) {
      rows.ensure((row >>> PAGE_BITS) + 1);
      bound = row + 1;
    }
    int from = offset(row);
    long[] old = rows.page(row >>> PAGE_BITS);
    boolean isNew = old[from + stride - 1] == 0;
    if (!isNew && Arrays.equals(old, from, from + stride - 1, words, 0, stride - 1)) {
      return false;
    }
    if (isNew) {
      live++;
      totalWeight++;
      addToIndex(row, hash(words, 0));
    }
    long[] page = rows.writable(row >>> PAGE_BITS);
    System.arraycopy(words, 0, page, from, stride - 1);
    page[from + stride - 1] = 1;
    return true;
  }

  /** Removes the row of a number that the caller gave out. */
  public void removeAt(int row) {
    clear(row);
  }

  private int newRow() {
    if (!free.isEmpty()) {
      return free.removeLast();
    }
    rows.ensure((bound >>> PAGE_BITS) + 1);
    return bound++;
  }

  private void addToIndex(int row, long hash) {
    if (2 * (indexUsed + 1) > indexMask + 1) {
      rebuildIndex();
    }
    int at = (int) hash & indexMask;
    while (index.page(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)] != 0) {
      at = (at + 1) & indexMask;
    }
    index.writable(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)] =
        (hash & HASH_MASK) | (row + 1);
    indexUsed++;
  }

  /** Makes a new index without the marks of deleted rows. */
  private void rebuildIndex() {
    int size = INDEX_PAGE_SIZE;
    while (size < 4 * (live + 1)) {
      size *= 2;
    }
    index = newIndex(size);
    for (int row = 0; row < bound; row++) {
      long[] page = rows.page(row >>> PAGE_BITS);
      int from = offset(row);
      if (page[from + stride - 1] != 0) {
        long hash = hash(page, from);
        int at = (int) hash & indexMask;
        while (index.page(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)] != 0) {
          at = (at + 1) & indexMask;
        }
        index.page(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)] =
            (hash & HASH_MASK) | (row + 1);
        indexUsed++;
      }
    }
  }

  /** Removes a row by its number. */
  public void remove(int row) {
    clear(row);
    free.add(row);
  }

  private void clear(int row) {
    long[] page = rows.writable(row >>> PAGE_BITS);
    int from = offset(row);
    long hash = hash(page, from);
    int at = (int) hash & indexMask;
    while ((int) index.page(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)] != row + 1) {
      at = (at + 1) & indexMask;
    }
    // A mark, not a hole: entries behind it must still be found. Rebuilding the index clears the
    // marks.
    index.writable(at >>> INDEX_PAGE_BITS)[at & (INDEX_PAGE_SIZE - 1)] =
        Integer.toUnsignedLong(DELETED);
    totalWeight -= page[from + stride - 1];
    Arrays.fill(page, from, from + stride, 0);
    live--;
  }

  /**
   * Adds weight to the row equal to a row of a batch; the key must be the whole row.
   *
   * @return the weight before
   */
  public long addWeight(Batch batch, int row, long weight) {
    rowLayout.gather(batch, row, scratch);
    int found = find(scratch);
    long old = found < 0 ? 0 : weight(found);
    long now = old + weight;
    assert now >= 0 : "a row was taken back more often than it was there: weight=" + now;
    if (now == 0 && found >= 0) {
      remove(found);
    } else if (now != 0) {
      put(scratch, now);
    }
    return old;
  }

  /** Adds the codes that its rows hold. */
  public void mark(CodeSet live) {
    for (int c = 0; c < schema.size(); c++) {
      if (schema.field(c).type().isEncoded()) {
        for (int row = 0; row < bound; row++) {
          long[] page = rows.page(row >>> PAGE_BITS);
          int from = offset(row);
          if (page[from + stride - 1] != 0 && !rowLayout.isNull(page, from, c)) {
            live.add(page[from + c]);
          }
        }
      }
    }
  }

  /** The rows as they are now, for readers. */
  public Snapshot snapshot() {
    return new Snapshot(this, rows.snapshot(), index.snapshot());
  }

  /** The rows of one moment; any thread. */
  public static final class Snapshot {
    private final RowStore store;
    private final long[][] rows;
    private final long[][] index;
    private final int indexMask;
    private final int bound;
    private final long totalWeight;

    private Snapshot(RowStore store, long[][] rows, long[][] index) {
      this.store = store;
      this.rows = rows;
      this.index = index;
      this.indexMask = store.indexMask;
      this.bound = store.bound;
      this.totalWeight = store.totalWeight;
    }

    public Schema schema() {
      return store.schema;
    }

    /** How many rows, equal ones counted. */
    public long totalWeight() {
      return totalWeight;
    }

    /** All row numbers are below this. */
    public int bound() {
      return bound;
    }

    /** The weight of a row by its number; 0 if there is none. */
    public long weight(int row) {
      return rows[row >>> PAGE_BITS][store.offset(row) + store.stride - 1];
    }

    /** The layout of a row's words. */
    public KeyLayout rowLayout() {
      return store.rowLayout;
    }

    /** Is a column of a row null? */
    public boolean isNull(int row, int column) {
      return store.rowLayout.isNull(rows[row >>> PAGE_BITS], store.offset(row), column);
    }

    /** A word of a row. */
    public long word(int row, int column) {
      return rows[row >>> PAGE_BITS][store.offset(row) + column];
    }

    /** Copies a row into columns. */
    public void read(int row, Batch out, int outRow) {
      store.rowLayout.scatter(rows[row >>> PAGE_BITS], store.offset(row), out, outRow);
    }

    /** The number of the row with the key of a row given as words, or -1. */
    public int find(long[] words) {
      long hash = store.hash(words, 0);
      for (int at = (int) hash & indexMask; ; at = (at + 1) & indexMask) {
        long entry = index[at >>> INDEX_PAGE_BITS][at & (INDEX_PAGE_SIZE - 1)];
        if (entry == 0) {
          return -1;
        }
        int row = (int) entry - 1;
        if ((entry & HASH_MASK) == (hash & HASH_MASK)
            && (int) entry != DELETED
            && sameKey(store, words, 0, rows[row >>> PAGE_BITS], store.offset(row))) {
          return row;
        }
      }
    }
  }
}
