package dev.leat.engine.internal.state;

import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.checkpoint.StateWriter;
import java.util.Arrays;

/**
 * A growing array of words in pages, of which readers can keep a snapshot while the writer goes on:
 * after {@link #snapshot}, a page is copied before it is written to for the first time. Taking a
 * snapshot costs one reference a page; pages that are not written to are never copied.
 *
 * <p><b>Threading.</b> One writer. {@code snapshot} must not run at the same time as a write; the
 * arrays that it returns may be read by any thread for as long as it likes.
 */
final class CowPages {
  /**
   * About how many words a page should have: a batch of rows of as many groups copies as many pages
   * after a snapshot, so they are small.
   */
  private static final int TARGET_WORDS = 1024;

  private final int pageWords;
  private long[][] pages = new long[0][];
  private long[] copiedAt = new long[0];
  private int count;
  private long generation;

  CowPages(int pageWords) {
    this.pageWords = pageWords;
  }

  /** The power of two of rows of some words that go into a page. */
  static int rowBits(int stride) {
    return 31 - Integer.numberOfLeadingZeros(Math.max(1, TARGET_WORDS / Math.max(1, stride)));
  }

  /** A page for reading. */
  long[] page(int index) {
    return pages[index];
  }

  /** All pages for reading, until the next write. */
  long[][] pages() {
    return pages;
  }

  /** A page for writing. */
  long[] writable(int index) {
    if (copiedAt[index] != generation) {
      pages[index] = pages[index].clone();
      copiedAt[index] = generation;
    }
    return pages[index];
  }

  /** Makes room for a number of pages; new ones hold zeros. */
  void ensure(int wanted) {
    if (wanted > pages.length) {
      int size = Math.max(wanted, pages.length + (pages.length >> 1));
      pages = Arrays.copyOf(pages, size);
      copiedAt = Arrays.copyOf(copiedAt, size);
    }
    while (count < wanted) {
      pages[count] = new long[pageWords];
      copiedAt[count++] = generation;
    }
  }

  /** The pages as they are now. */
  long[][] snapshot() {
    generation++;
    return Arrays.copyOf(pages, count);
  }

  /**
   * The first page, from one on, that two snapshots of the same pages do not share, so that it may
   * have changed. Pages that only one of them has are not shared.
   */
  static int firstUnshared(long[][] some, long[][] others, int from) {
    int both = Math.min(some.length, others.length);
    int page = from;
    while (page < both && some[page] == others[page]) {
      page++;
    }
    return page;
  }

  /** Writes the first words of a snapshot; the size of its pages does not show. */
  static void write(long[][] snapshot, long words, StateWriter out) {
    long left = words;
    for (int i = 0; left > 0; i++) {
      int some = (int) Math.min(left, snapshot[i].length);
      out.writeLongs(snapshot[i], 0, some);
      left -= some;
    }
  }

  /** Reads words into the first pages, which are made. */
  void read(StateReader in, long words) {
    long left = words;
    for (int i = 0; left > 0; i++) {
      ensure(i + 1);
      int some = (int) Math.min(left, pageWords);
      in.readLongs(writable(i), 0, some);
      left -= some;
    }
  }
}
