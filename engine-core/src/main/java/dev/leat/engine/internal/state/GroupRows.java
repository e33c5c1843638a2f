package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.Arrays;

/**
 * Rows of words by slot: everything that an operator keeps of a group lies in one place, so that a
 * group costs one or two cache lines, whatever the number of its aggregates. Slots count up; those
 * that were removed are given out again, the last removed first.
 *
 * <p>Rows lie in {@link CowPages}, so capturing them costs a reference a page.
 */
public final class GroupRows {
  private final int stride;
  private final int pageBits;
  private final int pageMask;
  private final CowPages pages;
  private final IntArrayList free = new IntArrayList();

  /** What a new row holds; empty for zeros. */
  private long[] initial = {};

  private int bound;

  /** No rows, of a number of words each. */
  public GroupRows(int stride) {
    this.stride = stride;
    this.pageBits = CowPages.rowBits(stride);
    this.pageMask = (1 << pageBits) - 1;
    this.pages = new CowPages(stride << pageBits);
  }

  /** Words of a row. */
  public int stride() {
    return stride;
  }

  /** All slots are below this. */
  public int bound() {
    return bound;
  }

  /** How many rows there are. */
  public int size() {
    return bound - free.size();
  }

  /**
   * About how many bytes its rows take. Those of removed rows do not count: others get them, and
   * memory that one relation let go of is counted again when it is used again.
   */
  public long bytes() {
    return (long) size() * stride * Long.BYTES + (long) free.size() * Integer.BYTES;
  }

  /** The words among which a row lies, for reading. */
  public long[] page(int slot) {
    return pages.page(slot >>> pageBits);
  }

  /** Where a row begins among them. */
  public int offset(int slot) {
    return (slot & pageMask) * stride;
  }

  /** The words among which a row lies, for writing. */
  public long[] writable(int slot) {
    return pages.writable(slot >>> pageBits);
  }

  /** Sets what new rows hold from now on. */
  void startWith(long[] row) {
    initial = Arrays.stream(row).allMatch(word -> word == 0) ? new long[0] : row.clone();
  }

  /** A slot for a new row, which holds zeros unless others were given. */
  public int add() {
    int slot = free.isEmpty() ? next() : free.removeLast();
    if (initial.length > 0) {
      System.arraycopy(initial, 0, writable(slot), offset(slot), stride);
    }
    return slot;
  }

  private int next() {
    if ((bound & pageMask) == 0) {
      pages.ensure((bound >>> pageBits) + 1);
    }
    return bound++;
  }

  /**
   * A slot for a new row that is made later, with others: nobody asks for the row before {@link
   * #makeReserved}.
   */
  int reserve() {
    return free.isEmpty() ? bound++ : free.removeLast();
  }

  /** The slot from which on new ones are given out; -1 if those of removed rows come first. */
  int nextReserved() {
    return free.isEmpty() ? bound : -1;
  }

  /** Makes the rows of all slots that were reserved since the last time, in any order. */
  void makeReserved(int[] slots, int count) {
    pages.ensure((bound + pageMask) >>> pageBits);
    for (int i = 0; i < count && initial.length > 0; i++) {
      System.arraycopy(initial, 0, writable(slots[i]), offset(slots[i]), stride);
    }
  }

  /** Removes a row; its slot may be given out again. */
  public void remove(int slot) {
    int from = offset(slot);
    Arrays.fill(writable(slot), from, from + stride, 0);
    free.add(slot);
  }

  /** Forgets all rows. Rows that come then may hold what was there before: the caller sets all. */
  void forget() {
    bound = 0;
    free.clear();
  }

  /** Which slots below the bound have no row. */
  public boolean[] isFree() {
    boolean[] isFree = new boolean[bound];
    for (int i = 0; i < free.size(); i++) {
      isFree[free.get(i)] = true;
    }
    return isFree;
  }

  /** The rows of one moment; any thread. */
  public static final class Snapshot {
    private final GroupRows rows;
    private final long[][] pages;
    private final int bound;

    private Snapshot(GroupRows rows) {
      this.rows = rows;
      this.pages = rows.pages.snapshot();
      this.bound = rows.bound;
    }

    /** All slots are below this. */
    public int bound() {
      return bound;
    }

    /** The words among which a row lies. */
    public long[] page(int slot) {
      return pages[slot >>> rows.pageBits];
    }

    /** Where a row begins among them. */
    public int offset(int slot) {
      return rows.offset(slot);
    }

    /**
     * The first slot, from one on, whose page an earlier snapshot does not share, so that its row
     * may have changed; the larger bound of the two if there is none.
     */
    public int firstUnshared(Snapshot earlier, int from) {
      int page = CowPages.firstUnshared(pages, earlier.pages, from >>> rows.pageBits);
      int slot = Math.max(from, page << rows.pageBits);
      return Math.min(slot, Math.max(bound, earlier.bound));
    }
  }

  /** The rows as they are now, for readers. */
  public Snapshot snapshot() {
    return new Snapshot(this);
  }

  /** The rows as they are now, for a checkpoint. */
  public StateImage capture() {
    long[][] snapshot = pages.snapshot();
    int[] freeSlots = free.toArray();
    int slots = bound;
    return out -> {
      out.writeInt(stride);
      out.writeInt(slots);
      out.writeInt(freeSlots.length);
      out.writeInts(freeSlots, 0, freeSlots.length);
      CowPages.write(snapshot, (long) slots * stride, out);
    };
  }

  /** Takes over rows that were captured; there must be none yet. */
  public void restore(StateReader in) {
    assert bound == 0 : "there are rows already";
    StateFormat.expect(in, "words of a row", stride);
    int slots = StateFormat.readCount(in, "rows");
    int freeCount = StateFormat.readCount(in, "free rows");
    StateFormat.check(freeCount <= slots, "free rows", freeCount);
    boolean[] isFree = new boolean[slots];
    for (int i = 0; i < freeCount; i++) {
      int slot = in.readInt();
      StateFormat.check(slot >= 0 && slot < slots && !isFree[slot], "free row", slot);
      isFree[slot] = true;
      free.add(slot);
    }
    bound = slots;
    pages.ensure((slots + pageMask) >>> pageBits);
    pages.read(in, (long) slots * stride);
  }
}
