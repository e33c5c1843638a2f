package dev.leat.engine.internal.state;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The keys that came in within a time, to tell a repetition from a new one. Of a key it keeps a
 * 128-bit hash, so that it may be as long as it likes and needs no place in the dictionary. Two
 * keys of one hash would be taken for one: among a billion keys the chance of that is 1 in 10^21.
 *
 * <p><b>Structure.</b> Entries stand one behind the other as they came, so by time, in pages of
 * 4,096: the hash, and when it came, as a distance from when the page began. A page is never
 * changed, only filled up and in the end dropped whole; so a snapshot is a reference a page and
 * copies nothing. An entry's <em>number</em> is its place: page times 4,096 plus place in the page.
 * A page that gets too old to say the distance in 32 bits ends before it is full, and the numbers
 * of the rest are skipped.
 *
 * <p>Entries are found by an open-addressing table of one word each, 33 bits of the hash and 31 of
 * the number, so most misses are known from the table alone. It is cut into 64 parts by hash, which
 * grow by themselves, so that no single row waits for all to be moved.
 *
 * <p><b>Time.</b> What is older than the horizon counts for nothing, whether it is still there or
 * not; it is taken out little by little, some more entries with each step than came in.
 *
 * <p><b>Cost.</b> 20 bytes an entry and 11 to 21 bytes in the table. An add is one hash and, for
 * most, one miss of the cache.
 *
 * <p><b>Threading.</b> One thread; an image may be written by another.
 */
public final class RecentKeys implements Checkpointed {
  private static final int PAGE_BITS = 12;
  private static final int PAGE_ENTRIES = 1 << PAGE_BITS;
  private static final int PAGE_ENTRY_BYTES = 2 * Long.BYTES + Integer.BYTES;
  private static final int PARTS = 64;
  private static final int MIN_SLOTS = 16;
  private static final long NUMBER_MASK = (1L << 31) - 1;

  /** A bit of the hash that is always set in a slot, so that none in use is zero. */
  private static final long IN_USE = 1L << 31;

  private static final long MAX_DISTANCE = (1L << 32) - 1;
  private static final int EXPIRE_AT_LEAST = 1024;

  /** Entries in the order in which they came. */
  private static final class Page {
    private final long baseMicros;
    private final long[] hashes = new long[2 * PAGE_ENTRIES];
    private final int[] distances = new int[PAGE_ENTRIES];
    private int count;

    private Page(long baseMicros) {
      this.baseMicros = baseMicros;
    }

    private long micros(int at) {
      return baseMicros + Integer.toUnsignedLong(distances[at]);
    }
  }

  private final long horizonMicros;
  private SipHash hash;
  private final List<Page> pages = new ArrayList<>();

  /** The number of the first page that is there. */
  private long firstPage;

  /** The number of the oldest entry that is there; that of the next one if there is none. */
  private long oldest;

  private final long[][] parts = new long[PARTS][];
  private final int[] counts = new int[PARTS];

  /** How many slots all parts have. */
  private long slots = (long) PARTS * MIN_SLOTS;

  private long nowMicros = Long.MIN_VALUE;
  private int addedSinceExpiry;

  /**
   * No keys yet.
   *
   * @param horizonMicros a key that came in longer ago is not known; more than zero
   * @param key0 of the hash, to be known to nobody
   * @param key1 of the hash, to be known to nobody
   */
  public RecentKeys(long horizonMicros, long key0, long key1) {
    this.horizonMicros = horizonMicros;
    this.hash = new SipHash(key0, key1);
    for (int part = 0; part < PARTS; part++) {
      parts[part] = new long[MIN_SLOTS];
    }
  }

  /** Sets the time of what comes now; it does not go back. */
  public void advance(long micros) {
    nowMicros = Math.max(nowMicros, micros);
    expire(EXPIRE_AT_LEAST + 2 * addedSinceExpiry);
    addedSinceExpiry = 0;
  }

  /**
   * Adds a key.
   *
   * @return false if it was added within the horizon before
   */
  public boolean add(byte[] bytes, int from, int to) {
    hash.hash(bytes, from, to);
    long first = hash.first();
    long second = hash.second();
    int part = part(first);
    int at = find(part, first, second);
    if (at >= 0) {
      Page page = page(numberOf(parts[part][at]));
      long micros = page.micros((int) numberOf(parts[part][at]) & (PAGE_ENTRIES - 1));
      if (nowMicros - micros <= horizonMicros) {
        return false;
      }
    }
    long number = append(first, second);
    if (at >= 0) {
      // The old entry is still there, but nothing leads to it.
      parts[part][at] = slot(first, number);
    } else {
      insert(part, slot(first, number));
    }
    addedSinceExpiry++;
    return true;
  }

  /** How many entries are there; those that are too old and not taken out yet too. */
  public long size() {
    return Arrays.stream(counts).asLongStream().sum();
  }

  /** About how many bytes they take. */
  public long bytes() {
    return (long) pages.size() * PAGE_ENTRIES * PAGE_ENTRY_BYTES + slots * Long.BYTES;
  }

  private static int part(long first) {
    return (int) first & (PARTS - 1);
  }

  private static long slot(long first, long number) {
    return ((first | IN_USE) & ~NUMBER_MASK) | (number & NUMBER_MASK);
  }

  private static int home(long slot, int mask) {
    return (int) (slot >>> 32) & mask;
  }

  /** The number that a slot means: those in use are less than 2^31 apart. */
  private long numberOf(long slot) {
    return oldest + ((slot - oldest) & NUMBER_MASK);
  }

  private Page page(long number) {
    return pages.get((int) ((number >>> PAGE_BITS) - firstPage));
  }

  /** Where the entry of a hash is in its part of the table; -1 if there is none. */
  private int find(int part, long first, long second) {
    long[] slots = parts[part];
    int mask = slots.length - 1;
    long wanted = slot(first, 0);
    for (int at = home(wanted, mask); slots[at] != 0; at = (at + 1) & mask) {
      if ((slots[at] & ~NUMBER_MASK) == wanted) {
        long number = numberOf(slots[at]);
        int entry = 2 * ((int) number & (PAGE_ENTRIES - 1));
        long[] hashes = page(number).hashes;
        if (hashes[entry] == first && hashes[entry + 1] == second) {
          return at;
        }
      }
    }
    return -1;
  }

  private long append(long first, long second) {
    Page last = pages.isEmpty() ? null : pages.get(pages.size() - 1);
    if (last == null || last.count == PAGE_ENTRIES || nowMicros - last.baseMicros > MAX_DISTANCE) {
      last = addPage(nowMicros);
    }
    int at = last.count;
    long number = ((firstPage + pages.size() - 1) << PAGE_BITS) + at;
    if (number - oldest >= NUMBER_MASK) {
      throw new EngineException(
          Kind.FULL,
          "more keys than can be told apart came in within the horizon of a deduplication: keys="
              + NUMBER_MASK
              + "; shorten the horizon");
    }
    last.hashes[2 * at] = first;
    last.hashes[2 * at + 1] = second;
    last.distances[at] = (int) (nowMicros - last.baseMicros);
    last.count++;
    return number;
  }

  private Page addPage(long baseMicros) {
    if (pages.isEmpty()) {
      oldest = firstPage << PAGE_BITS;
    }
    Page page = new Page(baseMicros);
    pages.add(page);
    return page;
  }

  private void insert(int part, long slot) {
    if (4 * (counts[part] + 1) > 3 * parts[part].length) {
      resize(part, 2 * parts[part].length);
    }
    put(parts[part], slot);
    counts[part]++;
  }

  private static void put(long[] slots, long slot) {
    int mask = slots.length - 1;
    int at = home(slot, mask);
    while (slots[at] != 0) {
      at = (at + 1) & mask;
    }
    slots[at] = slot;
  }

  private void resize(int part, int length) {
    long[] slots = new long[length];
    for (long slot : parts[part]) {
      if (slot != 0) {
        put(slots, slot);
      }
    }
    this.slots += length - parts[part].length;
    parts[part] = slots;
  }

  /** Takes out entries that are too old, and not more than a number of them. */
  private void expire(int most) {
    int left = most;
    while (!pages.isEmpty()) {
      Page page = pages.get(0);
      int at = (int) oldest & (PAGE_ENTRIES - 1);
      while (at < page.count && left > 0 && nowMicros - page.micros(at) > horizonMicros) {
        remove(page, at);
        oldest++;
        at++;
        left--;
      }
      boolean isLast = pages.size() == 1;
      if (at < page.count || (isLast && page.count < PAGE_ENTRIES)) {
        return;
      }
      pages.remove(0);
      firstPage++;
      oldest = firstPage << PAGE_BITS;
    }
  }

  private void remove(Page page, int entry) {
    long first = page.hashes[2 * entry];
    int part = part(first);
    int at = find(part, first, page.hashes[2 * entry + 1]);
    if (at < 0 || numberOf(parts[part][at]) != oldest) {
      // The key came again, when this entry was too old.
      return;
    }
    long[] slots = parts[part];
    int mask = slots.length - 1;
    int hole = at;
    for (int next = (at + 1) & mask; slots[next] != 0; next = (next + 1) & mask) {
      if (((next - home(slots[next], mask)) & mask) >= ((next - hole) & mask)) {
        slots[hole] = slots[next];
        hole = next;
      }
    }
    slots[hole] = 0;
    counts[part]--;
    if (slots.length > MIN_SLOTS && 8 * counts[part] < slots.length) {
      resize(part, slots.length / 2);
    }
  }

  private record Part(Page page, int from, int to) {}

  @Override
  public StateImage capture() {
    List<Part> captured = new ArrayList<>(pages.size());
    for (Page page : pages) {
      int from = captured.isEmpty() ? (int) oldest & (PAGE_ENTRIES - 1) : 0;
      captured.add(new Part(page, from, page.count));
    }
    SipHash keys = hash;
    long now = nowMicros;
    return out -> {
      out.writeLong(keys.key0());
      out.writeLong(keys.key1());
      out.writeLong(now);
      out.writeInt(captured.size());
      for (Part part : captured) {
        int count = part.to() - part.from();
        out.writeLong(part.page().baseMicros);
        out.writeInt(count);
        out.writeLongs(part.page().hashes, 2 * part.from(), 2 * count);
        out.writeInts(part.page().distances, part.from(), count);
      }
    };
  }

  @Override
  public void restore(StateReader in) {
    hash = new SipHash(in.readLong(), in.readLong());
    nowMicros = in.readLong();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      Page page = addPage(in.readLong());
      int entries = in.readInt();
      if (entries < 0 || entries > PAGE_ENTRIES) {
        throw new EngineException(
            Kind.CORRUPT, "a page of keys has a bad number of entries: entries=" + entries);
      }
      page.count = entries;
      in.readLongs(page.hashes, 0, 2 * entries);
      in.readInts(page.distances, 0, entries);
      for (int at = 0; at < entries; at++) {
        restore(page, at, ((firstPage + i) << PAGE_BITS) + at);
      }
    }
  }

  private void restore(Page page, int entry, long number) {
    long first = page.hashes[2 * entry];
    int part = part(first);
    int at = find(part, first, page.hashes[2 * entry + 1]);
    if (at >= 0) {
      parts[part][at] = slot(first, number);
    } else {
      insert(part, slot(first, number));
    }
  }
}
