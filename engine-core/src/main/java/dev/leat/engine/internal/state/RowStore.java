package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
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
public final class RowStore implements StoredRows {
  private final Schema schema;
  private final KeyLayout rowLayout;
  private final int[] key;
  private final Hashing hashing;
  private final int stride;
  private final int pageBits;
  private final int pageMask;
  private final CowPages rows;
  private final RowReader reader;
  private @Nullable RowIndex index;
  private final IntArrayList free = new IntArrayList();
  private int bound;
  private int live;
  private long totalWeight;
  private final long[] scratch;
  private long[] weights = new long[0];

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
    this.pageBits = CowPages.rowBits(stride);
    this.pageMask = (1 << pageBits) - 1;
    this.rows = new CowPages(stride << pageBits);
    this.reader = new RowReader(rowLayout);
    this.scratch = new long[stride];
  }

  @Override
  public Schema schema() {
    return schema;
  }

  @Override
  public long totalWeight() {
    return totalWeight;
  }

  /**
   * About how many bytes its rows take, and what finds them; not what snapshots alone hold, nor the
   * places of removed rows, which others get.
   */
  public long bytes() {
    return (long) live * (stride + (index == null ? 0 : RowIndex.WORDS_OF_ROW)) * Long.BYTES
        + (long) free.size() * Integer.BYTES;
  }

  @Override
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

  @Override
  public int find(long[] words) {
    return find(words, hash(words, 0));
  }

  private int find(long[] words, long hash) {
    return index().entries().find(hash, row -> isKey(words, row));
  }

  private boolean isKey(long[] words, int row) {
    return sameKey(words, rows.page(row >>> pageBits), offset(row));
  }

  /**
   * The index; made when it is first asked for, because most views are never looked into by key.
   */
  private RowIndex index() {
    RowIndex made = index;
    if (made == null) {
      made = new RowIndex(live);
      for (int row = 0; row < bound; row++) {
        long[] page = rows.page(row >>> pageBits);
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
    return (row & pageMask) * stride;
  }

  /** The weight of a row by its number. */
  public long weight(int row) {
    return rows.page(row >>> pageBits)[offset(row) + stride - 1];
  }

  @Override
  public void read(int row, long[] words) {
    System.arraycopy(rows.page(row >>> pageBits), offset(row), words, 0, stride - 1);
  }

  /** Copies a row into columns. */
  public void read(int row, Batch out, int outRow) {
    long[] page = rows.page(row >>> pageBits);
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
    long[] page = rows.writable(row >>> pageBits);
    int from = offset(row);
    totalWeight += weight - page[from + stride - 1];
    System.arraycopy(words, 0, page, from, stride - 1);
    page[from + stride - 1] = weight;
  }

  /** Sets the batch that {@link #putAt} reads rows of. */
  public void read(Batch batch) {
    reader.read(batch);
  }

  /**
   * Sets the rows of numbers that the caller gives out, one for each key, to rows of the batch that
   * is read: for callers that have such numbers, so that keys need not be looked up. A store is
   * used either in this way or by key.
   */
  public void putAt(int[] numbers, int[] batchRows, int count) {
    if (weights.length < count) {
      weights = new long[count + (count >> 1)];
    }
    // The first pass waits for memory, for many rows at a time; the second finds them near.
    for (int i = 0; i < count; i++) {
      weights[i] = numbers[i] < bound ? weight(numbers[i]) : 0;
    }
    for (int i = 0; i < count; i++) {
      int number = numbers[i];
      if (number >= bound) {
        rows.ensure((number >>> pageBits) + 1);
        bound = number + 1;
      }
      int from = offset(number);
      long[] page = rows.writable(number >>> pageBits);
      reader.copy(batchRows[i], page, from);
      if (weights[i] == 0) {
        begin(number, page, from);
      }
    }
  }

  private void begin(int number, long[] page, int from) {
    live++;
    totalWeight++;
    if (index != null) {
      // Before it has a weight, because a new index takes in all rows that have one.
      addToIndex(number, hash(page, from));
    }
    page[from + stride - 1] = 1;
  }

  /** Is the row of a number equal to a row of the batch that is read? */
  public boolean isAt(int number, int row) {
    if (number >= bound) {
      return false;
    }
    long[] page = rows.page(number >>> pageBits);
    int from = offset(number);
    return page[from + stride - 1] != 0 && reader.isEqual(row, page, from);
  }

  /** Removes the row of a number that the caller gave out. */
  public void removeAt(int row) {
    clear(row);
  }

  private int newRow() {
    if (!free.isEmpty()) {
      return free.removeLast();
    }
    rows.ensure((bound >>> pageBits) + 1);
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
    long[] page = rows.writable(row >>> pageBits);
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
    for (int row = 0; row < bound; row++) {
      long[] page = rows.page(row >>> pageBits);
      int from = offset(row);
      if (page[from + stride - 1] != 0) {
        rowLayout.mark(page, from, live);
      }
    }
  }

  /** The rows as they are now, for a checkpoint; the index can be made anew. */
  public StateImage capture() {
    long[][] snapshot = rows.snapshot();
    int[] freeRows = free.toArray();
    int count = bound;
    return out -> {
      out.writeInt(stride);
      out.writeInt(count);
      out.writeInt(freeRows.length);
      out.writeInts(freeRows, 0, freeRows.length);
      CowPages.write(snapshot, (long) count * stride, out);
    };
  }

  /** Takes over rows that were captured; there must be none yet. */
  public void restore(StateReader in) {
    assert bound == 0 : "there are rows already";
    StateFormat.expect(in, "words of a row", stride);
    int count = StateFormat.readCount(in, "rows");
    int freeCount = StateFormat.readCount(in, "free rows");
    StateFormat.check(freeCount <= count, "free rows", freeCount);
    int[] freeRows = new int[freeCount];
    in.readInts(freeRows, 0, freeCount);
    free.add(freeRows);
    bound = count;
    rows.ensure((count + pageMask) >>> pageBits);
    rows.read(in, (long) count * stride);
    for (int row = 0; row < bound; row++) {
      long weight = weight(row);
      live += weight == 0 ? 0 : 1;
      totalWeight += weight;
    }
    for (int row : freeRows) {
      StateFormat.check(row >= 0 && row < count && weight(row) == 0, "free row", row);
    }
  }

  @Override
  public Snapshot snapshot() {
    RowIndex known = index;
    return new Pages(this, rows.snapshot(), known == null ? null : known.snapshot());
  }

  /** The rows of one moment; any thread. */
  private static final class Pages implements Snapshot {
    private final RowStore store;
    private final long[][] rows;
    private final RowIndex.@Nullable Entries index;
    private final int bound;
    private final long totalWeight;

    private Pages(RowStore store, long[][] rows, RowIndex.@Nullable Entries index) {
      this.store = store;
      this.rows = rows;
      this.index = index;
      this.bound = store.bound;
      this.totalWeight = store.totalWeight;
    }

    @Override
    public Schema schema() {
      return store.schema;
    }

    @Override
    public long totalWeight() {
      return totalWeight;
    }

    @Override
    public int bound() {
      return bound;
    }

    @Override
    public long weight(int row) {
      return rows[row >>> store.pageBits][store.offset(row) + store.stride - 1];
    }

    @Override
    public KeyLayout rowLayout() {
      return store.rowLayout;
    }

    @Override
    public boolean isNull(int row, int column) {
      return store.rowLayout.isNull(rows[row >>> store.pageBits], store.offset(row), column);
    }

    @Override
    public int firstUnshared(Snapshot earlier, int from) {
      Pages other = (Pages) earlier;
      int page = CowPages.firstUnshared(rows, other.rows, from >>> store.pageBits);
      int row = Math.max(from, page << store.pageBits);
      return Math.min(row, Math.max(bound, other.bound));
    }

    @Override
    public long word(int row, int column) {
      return rows[row >>> store.pageBits][store.offset(row) + column];
    }

    @Override
    public void read(int row, Batch out, int outRow) {
      store.rowLayout.scatter(rows[row >>> store.pageBits], store.offset(row), out, outRow);
    }

    @Override
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
      return store.sameKey(words, rows[row >>> store.pageBits], store.offset(row));
    }
  }
}
