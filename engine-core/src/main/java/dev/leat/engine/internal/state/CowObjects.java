package dev.leat.engine.internal.state;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Values by number, in pages that are copied before they change if a snapshot holds them: {@link
 * CowPages} for what does not fit words. The values themselves must not change.
 */
final class CowObjects<T> {
  private static final int PAGE_BITS = 6;
  private static final int PAGE_SIZE = 1 << PAGE_BITS;

  /** The values of one moment. */
  static final class Snapshot<T> {
    private final @Nullable Object[] @Nullable [] pages;

    private Snapshot(@Nullable Object[] @Nullable [] pages) {
      this.pages = pages;
    }

    /** All numbers are below this. */
    int bound() {
      return pages.length << PAGE_BITS;
    }

    /** The value of a number; null if it has none. */
    @SuppressWarnings("unchecked") // Only set puts values in.
    @Nullable T get(int number) {
      @Nullable Object[] page = pages[number >>> PAGE_BITS];
      return page == null ? null : (T) page[number & (PAGE_SIZE - 1)];
    }
  }

  private @Nullable Object[] @Nullable [] pages = new Object[0][];
  private long[] copiedAt = new long[0];
  private long generation;
  private int size;

  /** How many values there are. */
  int size() {
    return size;
  }

  /** The value of a number; null if it has none. */
  @Nullable T get(int number) {
    return number >>> PAGE_BITS < pages.length ? new Snapshot<T>(pages).get(number) : null;
  }

  /** Sets the value of a number; null for none. */
  void set(int number, @Nullable T value) {
    int index = number >>> PAGE_BITS;
    if (index >= pages.length) {
      pages = Arrays.copyOf(pages, Math.max(index + 1, 2 * pages.length));
      copiedAt = Arrays.copyOf(copiedAt, pages.length);
    }
    @Nullable Object[] page = pages[index];
    if (page == null) {
      page = new Object[PAGE_SIZE];
    } else if (copiedAt[index] != generation) {
      page = page.clone();
    }
    pages[index] = page;
    copiedAt[index] = generation;
    int at = number & (PAGE_SIZE - 1);
    size += (value == null ? 0 : 1) - (page[at] == null ? 0 : 1);
    page[at] = value;
  }

  /** The values as they are now. */
  Snapshot<T> snapshot() {
    generation++;
    return new Snapshot<>(pages.clone());
  }
}
