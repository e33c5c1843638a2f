package dev.leat.engine.internal.state;

import com.carrotsearch.hppc.IntArrayList;

/**
 * Memory for many short arrays of words that grow: runs of a power of two words each, in {@link
 * CowPages}. A run is known by the number of its first word, and never lies across two pages. Runs
 * that were given back are given out again.
 */
final class WordRuns {
  /** A run has 2 to the power of at most so many words. */
  static final int MAX_BITS = 6;

  private static final int PAGE_BITS = 10;
  private static final int PAGE_WORDS = 1 << PAGE_BITS;
  private static final int PAGE_MASK = PAGE_WORDS - 1;

  private final CowPages pages = new CowPages(PAGE_WORDS);

  /** By size: the runs that were given back. */
  private final IntArrayList[] free = new IntArrayList[MAX_BITS + 1];

  /** All words in use are below this; it is an int, as 16 GiB are too many for a heap's state. */
  private int bound;

  WordRuns() {
    for (int bits = 0; bits <= MAX_BITS; bits++) {
      free[bits] = new IntArrayList();
    }
  }

  /** A run whose words hold anything. */
  int take(int bits) {
    if (!free[bits].isEmpty()) {
      return free[bits].removeLast();
    }
    int size = 1 << bits;
    while ((bound & (size - 1)) != 0) {
      // What is skipped to begin at a multiple of the size is a run too.
      int skipped = Integer.numberOfTrailingZeros(bound);
      free[skipped].add(bound);
      bound += 1 << skipped;
    }
    int run = bound;
    bound = Math.addExact(bound, size);
    pages.ensure((bound + PAGE_MASK) >>> PAGE_BITS);
    return run;
  }

  /** Takes a run back. */
  void give(int run, int bits) {
    free[bits].add(run);
  }

  /** The words among which a run lies, for reading. */
  long[] page(int run) {
    return pages.page(run >>> PAGE_BITS);
  }

  /** The words among which a run lies, for writing. */
  long[] writable(int run) {
    return pages.writable(run >>> PAGE_BITS);
  }

  /** Where a run begins among them. */
  static int offset(int run) {
    return run & PAGE_MASK;
  }

  /** The words of a run in a snapshot. */
  static long[] page(long[][] snapshot, int run) {
    return snapshot[run >>> PAGE_BITS];
  }

  /** About how many bytes it takes. */
  long bytes() {
    return (long) bound * Long.BYTES;
  }

  /** All pages for reading, until the next write. */
  long[][] pages() {
    return pages.pages();
  }

  /** The pages as they are now. */
  long[][] snapshot() {
    return pages.snapshot();
  }
}
