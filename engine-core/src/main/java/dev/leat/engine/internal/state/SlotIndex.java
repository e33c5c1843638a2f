package dev.leat.engine.internal.state;

import java.util.Arrays;

/**
 * Finds slots by a hash: open addressing with linear probing. An entry is the upper half of a hash
 * and a slot plus one, so that growing, and removing by shifting back, look at nothing else, and a
 * row is mostly looked at only if it is the one. It says nothing of the order of slots, and is not
 * part of any state: it can be made anew from the rows.
 */
final class SlotIndex {
  private static final int MIN_SIZE = 64;
  private static final int HALF = 32;

  private long[] entries = new long[MIN_SIZE];
  private int size;

  /** About how many bytes it takes: between a half and a quarter of the entries are used. */
  long bytes() {
    return 3L * Long.BYTES * size;
  }

  /** Is there no slot? */
  boolean isEmpty() {
    return size == 0;
  }

  /** The entries: those of a hash begin at {@link #home} and go on until a zero. */
  long[] entries() {
    return entries;
  }

  /** Where the entries of a hash begin. */
  static int home(long hash, int mask) {
    return (int) (hash >>> HALF) & mask;
  }

  /** May an entry be of a hash? */
  static boolean isOf(long entry, long hash) {
    return (entry ^ hash) >>> HALF == 0;
  }

  /** The slot of an entry. */
  static int slot(long entry) {
    return (int) entry - 1;
  }

  void add(long hash, int slot) {
    if (2 * (size + 1) > entries.length) {
      grow();
    }
    place(hash >>> HALF << HALF | (slot + 1));
    size++;
  }

  private void place(long entry) {
    int mask = entries.length - 1;
    int at = home(entry, mask);
    while (entries[at] != 0) {
      at = (at + 1) & mask;
    }
    entries[at] = entry;
  }

  private void grow() {
    long[] old = entries;
    entries = new long[2 * old.length];
    for (long entry : old) {
      if (entry != 0) {
        place(entry);
      }
    }
  }

  void remove(long hash, int slot) {
    int mask = entries.length - 1;
    int hole = home(hash, mask);
    while ((int) entries[hole] != slot + 1) {
      assert entries[hole] != 0 : "the slot has no entry: " + slot;
      hole = (hole + 1) & mask;
    }
    for (int next = (hole + 1) & mask; entries[next] != 0; next = (next + 1) & mask) {
      // It may move to the hole unless its home lies between the hole (not included) and where it
      // is.
      int home = home(entries[next], mask);
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        entries[hole] = entries[next];
        hole = next;
      }
    }
    entries[hole] = 0;
    size--;
  }

  /** Removes all. */
  void clear() {
    // A table that was once large must not make every small use of it slow.
    int wanted = Math.max(MIN_SIZE, Integer.highestOneBit(4 * size + 1));
    if (entries.length > 4 * wanted) {
      entries = new long[wanted];
    } else {
      Arrays.fill(entries, 0);
    }
    size = 0;
  }
}
