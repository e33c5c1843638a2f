package dev.leat.engine.internal.state;

import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;

/**
 * A time for each row of {@link GroupRows}, by slot, and which row has the least. Times lie in
 * pages of their own, so that a row is not written to where only its time changes.
 *
 * <p><b>Checkpoints.</b> An image has the times of all slots. The heap is made anew.
 */
public final class RowTimes {
  private static final int PAGE_BITS = CowPages.rowBits(1);
  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private final GroupRows rows;
  private final CowPages times = new CowPages(1 << PAGE_BITS);
  private final TimeHeap heap = new TimeHeap();

  /** Of some rows, none of which has a time. */
  public RowTimes(GroupRows rows) {
    this.rows = rows;
  }

  /** Gives the row of a slot a time, or another one. */
  public void put(int slot, long time) {
    int page = slot >>> PAGE_BITS;
    times.ensure(page + 1);
    if (heap.contains(slot) && times.page(page)[slot & PAGE_MASK] == time) {
      return;
    }
    times.writable(page)[slot & PAGE_MASK] = time;
    heap.put(slot, time);
  }

  /** The row of a slot has no time any more, if it had one. */
  public void remove(int slot) {
    heap.remove(slot);
  }

  /** Is the time of a row at or before this? */
  public boolean isDue(long time) {
    return heap.size() > 0 && heap.firstTime() <= time;
  }

  /** The slot of the row with the least time, which it has no longer; there must be one. */
  public int removeFirst() {
    return heap.removeFirst();
  }

  /** About how many bytes they take. */
  public long bytes() {
    return heap.bytes() + (long) heap.size() * Long.BYTES;
  }

  /** The times of all rows as they are now; to be captured with the rows. */
  public StateImage capture() {
    int slots = rows.bound();
    // A slot whose row never had a time may be beyond the last page.
    times.ensure((slots + PAGE_MASK) >>> PAGE_BITS);
    long[][] snapshot = times.snapshot();
    return out -> CowPages.write(snapshot, slots, out);
  }

  /** Takes over times that were captured, after the rows; each row that is there has one. */
  public void restore(StateReader in) {
    times.read(in, rows.bound());
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        heap.put(slot, times.page(slot >>> PAGE_BITS)[slot & PAGE_MASK]);
      }
    }
  }
}
