package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.Arrays;

/**
 * A time for each owner and dictionary code that has one. An entry of the open-addressing table is
 * two words, the owner and the code and their time. Codes of values that are seen together lie
 * together, so neighbouring codes belong in neighbouring places: what is in use is near then.
 */
final class CodeTimes {
  private static final int KEY = 0;
  private static final int TIME = 1;
  private static final int ENTRY_WORDS = 2;
  private static final int OWNER_SHIFT = 32;
  private static final int MIN_TABLE_BITS = 7;

  /** So many codes belong beside each other. */
  private static final int BLOCK_BITS = 3;

  private static final int BLOCK_MASK = (1 << BLOCK_BITS) - 1;

  /** Pages are small, because hashes scatter what is written over all of them. */
  private static final int MAX_PAGE_BITS = 9;

  /** Odd, and another in each engine. */
  private final long multiplier;

  private int pageBits;
  private int pageMask;
  private CowPages pages;
  private int mask;
  private int shift;
  private int size;

  CodeTimes(Hashing hashing) {
    this.multiplier = hashing.start() | 1;
    this.pages = table(MIN_TABLE_BITS);
  }

  private CowPages table(int bits) {
    pageBits = Math.min(MAX_PAGE_BITS, bits);
    pageMask = (1 << pageBits) - 1;
    mask = (1 << bits) - 1;
    shift = Long.SIZE - (bits - BLOCK_BITS);
    CowPages made = new CowPages(ENTRY_WORDS << pageBits);
    made.ensure(1 << (bits - pageBits));
    return made;
  }

  /** One more than the owner, so that no key is 0, which marks an empty place. */
  private static long key(int owner, long code) {
    return (owner + 1L) << OWNER_SHIFT | code;
  }

  /** The place of an owner and a code, or where they would go; until the next is added. */
  int find(int owner, long code) {
    return find(key(owner, code));
  }

  private int find(long key) {
    // The upper bits of a product, as CodeBitmaps has it.
    int block = (int) (((key >>> BLOCK_BITS) * multiplier) >>> shift);
    int at = block << BLOCK_BITS | ((int) key & BLOCK_MASK);
    long[][] all = pages.pages();
    while (true) {
      long found = all[at >>> pageBits][(at & pageMask) * ENTRY_WORDS];
      if (found == key || found == 0) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  /** Is there a time at a place? */
  boolean isThere(int at) {
    return pages.page(at >>> pageBits)[(at & pageMask) * ENTRY_WORDS] != 0;
  }

  /** The time at a place. */
  long time(int at) {
    return pages.page(at >>> pageBits)[(at & pageMask) * ENTRY_WORDS + TIME];
  }

  /** Sets the time at a place that was found for an owner and a code. */
  void set(int at, int owner, long code, long time) {
    long[] page = pages.writable(at >>> pageBits);
    int entry = (at & pageMask) * ENTRY_WORDS;
    boolean isNew = page[entry] == 0;
    page[entry + KEY] = key(owner, code);
    page[entry + TIME] = time;
    if (isNew) {
      size++;
      if (2 * size > mask + 1) {
        make(Integer.bitCount(mask) + 1, Long.MIN_VALUE);
      }
    }
  }

  /** Makes the table anew, without those before a time. */
  private void make(int bits, long since) {
    CowPages old = pages;
    int oldPages = (mask + 1) >>> pageBits;
    pages = table(bits);
    for (int p = 0; p < oldPages; p++) {
      long[] from = old.page(p);
      for (int entry = 0; entry < from.length; entry += ENTRY_WORDS) {
        if (from[entry] != 0 && from[entry + TIME] >= since) {
          int at = find(from[entry]);
          long[] to = pages.writable(at >>> pageBits);
          System.arraycopy(from, entry, to, (at & pageMask) * ENTRY_WORDS, ENTRY_WORDS);
        }
      }
    }
  }

  /** Forgets all times before one. */
  void forgetBefore(long time) {
    int left = 0;
    for (long[] page : Arrays.copyOf(pages.pages(), (mask + 1) >>> pageBits)) {
      for (int entry = 0; entry < page.length; entry += ENTRY_WORDS) {
        left += page[entry] != 0 && page[entry + TIME] >= time ? 1 : 0;
      }
    }
    if (left < size) {
      make(bitsFor(left), time);
      size = left;
    }
  }

  private static int bitsFor(int entries) {
    int bits = MIN_TABLE_BITS;
    while (1L << bits < 2L * entries) {
      bits++;
    }
    return bits;
  }

  /** How many bytes it takes. */
  long bytes() {
    return (long) ENTRY_WORDS * Long.BYTES * (mask + 1L);
  }

  /** The times as they are now. */
  StateImage capture() {
    long[][] snapshot = pages.snapshot();
    int entries = size;
    return out -> {
      out.writeInt(entries);
      for (long[] page : snapshot) {
        for (int entry = 0; entry < page.length; entry += ENTRY_WORDS) {
          if (page[entry] != 0) {
            out.writeLongs(page, entry, ENTRY_WORDS);
          }
        }
      }
    };
  }

  /** Takes over times that were captured; there must be none yet. */
  void restore(StateReader in) {
    assert size == 0 : "there are times already";
    int entries = StateFormat.readCount(in, "times of codes");
    StateFormat.check(entries <= 1 << 29, "times of codes", entries);
    make(bitsFor(entries), Long.MIN_VALUE);
    long[] entry = new long[ENTRY_WORDS];
    for (int i = 0; i < entries; i++) {
      in.readLongs(entry, 0, ENTRY_WORDS);
      int at = find(entry[KEY]);
      StateFormat.check(entry[KEY] != 0 && !isThere(at), "time of a code", entry[KEY]);
      long[] page = pages.writable(at >>> pageBits);
      System.arraycopy(entry, 0, page, (at & pageMask) * ENTRY_WORDS, ENTRY_WORDS);
    }
    size = entries;
  }
}
