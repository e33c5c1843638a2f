package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A set of dictionary codes for each slot, to which codes are only added until it is removed.
 *
 * <p><b>Structure.</b> Codes of values that are seen together lie together, so they are kept as
 * bits: a <i>block</i> is 64 neighbouring codes, a <i>chunk</i> 64 neighbouring blocks. An
 * open-addressing table leads from a slot and a chunk to three words: which they are, which blocks
 * of the chunk are kept, and where the bitmaps of these lie, packed in a run of {@link WordRuns}. A
 * chunk of which only one block has codes has its bitmap in the table; one of which many have keeps
 * all of them. So a full chunk costs little more than its bits, the table is small and near where
 * slots have many codes, and a lone code costs one entry. The idea is that of array-mapped tries
 * (Bagwell, Ideal Hash Trees, 2001) and of Roaring bitmaps.
 */
public final class CodeBitmaps {
  private static final int BLOCK_BITS = 6;
  private static final int CHUNK_BITS = 2 * BLOCK_BITS;
  private static final int BLOCK_MASK = (1 << BLOCK_BITS) - 1;
  private static final int SLOT_SHIFT = 32;

  private static final int KEY = 0;
  private static final int PRESENT = 1;
  private static final int BITS = 2;
  private static final int ENTRY_WORDS = 3;

  /** What is in {@link #PRESENT} of a chunk that keeps all blocks: a whole one. */
  private static final long WHOLE = -1;

  /** A chunk with more blocks becomes a whole one. */
  private static final int MAX_PACKED = 16;

  private static final int MIN_TABLE_BITS = 7;

  /** Pages are small, because hashes scatter what is written over all of them. */
  private static final int MAX_PAGE_BITS = 9;

  private static final int ROWS_AT_ONCE = 128;

  /** Odd, and another in each engine. */
  private final long multiplier;

  private final long[] keys = new long[ROWS_AT_ONCE];
  private final long[] seen = new long[ROWS_AT_ONCE];
  private final int[] homes = new int[ROWS_AT_ONCE];
  private final int[] words = new int[ROWS_AT_ONCE];
  private final WordRuns runs = new WordRuns();
  private int pageBits;
  private int pageMask;
  private CowPages pages;
  private int mask;
  private int shift;
  private int size;

  /** No code is in a chunk behind this. */
  private int lastChunk;

  public CodeBitmaps(Hashing hashing) {
    this.multiplier = hashing.start() | 1;
    this.pages = table(MIN_TABLE_BITS);
  }

  /** An empty table of 2 to the power of some bits entries. */
  private CowPages table(int bits) {
    pageBits = Math.min(MAX_PAGE_BITS, bits);
    pageMask = (1 << pageBits) - 1;
    mask = (1 << bits) - 1;
    shift = Long.SIZE - bits;
    CowPages made = new CowPages(ENTRY_WORDS << pageBits);
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
    for (int from = 0; from < count; from += ROWS_AT_ONCE) {
      int some = Math.min(ROWS_AT_ONCE, count - from);
      locate(slots, codes, rows, from, some);
      for (int i = 0; i < some; i++) {
        long code = codes[rows[from + i]];
        int word = words[i];
        if (word < 0) {
          isNew[from + i] = addAt(find(keys[i]), keys[i], code);
        } else {
          // Written to also where nothing changes, because whether it does cannot be predicted.
          long[] page = runs.writable(word);
          int at = WordRuns.offset(word);
          long old = page[at];
          page[at] = old | 1L << code;
          isNew[from + i] = (int) (~old >>> code & 1);
        }
      }
    }
  }

  /**
   * Looks where the bitmaps of some rows' codes lie, with few branches, so that the waiting for
   * memory overlaps: the words of whole chunks, which stay where they are whatever is added; -1 for
   * others.
   */
  private void locate(int[] slots, long[] codes, int[] rows, int from, int some) {
    int bits = pageBits;
    int inPage = pageMask;
    long[][] all = pages.pages();
    for (int i = 0; i < some; i++) {
      int row = rows[from + i];
      long key = key(slots[row], codes[row]);
      int home = home(key);
      keys[i] = key;
      seen[i] = all[home >>> bits][(home & inPage) * ENTRY_WORDS];
      homes[i] = home;
    }
    for (int i = 0; i < some; i++) {
      int at = seen[i] == keys[i] ? homes[i] : find(keys[i]);
      long[] page = all[at >>> bits];
      int entry = (at & inPage) * ENTRY_WORDS;
      int block = (int) (codes[rows[from + i]] >>> BLOCK_BITS) & BLOCK_MASK;
      words[i] = page[entry + PRESENT] == WHOLE ? (int) page[entry + BITS] + block : -1;
    }
  }

  /** One more than the slot, so that no key is 0, which marks an empty place. */
  private static long key(int slot, long code) {
    return (slot + 1L) << SLOT_SHIFT | code >>> CHUNK_BITS;
  }

  /**
   * Where a key belongs: the upper bits of a product, which scatter well what counts up, as slots
   * and codes do (Dietzfelbinger et al., A reliable randomized algorithm for the closest-pair
   * problem, 1997).
   */
  private int home(long key) {
    return (int) ((key * multiplier) >>> shift);
  }

  /** Adds a code to the set of a slot; returns 1 if it was not there, else 0. */
  public int add(int slot, long code) {
    long key = key(slot, code);
    return addAt(find(key), key, code);
  }

  private int addAt(int at, long key, long code) {
    long[] page = pages.page(at >>> pageBits);
    int entry = (at & pageMask) * ENTRY_WORDS;
    long present = page[entry + PRESENT];
    long block = 1L << (code >>> BLOCK_BITS & BLOCK_MASK);
    if ((present & block) == 0) {
      addBlock(at, key, block, 1L << code);
      return 1;
    }
    int word = entry + BITS;
    if (present == block) {
      page = pages.writable(at >>> pageBits);
    } else {
      int run = (int) page[word];
      page = runs.writable(run);
      word = WordRuns.offset(run) + Long.bitCount(present & (block - 1));
    }
    long old = page[word];
    page[word] = old | 1L << code;
    return (int) (~old >>> code & 1);
  }

  /** Is a code in the set of a slot? */
  boolean contains(int slot, long code) {
    int at = find(key(slot, code));
    long[] page = pages.page(at >>> pageBits);
    int entry = (at & pageMask) * ENTRY_WORDS;
    long present = page[entry + PRESENT];
    long block = 1L << (code >>> BLOCK_BITS & BLOCK_MASK);
    if ((present & block) == 0) {
      return false;
    }
    int place = firstBitmap(page, entry) + Long.bitCount(present & (block - 1));
    return (bitmaps(page, entry, runs.pages())[place] >>> code & 1) != 0;
  }

  /** Adds a block that an entry has not; also the entry's first. */
  private void addBlock(int at, long key, long block, long bits) {
    long[] page = pages.writable(at >>> pageBits);
    int entry = (at & pageMask) * ENTRY_WORDS;
    long present = page[entry + PRESENT];
    page[entry + PRESENT] = present | block;
    if (present == 0) {
      page[entry + KEY] = key;
      page[entry + BITS] = bits;
      size++;
      lastChunk = Math.max(lastChunk, (int) key);
      if (2 * size > mask + 1) {
        resize(Integer.bitCount(mask) + 1);
      }
    } else {
      int count = Long.bitCount(present);
      int place = Long.bitCount(present & (block - 1));
      int run = withBlock(page[entry + BITS], count, place, bits);
      page[entry + BITS] = run;
      if (count == MAX_PACKED) {
        page[entry + PRESENT] = WHOLE;
        page[entry + BITS] = whole(run, present | block);
      }
    }
  }

  /** Moves packed bitmaps to where they stay. */
  private int whole(int run, long present) {
    int whole = runs.take(BLOCK_BITS);
    long[] from = runs.page(run);
    long[] to = runs.writable(whole);
    int packed = WordRuns.offset(run);
    int target = WordRuns.offset(whole);
    for (int block = 0; block <= BLOCK_MASK; block++) {
      to[target + block] = (present >>> block & 1) != 0 ? from[packed++] : 0;
    }
    runs.give(run, Integer.numberOfTrailingZeros(2 * MAX_PACKED));
    return whole;
  }

  /** Puts one more bitmap among those of an entry; gives where they lie then. */
  private int withBlock(long old, int count, int place, long bits) {
    int run = count == 1 ? runs.take(1) : (int) old;
    if (count == 1) {
      runs.writable(run)[WordRuns.offset(run) + 1 - place] = old;
    } else if (Integer.bitCount(count) == 1) {
      run = moved(run, count, place);
    } else {
      long[] words = runs.writable(run);
      int from = WordRuns.offset(run) + place;
      System.arraycopy(words, from, words, from + 1, count - place);
    }
    runs.writable(run)[WordRuns.offset(run) + place] = bits;
    return run;
  }

  /** Moves the words of a full run to one of twice the size, and leaves a gap. */
  private int moved(int run, int count, int gap) {
    int sizeBits = Integer.numberOfTrailingZeros(count);
    int larger = runs.take(sizeBits + 1);
    long[] from = runs.page(run);
    long[] to = runs.writable(larger);
    int source = WordRuns.offset(run);
    int target = WordRuns.offset(larger);
    System.arraycopy(from, source, to, target, gap);
    System.arraycopy(from, source + gap, to, target + gap + 1, count - gap);
    runs.give(run, sizeBits);
    return larger;
  }

  /** The place of a key, or where it would go. */
  private int find(long key) {
    int at = home(key);
    long[][] all = pages.pages();
    while (true) {
      long found = all[at >>> pageBits][(at & pageMask) * ENTRY_WORDS];
      if (found == key || found == 0) {
        return at;
      }
      at = (at + 1) & mask;
    }
  }

  /**
   * Adds the codes of a slot to those of another; gives how many of them were not there. Looks for
   * every chunk that there may be, one for 4,096 codes of the dictionary.
   */
  public int addAll(int slot, int to) {
    int added = 0;
    long[] blocks = new long[1 << BLOCK_BITS];
    for (long chunk = 0; chunk <= lastChunk; chunk++) {
      int at = find(key(slot, chunk << CHUNK_BITS));
      long[] page = pages.page(at >>> pageBits);
      int entry = (at & pageMask) * ENTRY_WORDS;
      if (page[entry] == 0) {
        continue;
      }
      // Aside, because adding may move all.
      long present = page[entry + PRESENT];
      System.arraycopy(
          bitmaps(page, entry, runs.pages()),
          firstBitmap(page, entry),
          blocks,
          0,
          Long.bitCount(present));
      int block = 0;
      for (long left = present; left != 0; left &= left - 1) {
        long first = chunk << CHUNK_BITS | (long) Long.numberOfTrailingZeros(left) << BLOCK_BITS;
        for (long bits = blocks[block++]; bits != 0; bits &= bits - 1) {
          added += add(to, first | Long.numberOfTrailingZeros(bits));
        }
      }
    }
    return added;
  }

  /** Forgets the codes of a slot. */
  public void clear(int slot) {
    for (long chunk = 0; chunk <= lastChunk && size > 0; chunk++) {
      int at = find(key(slot, chunk << CHUNK_BITS));
      if (pages.page(at >>> pageBits)[(at & pageMask) * ENTRY_WORDS] != 0) {
        remove(at);
      }
    }
  }

  /** Removes an entry, and moves others up that stand behind it because it was there. */
  private void remove(int at) {
    long[] page = pages.page(at >>> pageBits);
    int entry = (at & pageMask) * ENTRY_WORDS;
    if (page[entry + PRESENT] == WHOLE) {
      runs.give((int) page[entry + BITS], BLOCK_BITS);
    } else if (hasRun(page, entry)) {
      int count = Long.bitCount(page[entry + PRESENT]);
      runs.give((int) page[entry + BITS], Integer.SIZE - Integer.numberOfLeadingZeros(count - 1));
    }
    size--;
    int hole = at;
    int next = (at + 1) & mask;
    while (true) {
      long[] from = pages.page(next >>> pageBits);
      int source = (next & pageMask) * ENTRY_WORDS;
      if (from[source] == 0) {
        break;
      }
      if (((next - home(from[source])) & mask) >= ((next - hole) & mask)) {
        long[] to = pages.writable(hole >>> pageBits);
        System.arraycopy(from, source, to, (hole & pageMask) * ENTRY_WORDS, ENTRY_WORDS);
        hole = next;
      }
      next = (next + 1) & mask;
    }
    int last = (hole & pageMask) * ENTRY_WORDS;
    Arrays.fill(pages.writable(hole >>> pageBits), last, last + ENTRY_WORDS, 0);
  }

  private void resize(int bits) {
    CowPages old = pages;
    int oldPages = (mask + 1) >>> pageBits;
    pages = table(bits);
    for (int p = 0; p < oldPages; p++) {
      long[] from = old.page(p);
      for (int entry = 0; entry < from.length; entry += ENTRY_WORDS) {
        if (from[entry] != 0) {
          put(from, entry);
        }
      }
    }
  }

  /** Puts an entry of an earlier table into this one. */
  private void put(long[] from, int entry) {
    int at = find(from[entry]);
    long[] to = pages.writable(at >>> pageBits);
    System.arraycopy(from, entry, to, (at & pageMask) * ENTRY_WORDS, ENTRY_WORDS);
  }

  /** Removes the sets of some slots; goes through all sets. */
  public void removeAll(BitSet slots) {
    CowPages old = pages;
    int oldPages = (mask + 1) >>> pageBits;
    int left = 0;
    for (int p = 0; p < oldPages; p++) {
      long[] from = old.page(p);
      for (int entry = 0; entry < from.length; entry += ENTRY_WORDS) {
        left += from[entry] == 0 || slots.get(slot(from[entry])) ? 0 : 1;
      }
    }
    if (left == size) {
      return;
    }
    int bits = MIN_TABLE_BITS;
    while (1L << bits < 2L * left) {
      bits++;
    }
    pages = table(bits);
    size = left;
    for (int p = 0; p < oldPages; p++) {
      long[] from = old.page(p);
      for (int entry = 0; entry < from.length; entry += ENTRY_WORDS) {
        if (from[entry] == 0) {
          continue;
        }
        if (slots.get(slot(from[entry]))) {
          giveRun(from, entry);
        } else {
          put(from, entry);
        }
      }
    }
  }

  private static int slot(long key) {
    return (int) (key >>> SLOT_SHIFT) - 1;
  }

  private void giveRun(long[] page, int entry) {
    int count = Long.bitCount(page[entry + PRESENT]);
    if (count > 1) {
      boolean isWhole = page[entry + PRESENT] == WHOLE;
      int sizeBits = isWhole ? BLOCK_BITS : Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
      runs.give((int) page[entry + BITS], sizeBits);
    }
  }

  /** How many bytes it takes. */
  public long bytes() {
    return (long) ENTRY_WORDS * Long.BYTES * (mask + 1L) + runs.bytes();
  }

  /** Adds all codes to a set. */
  public void mark(CodeSet live) {
    long[][] allRuns = runs.pages();
    for (int at = 0; at <= mask; at++) {
      long[] page = pages.page(at >>> pageBits);
      int entry = (at & pageMask) * ENTRY_WORDS;
      long[] bitmaps = bitmaps(page, entry, allRuns);
      int word = firstBitmap(page, entry);
      int chunk = (int) page[entry] << BLOCK_BITS;
      for (long left = page[entry + PRESENT]; left != 0; left &= left - 1) {
        long bits = bitmaps[word++];
        if (bits != 0) {
          live.addBlock(chunk + Long.numberOfTrailingZeros(left), bits);
        }
      }
    }
  }

  /** The words among which the bitmaps of an entry lie. */
  private static long[] bitmaps(long[] page, int entry, long[][] allRuns) {
    return hasRun(page, entry) ? WordRuns.page(allRuns, (int) page[entry + BITS]) : page;
  }

  /** Where the bitmaps of an entry begin there. */
  private static int firstBitmap(long[] page, int entry) {
    return hasRun(page, entry) ? WordRuns.offset((int) page[entry + BITS]) : entry + BITS;
  }

  private static boolean hasRun(long[] page, int entry) {
    return Long.bitCount(page[entry + PRESENT]) > 1;
  }

  /** The sets as they are now. */
  public StateImage capture() {
    long[][] snapshot = pages.snapshot();
    long[][] allRuns = runs.snapshot();
    int entries = size;
    return out -> {
      out.writeInt(entries);
      for (long[] page : snapshot) {
        for (int entry = 0; entry < page.length; entry += ENTRY_WORDS) {
          if (page[entry] != 0) {
            out.writeLongs(page, entry, BITS);
            out.writeLongs(
                bitmaps(page, entry, allRuns),
                firstBitmap(page, entry),
                Long.bitCount(page[entry + PRESENT]));
          }
        }
      }
    };
  }

  /** Takes over sets that were captured; there must be none yet. */
  public void restore(StateReader in) {
    assert size == 0 : "there are sets already";
    int entries = StateFormat.readCount(in, "chunks of codes");
    StateFormat.check(entries <= 1 << 29, "chunks of codes", entries);
    int bits = MIN_TABLE_BITS;
    while (1 << bits < 2 * entries) {
      bits++;
    }
    resize(bits);
    long[] entry = new long[BITS];
    long[] blocks = new long[1 << BLOCK_BITS];
    for (int i = 0; i < entries; i++) {
      in.readLongs(entry, 0, BITS);
      int count = Long.bitCount(entry[PRESENT]);
      in.readLongs(blocks, 0, count);
      int at = find(entry[KEY]);
      StateFormat.check(
          entry[KEY] != 0
              && count > 0
              && pages.page(at >>> pageBits)[(at & pageMask) * ENTRY_WORDS] == 0,
          "chunk of codes",
          entry[KEY]);
      int block = 0;
      for (long left = entry[PRESENT]; left != 0; left &= left - 1) {
        restore(at, entry[KEY], Long.lowestOneBit(left), blocks[block++]);
      }
    }
  }

  private void restore(int at, long key, long block, long bits) {
    long[] page = pages.page(at >>> pageBits);
    int entry = (at & pageMask) * ENTRY_WORDS;
    if (page[entry + PRESENT] == WHOLE) {
      int run = (int) page[entry + BITS];
      runs.writable(run)[WordRuns.offset(run) + Long.numberOfTrailingZeros(block)] = bits;
    } else {
      addBlock(at, key, block, bits);
    }
  }
}
