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

  private static final int MIN_BITS = 7;

  /**
   * A table of up to so many entries, 32 MiB, has few pages, because finding the pages takes time:
   * it may be copied as a whole after a capture. In larger ones hashes scatter what is written over
   * so many pages that these must be small.
   */
  private static final int MAX_BITS_OF_LARGE_PAGES = 21;

  private static final int FEW_PAGES_BITS = 6;
  private static final int SMALL_PAGE_BITS = 9;

  private static final int BLOCK_ROWS = 128;

  private final Hashing hashing;
  private final long[] keys = new long[BLOCK_ROWS];
  private final long[] seen = new long[BLOCK_ROWS];
  private final int[] homes = new int[BLOCK_ROWS];
  private int pageBits;
  private int pageMask;
  private CowPages pages;
  private int mask;
  private int size;

  public CodeBitmaps(Hashing hashing) {
    this.hashing = hashing;
    this.pages = table(MIN_BITS);
  }

  /** An empty table of 2 to the power of some bits entries. */
  private CowPages table(int bits) {
    pageBits =
        bits > MAX_BITS_OF_LARGE_PAGES
            ? SMALL_PAGE_BITS
            : Math.max(MIN_BITS, bits - FEW_PAGES_BITS);
    pageMask = (1 << pageBits) - 1;
    mask = (1 << bits) - 1;
    CowPages made = new CowPages(2 << pageBits);
    made.ensure(1 << (bits - pageBits));
    return made;
  }

  /**
   * Adds codes to the sets of slots, and counts those that were not there.
   *
   * @param slots by row
   * @param codes by row
   * @param rows the rows that count, in any order
   * @param isNew is given for each of the rows, by its place among them, 1 if its code was not
   *     there, else 0
   */
  public void add(int[] slots, long[] codes, int[] rows, int count, int[] isNew) {
    for (int from = 0; from < count; from += BLOCK_ROWS) {
      int some = Math.min(BLOCK_ROWS, count - from);
      // First look where each will be found, without a branch, so that the waiting for memory
      // overlaps; what is to be found is near then.
      int homeMask = mask;
      int bits = pageBits;
      int inPage = pageMask;
      long[][] all = pages.pages();
      for (int i = 0; i < some; i++) {
        int row = rows[from + i];
        long key = key(slots[row], codes[row]);
        int home = (int) hashing.hash(key) & homeMask;
        keys[i] = key;
        seen[i] = all[home >>> bits][(home & inPage) << 1];
        homes[i] = home;
      }
      for (int i = 0; i < some; i++) {
        int at = seen[i] == keys[i] && homeMask == mask ? homes[i] : find(keys[i]);
        isNew[from + i] = addAt(at, keys[i], codes[rows[from + i]]);
      }
    }
  }

  /** One more than the slot, so that no key is 0, which marks an empty place. */
  private static long key(int slot, long code) {
    return (slot + 1L) << SLOT_SHIFT | code >>> BLOCK_BITS;
  }

  /** Adds a code to the set of a slot; returns 1 if it was not there, else 0. */
  public int add(int slot, long code) {
    long key = key(slot, code);
    return addAt(find(key), key, code);
  }

  private int addAt(int at, long key, long code) {
    // Written to also where nothing changes, because whether it does cannot be predicted.
    long[] page = pages.writable(at >>> pageBits);
    int from = (at & pageMask) << 1;
    long old = page[from + 1];
    page[from + 1] = old | 1L << code;
    if (page[from] == 0) {
      page[from] = key;
      addedBlock();
    }
    return (int) (~old >>> code & 1);
  }

  /** The place of a key, or where it would go. */
  private int find(long key) {
    int at = (int) hashing.hash(key) & mask;
    long[][] all = pages.pages();
    while (true) {
      long found = all[at >>> pageBits][(at & pageMask) << 1];
      if (found == key || found == 0) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  private void put(int at, long key, long bits) {
    long[] page = pages.writable(at >>> pageBits);
    int from = (at & pageMask) << 1;
    page[from] = key;
    page[from + 1] = bits;
    addedBlock();
  }

  private void addedBlock() {
    size++;
    if (2 * size > mask + 1) {
      resize(Integer.bitCount(mask) + 1);
    }
  }

  private void resize(int bits) {
    CowPages old = pages;
    int oldPages = (mask + 1) >>> pageBits;
    pages = table(bits);
    for (int p = 0; p < oldPages; p++) {
      long[] from = old.page(p);
      for (int entry = 0; entry < from.length; entry += 2) {
        if (from[entry] != 0) {
          int at = find(from[entry]);
          long[] to = pages.writable(at >>> pageBits);
          to[(at & pageMask) << 1] = from[entry];
          to[((at & pageMask) << 1) + 1] = from[entry + 1];
        }
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
      long[] page = pages.page(i >>> pageBits);
      int from = (i & pageMask) << 1;
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
    int bits = MIN_BITS;
    while (1 << bits < 2 * entries) {
      bits++;
    }
    resize(bits);
    long[] entry = new long[2];
    for (int i = 0; i < entries; i++) {
      in.readLongs(entry, 0, 2);
      int at = find(entry[0]);
      StateFormat.check(
          entry[0] != 0 && pages.page(at >>> pageBits)[(at & pageMask) << 1] == 0,
          "block of codes",
          entry[0]);
      put(at, entry[0], entry[1]);
    }
  }
}
