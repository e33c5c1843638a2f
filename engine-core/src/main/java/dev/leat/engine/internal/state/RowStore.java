package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a view, each with a weight, found by key; readers keep snapshots while the writer
 * goes on.
 *
 * <p><b>Structure.</b> Rows lie in copy-on-write pages, all words of a row together: its columns,
 * bitmaps of the null ones, its weight; weight 0 is a free place. A {@link RowIndex} by key is made
 * when it is first asked for. The key is some columns, or the whole row.
 *
 * <p><b>Threading.</b> As {@link CowPages}.
 */
public final class RowStore {
  private static final int PAGE_BITS = 8;
  private static final int PAGE_ROWS = 1 << PAGE_BITS;

  private final Schema schema;
  private final KeyLayout rowLayout;
  private final int[] key;
  private final Hashing hashing;
  private final int stride;
  private final CowPages rows;
  private @Nullable RowIndex index;
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
    this.scratch = new long[stride];
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

  private boolean sameKey(long[] a, long[] b, int bFrom) {
    for (int column : key) {
      if (a[column] != b[bFrom + column]
          || rowLayout.isNull(a, 0, column) != rowLayout.isNull(b, bFrom, column)) {
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
    return index().entries().find(hash, row -> isKey(words, row));
  }

  private boolean isKey(long[] words, int row) {
    return sameKey(words, rows.page(row >>> PAGE_BITS), offset(row));
  }

  /**
   * The index; made when it is first asked for, because most views are never looked into by key.
   */
  private RowIndex index() {
    RowIndex made = index;
    if (made == null) {
      made = new RowIndex(live);
      for (int row = 0; row < bound; row++) {
        long[] page = rows.page(row >>> PAGE_BITS);
        int from = offset(row);
        if (page[from + stride - 1] != 0) {
          made.add(row, hash(page, from));
        }
      }
      index = made;
    }
    return made;
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
   * @param isChanged is it known that the row was not there, or was another? Then it need not be
   *     compared
   * @return false if the row was there, and equal
   */
  public boolean putAt(int row, long[] words, boolean isChanged) {
    if (row >= bound) {
      rows.ensure((row >>> PAGE_BITS) + 1);
      bound = row + 1;
    }
    int from = offset(row);
    long[] old = rows.page(row >>> PAGE_BITS);
    boolean isNew = old[from + stride - 1] == 0;
    if (!isChanged && !isNew && Arrays.equals(old, from, from + stride - 1, words, 0, stride - 1)) {
      return false;
    }
    if (isNew) {
      live++;
      totalWeight++;
      if (index != null) {
        addToIndex(row, hash(words, 0));
      }
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
    RowIndex known = index;
    if (known != null && known.isFull()) {
      // The new one has no marks of removed rows; the row to be added is not in its place yet.
      index = null;
      known = index();
    }
    if (known != null) {
      known.add(row, hash);
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
    RowIndex known = index;
    if (known != null) {
      known.remove(row, hash(page, from));
    }
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
    RowIndex known = index;
    return new Snapshot(this, rows.snapshot(), known == null ? null : known.snapshot());
  }

  /** The rows of one moment; any thread. */
  public static final class Snapshot {
    private final RowStore store;
    private final long[][] rows;
    private final RowIndex.@Nullable Entries index;
    private final int bound;
    private final long totalWeight;

    private Snapshot(RowStore store, long[][] rows, RowIndex.@Nullable Entries index) {
      this.store = store;
      this.rows = rows;
      this.index = index;
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

    /**
     * The first number, from one on, of a place whose page an earlier snapshot of the same store
     * does not share, so that its row may have changed; the larger bound of the two if there is
     * none.
     */
    public int firstUnshared(Snapshot earlier, int from) {
      int end = Math.max(bound, earlier.bound);
      int row = from;
      while (row < end) {
        int page = row >>> PAGE_BITS;
        if (page >= rows.length
            || page >= earlier.rows.length
            || rows[page] != earlier.rows[page]) {
          return row;
        }
        row = (page + 1) << PAGE_BITS;
      }
      return end;
    }

    /** A word of a row. */
    public long word(int row, int column) {
      return rows[row >>> PAGE_BITS][store.offset(row) + column];
    }

    /** Copies a row into columns. */
    public void read(int row, Batch out, int outRow) {
      store.rowLayout.scatter(rows[row >>> PAGE_BITS], store.offset(row), out, outRow);
    }

    /**
     * The number of the row with the key of a row given as words, or -1. Looks at every row if
     * nobody had asked for a key before the snapshot was taken.
     */
    public int find(long[] words) {
      if (index != null) {
        return index.find(store.hash(words, 0), row -> isKey(words, row));
      }
      int row = 0;
      while (row < bound && (weight(row) == 0 || !isKey(words, row))) {
        row++;
      }
      return row < bound ? row : -1;
    }

    private boolean isKey(long[] words, int row) {
      return store.sameKey(words, rows[row >>> PAGE_BITS], store.offset(row));
    }
  }
}
