package dev.leat.engine.iceberg.internal.key;

/**
 * Where the row of each key is: a table with open addressing, 24 bytes a slot, at most two thirds
 * of them in use; so 36 to 72 bytes a key. The bits of keys are a seeded hash already.
 */
public final class KeyIndex {
  /** What is found for a key that is not there. */
  public static final long NONE = -1;

  private static final int FIRST_SLOTS = 1 << 10;

  private long[] highs = new long[FIRST_SLOTS];
  private long[] lows = new long[FIRST_SLOTS];

  /** Places and one; so nothing is 0. */
  private long[] places = new long[FIRST_SLOTS];

  private int size;

  public int size() {
    return size;
  }

  /** How much memory it takes. */
  public long bytes() {
    return 3L * Long.BYTES * places.length;
  }

  /** The slot of a key, or the free one where it would be. */
  private int slot(long high, long low) {
    int mask = places.length - 1;
    int slot = (int) low & mask;
    while (places[slot] != 0 && (highs[slot] != high || lows[slot] != low)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** The place of a key; {@link #NONE} if it has none. */
  public long get(long high, long low) {
    return places[slot(high, low)] - 1;
  }

  /** Gives a key a place, which is not less than 0; returns the one that it had. */
  public long put(long high, long low, long place) {
    int slot = slot(high, low);
    long before = places[slot] - 1;
    if (before == NONE) {
      highs[slot] = high;
      lows[slot] = low;
      size++;
    }
    places[slot] = place + 1;
    if (3L * size > 2L * places.length) {
      grow();
    }
    return before;
  }

  private void grow() {
    long[] oldHighs = highs;
    long[] oldLows = lows;
    long[] oldPlaces = places;
    int slots = Math.multiplyExact(oldPlaces.length, 2);
    highs = new long[slots];
    lows = new long[slots];
    places = new long[slots];
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != 0) {
        int slot = slot(oldHighs[i], oldLows[i]);
        highs[slot] = oldHighs[i];
        lows[slot] = oldLows[i];
        places[slot] = oldPlaces[i];
      }
    }
  }

  /** Takes a key away; the ones behind it move up, so that they are still found. */
  public void remove(long high, long low) {
    int mask = places.length - 1;
    int hole = slot(high, low);
    if (places[hole] == 0) {
      return;
    }
    size--;
    int slot = hole;
    while (true) {
      slot = (slot + 1) & mask;
      if (places[slot] == 0) {
        break;
      }
      int home = (int) lows[slot] & mask;
      if (((slot - home) & mask) >= ((slot - hole) & mask)) {
        highs[hole] = highs[slot];
        lows[hole] = lows[slot];
        places[hole] = places[slot];
        hole = slot;
      }
    }
    places[hole] = 0;
  }
}
