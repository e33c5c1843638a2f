package dev.leat.engine.internal.state;

import java.util.function.IntPredicate;

/**
 * Finds rows by the hash of their key: open addressing with linear probing over copy-on-write
 * pages. An entry is the upper half of a hash and a row's number plus one; a removed one leaves a
 * mark, so that what lies behind it is still found.
 */
final class RowIndex {
  /** About how many words there are for each row. */
  static final int WORDS_OF_ROW = 4;

  private static final int PAGE_BITS = 10;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;
  private static final int REMOVED = -1;
  private static final long HASH_MASK = 0xffffffff00000000L;

  /** The entries of one moment. */
  record Entries(long[][] pages, int mask) {
    /** The row with a hash for which a test says that it has the key, or -1. */
    int find(long hash, IntPredicate isKey) {
      for (int at = (int) hash & mask; ; at = (at + 1) & mask) {
        long entry = pages[at >>> PAGE_BITS][at & (PAGE_SIZE - 1)];
        if (entry == 0) {
          return -1;
        }
        if ((entry & HASH_MASK) == (hash & HASH_MASK)
            && (int) entry != REMOVED
            && isKey.test((int) entry - 1)) {
          return (int) entry - 1;
        }
      }
    }
  }

  private final CowPages pages = new CowPages(PAGE_SIZE);
  private final int mask;
  private int used;

  /** An empty index with room for a number of rows, and as many more. */
  RowIndex(int rows) {
    int size = PAGE_SIZE;
    while (size < 4L * (rows + 1)) {
      size *= 2;
    }
    pages.ensure(size >>> PAGE_BITS);
    mask = size - 1;
  }

  /** Should a new one be made before more is added? */
  boolean isFull() {
    return 2 * (used + 1) > mask + 1;
  }

  private long entry(int at) {
    return pages.page(at >>> PAGE_BITS)[at & (PAGE_SIZE - 1)];
  }

  private void set(int at, long entry) {
    pages.writable(at >>> PAGE_BITS)[at & (PAGE_SIZE - 1)] = entry;
  }

  void add(int row, long hash) {
    int at = (int) hash & mask;
    while (entry(at) != 0) {
      at = (at + 1) & mask;
    }
    set(at, (hash & HASH_MASK) | (row + 1));
    used++;
  }

  void remove(int row, long hash) {
    int at = (int) hash & mask;
    while ((int) entry(at) != row + 1) {
      at = (at + 1) & mask;
    }
    set(at, Integer.toUnsignedLong(REMOVED));
  }

  /** The entries as they are until the next change; not for other threads. */
  Entries entries() {
    return new Entries(pages.pages(), mask);
  }

  /** The entries as they are now, for readers. */
  Entries snapshot() {
    return new Entries(pages.snapshot(), mask);
  }
}
