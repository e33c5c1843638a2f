package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;

/**
 * A set of dictionary codes for each slot, to which codes are only added: an open-addressing table
 * from a slot and a block of 64 codes to the block's bitmap, keys and bitmaps in {@link CowPages}
 * of their own. Codes of values that are seen together lie together, so a block holds many; a lone
 * code costs one entry.
 */
public final class CodeBitmaps {
  private static final int BLOCK_BITS = 6;
  private static final int SLOT_SHIFT = 32;

  private static final int MIN_BITS = 7;

  /**
   * A table of up to so many entries, 16 MiB, is one page, because finding pages takes time: it is
   * copied as a whole when it is written to after a capture. In larger ones hashes scatter what is
   * written over so many pages that these must be small.
   */
  private static final int MAX_BITS_OF_ONE_PAGE = 20;

  private static final int SMALL_PAGE_BITS = 9;

  private static final int AT_ONCE = 256;

  private final Hashing hashing;
  private final long[] wanted = new long[AT_ONCE];
  private final long[] seen = new long[AT_ONCE];
  private final int[] homes = new int[AT_ONCE];
  private int pageBits;
  private int pageMask;
  private CowPages keys;
  private CowPages bitmaps;
  private int mask;
  private int size;

  public CodeBitmaps(Hashing hashing) {
    this.hashing = hashing;
    setBits(MIN_BITS);
    this.keys = table();
    this.bitmaps = table();
  }

  private void setBits(int bits) {
    pageBits = bits > MAX_BITS_OF_ONE_PAGE ? SMALL_PAGE_BITS : bits;
    pageMask = (1 << pageBits) - 1;
    mask = (1 << bits) - 1;
  }

  private CowPages table() {
    CowPages made = new CowPages(1 << pageBits);
    made.ensure((mask + 1) >>> pageBits);
    return made;
  }

  /**
   * Adds codes to the sets of slots.
   *
   * @param slots by row
   * @param codes by row
   * @param rows the rows that count
   * @param isNew is given for each of the rows, by its place among them, 1 if its code was not in
   *     its set, else 0
   */
  public void add(int[] slots, long[] codes, int[] rows, int count, int[] isNew) {
    for (int from = 0; from < count; from += AT_ONCE) {
      int some = Math.min(AT_ONCE, count - from);
      // Loops as short as can be look where each key should be, so that many wait for memory at
      // the same time; what is then searched is near.
      for (int i = 0; i < some; i++) {
        int row = rows[from + i];
        long key = key(slots[row], codes[row]);
        wanted[i] = key;
        homes[i] = (int) hashing.hash(key) & mask;
      }
      lookAt(keys.pages(), some);
      lookAt(bitmaps.pages(), some);
      for (int i = 0; i < some; i++) {
        isNew[from + i] = add(wanted[i], codes[rows[from + i]], homes[i] & mask);
      }
    }
  }

  private void lookAt(long[][] pages, int count) {
    int bits = pageBits;
    int inPage = pageMask;
    for (int i = 0; i < count; i++) {
      seen[i] = pages[homes[i] >>> bits][homes[i] & inPage];
    }
  }

  /** One more than the slot, so that no key is 0, which marks an empty place. */
  private static long key(int slot, long code) {
    return (slot + 1L) << SLOT_SHIFT | code >>> BLOCK_BITS;
  }

  /** Adds a code to the set of a slot; returns 1 if it was not there, else 0. */
  public int add(int slot, long code) {
    long key = key(slot, code);
    return add(key, code, (int) hashing.hash(key) & mask);
  }

  private int add(long key, long code, int home) {
    long[][] pages = keys.pages();
    int at = home;
    long found = pages[at >>> pageBits][at & pageMask];
    while (found != key) {
      if (found == 0) {
        put(at, key, 1L << code);
        return 1;
      }
      at = (at + 1) & mask;
      found = pages[at >>> pageBits][at & pageMask];
    }
    // Written to also where nothing changes, because whether it does cannot be predicted.
    long[] page = bitmaps.writable(at >>> pageBits);
    long old = page[at & pageMask];
    page[at & pageMask] = old | 1L << code;
    return (int) (~old >>> code & 1);
  }

  /** Puts a key that is not there into an empty place. */
  private void put(int at, long key, long bitmap) {
    keys.writable(at >>> pageBits)[at & pageMask] = key;
    bitmaps.writable(at >>> pageBits)[at & pageMask] = bitmap;
    size++;
    if (2 * size > mask + 1) {
      resize(Integer.bitCount(mask) + 1);
    }
  }

  private void resize(int bits) {
    CowPages oldKeys = keys;
    CowPages oldBitmaps = bitmaps;
    int oldPages = (mask + 1) >>> pageBits;
    setBits(bits);
    keys = table();
    bitmaps = table();
    for (int p = 0; p < oldPages; p++) {
      long[] from = oldKeys.page(p);
      for (int entry = 0; entry < from.length; entry++) {
        if (from[entry] != 0) {
          int at = place(from[entry]);
          keys.writable(at >>> pageBits)[at & pageMask] = from[entry];
          bitmaps.writable(at >>> pageBits)[at & pageMask] = oldBitmaps.page(p)[entry];
        }
      }
    }
  }

  /** The empty place for a key that is not there, or the place of the key. */
  private int place(long key) {
    int at = (int) hashing.hash(key) & mask;
    while (key(at) != 0 && key(at) != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private long key(int at) {
    return keys.page(at >>> pageBits)[at & pageMask];
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return 2L * Long.BYTES * (mask + 1L);
  }

  /** Adds all codes to a set. */
  public void mark(CodeSet live) {
    for (int i = 0; i <= mask; i++) {
      if (key(i) != 0) {
        live.addBlock((int) key(i), bitmaps.page(i >>> pageBits)[i & pageMask]);
      }
    }
  }

  /** The sets as they are now. */
  public StateImage capture() {
    long[][] keyPages = keys.snapshot();
    long[][] bitmapPages = bitmaps.snapshot();
    int entries = size;
    return out -> {
      out.writeInt(entries);
      for (int p = 0; p < keyPages.length; p++) {
        for (int entry = 0; entry < keyPages[p].length; entry++) {
          if (keyPages[p][entry] != 0) {
            out.writeLong(keyPages[p][entry]);
            out.writeLong(bitmapPages[p][entry]);
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
    for (int i = 0; i < entries; i++) {
      long key = in.readLong();
      int at = place(key);
      StateFormat.check(key != 0 && key(at) == 0, "block of codes", key);
      put(at, key, in.readLong());
    }
  }
}
