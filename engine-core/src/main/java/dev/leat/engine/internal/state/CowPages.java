package dev.leat.engine.internal.state;

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
  private final int pageWords;
  private long[][] pages = new long[0][];
  private long[] copiedAt = new long[0];
  private long generation;

  CowPages(int pageWords) {
    this.pageWords = pageWords;
  }

  int count() {
    return pages.length;
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
  void ensure(int count) {
    if (pages.length < count) {
      int from = pages.length;
      pages = Arrays.copyOf(pages, count);
      copiedAt = Arrays.copyOf(copiedAt, count);
      for (int i = from; i < count; i++) {
        pages[i] = new long[pageWords];
        copiedAt[i] = generation;
      }
    }
  }

  /** The pages as they are now. */
  long[][] snapshot() {
    generation++;
    return pages.clone();
  }
}
