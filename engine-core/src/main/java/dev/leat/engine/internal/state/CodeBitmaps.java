package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;

/**
 * A set of dictionary codes for each slot, to which codes are only added: an open-addressing table
 * from a slot and a block of 64 codes to the block's bitmap, two words side by side in {@link
 * CowPages}. Codes of values that are seen together lie together, so a block holds many; a lone
 * code costs one entry.
 */
public final class CodeBitmaps {
  private static final int BLOCK_BITS = 6;
  private static final int SLOT_SHIFT = 32;

  /** Entries of a page: small pages, because hashes scatter what is written after a capture. */
  private static final int PAGE_BITS = 7;

  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;
  private static final int MIN_SIZE = 1 << PAGE_BITS;

  private final Hashing hashing;
  private CowPages pages = table(MIN_SIZE);
  private int mask = MIN_SIZE - 1;
  private int size;

  public CodeBitmaps(Hashing hashing) {
    this.hashing = hashing;
  }

  private static CowPages table(int entries) {
    CowPages made = new CowPages(2 << PAGE_BITS);
    made.ensure(entries >>> PAGE_BITS);
    return made;
  }

  /** Adds a code to the set of a slot; returns 1 if it was not there, else 0. */
  public int add(int slot, long code) {
    // One more than the slot, so that no key is 0, which marks an empty place.
    long key = (slot + 1L) << SLOT_SHIFT | code >>> BLOCK_BITS;
    long bit = 1L << code;
    int at = find(key);
    long[] page = pages.page(at >>> PAGE_BITS);
    int from = (at & PAGE_MASK) << 1;
    if (page[from] == 0) {
      put(at, key, bit);
      return 1;
    }
    if ((page[from + 1] & bit) != 0) {
      return 0;
    }
    pages.writable(at >>> PAGE_BITS)[from + 1] |= bit;
    return 1;
  }

  /** The place of a key, or where it would go. */
  private int find(long key) {
    int at = (int) hashing.hash(key) & mask;
    long[][] all = pages.pages();
    while (true) {
      long found = all[at >>> PAGE_BITS][(at & PAGE_MASK) << 1];
      if (found == key || found == 0) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  private void put(int at, long key, long bits) {
    long[] page = pages.writable(at >>> PAGE_BITS);
    int from = (at & PAGE_MASK) << 1;
    page[from] = key;
    page[from + 1] = bits;
    size++;
    if (2 * size > mask + 1) {
      resize(2 * (mask + 1));
    }
  }

  private void resize(int entries) {
    CowPages old = pages;
    int oldEntries = mask + 1;
    pages = table(entries);
    mask = entries - 1;
    for (int i = 0; i < oldEntries; i++) {
      long[] from = old.page(i >>> PAGE_BITS);
      int entry = (i & PAGE_MASK) << 1;
      if (from[entry] != 0) {
        int at = find(from[entry]);
        long[] to = pages.writable(at >>> PAGE_BITS);
        to[(at & PAGE_MASK) << 1] = from[entry];
        to[((at & PAGE_MASK) << 1) + 1] = from[entry + 1];
      }
    }
  }

  /** How many bytes it takes. */
  public long bytes() {
    return 2L * Long.BYTES * (mask + 1L);
  }

  /** Adds all codes to a set. */
  public void mark(CodeSet live) {
    for (int i = 0; i <= mask; i++) {
      long[] page = pages.page(i >>> PAGE_BITS);
      int from = (i & PAGE_MASK) << 1;
      if (page[from] != 0) {
        live.addBlock((int) page[from], page[from + 1]);
      }
    }
  }

  /** The sets as they are now. */
  public StateImage capture() {
    long[][] snapshot = pages.snapshot();
    int entries = size;
    return out -> {
      out.writeInt(entries);
      for (long[] page : snapshot) {
        for (int from = 0; from < page.length; from += 2) {
          if (page[from] != 0) {
            out.writeLongs(page, from, 2);
          }
        }
      }
    };
  }

  /** Takes over sets that were captured; there must be none yet. */
  public void restore(StateReader in) {
    assert size == 0 : "there are sets already";
    int entries = StateFormat.readCount(in, "blocks of codes");
    StateFormat.check(entries <= 1 << 29, "blocks of codes", entries);
    int wanted = MIN_SIZE;
    while (wanted < 2 * entries) {
      wanted *= 2;
    }
    resize(wanted);
    long[] entry = new long[2];
    for (int i = 0; i < entries; i++) {
      in.readLongs(entry, 0, 2);
      int at = find(entry[0]);
      StateFormat.check(
          entry[0] != 0 && pages.page(at >>> PAGE_BITS)[(at & PAGE_MASK) << 1] == 0,
          "block of codes",
          entry[0]);
      put(at, entry[0], entry[1]);
    }
  }
}
