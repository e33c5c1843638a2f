package dev.leat.engine.internal.state;

import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;

/**
 * A number for each row of {@link RowsByKey}, by its place: how many rows of the other side of a
 * join match it. What is at a place without a row has no meaning.
 */
public final class PlaceCounts implements Checkpointed {
  private static final int PAGE_BITS = CowPages.rowBits(1);
  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  private final CowPages pages = new CowPages(1 << PAGE_BITS);
  private int bound;

  /** The number at a place that was set before. */
  public long get(int place) {
    return pages.page(place >>> PAGE_BITS)[place & PAGE_MASK];
  }

  /** Sets the number at a place. */
  public void set(int place, long count) {
    if (place >= bound) {
      bound = place + 1;
      pages.ensure((place >>> PAGE_BITS) + 1);
    }
    pages.writable(place >>> PAGE_BITS)[place & PAGE_MASK] = count;
  }

  /** About how many bytes they take. */
  public long bytes() {
    return (long) bound * Long.BYTES;
  }

  @Override
  public StateImage capture() {
    long[][] snapshot = pages.snapshot();
    int count = bound;
    return out -> {
      out.writeInt(count);
      CowPages.write(snapshot, count, out);
    };
  }

  @Override
  public void restore(StateReader in) {
    bound = StateFormat.readCount(in, "counts");
    pages.ensure((bound + PAGE_MASK) >>> PAGE_BITS);
    pages.read(in, bound);
  }
}
