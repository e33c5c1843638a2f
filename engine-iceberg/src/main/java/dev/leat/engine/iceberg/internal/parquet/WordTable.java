package dev.leat.engine.iceberg.internal.parquet;

import java.util.Arrays;

/**
 * Finds the place that a word has in a dictionary. Open addressing: a code or number of the engine
 * is its own key, so nothing is hashed but 64 bits, and no string is looked at.
 */
final class WordTable {
  private static final int MIN_SLOTS = 64;
  private static final long SPREAD = 0x9e3779b97f4a7c15L;
  private static final int NONE = -1;

  private long[] words = new long[MIN_SLOTS];
  private int[] places = empty(MIN_SLOTS);
  private int shift = Long.SIZE - Integer.numberOfTrailingZeros(MIN_SLOTS);
  private int used;

  private static int[] empty(int slots) {
    int[] places = new int[slots];
    Arrays.fill(places, NONE);
    return places;
  }

  /** The place of a word, or -1. */
  int find(long word) {
    int mask = places.length - 1;
    for (int at = (int) ((word * SPREAD) >>> shift); ; at = (at + 1) & mask) {
      if (places[at] == NONE || words[at] == word) {
        return places[at];
      }
    }
  }

  /** Gives a place to a word that has none. */
  void put(long word, int place) {
    if (2 * (used + 1) > places.length) {
      grow();
    }
    insert(word, place);
    used++;
  }

  private void insert(long word, int place) {
    int mask = places.length - 1;
    int at = (int) ((word * SPREAD) >>> shift);
    while (places[at] != NONE) {
      at = (at + 1) & mask;
    }
    words[at] = word;
    places[at] = place;
  }

  private void grow() {
    long[] oldWords = words;
    int[] oldPlaces = places;
    words = new long[2 * oldWords.length];
    places = empty(words.length);
    shift--;
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] != NONE) {
        insert(oldWords[i], oldPlaces[i]);
      }
    }
  }

  /** Forgets all words; keeps the room. */
  void clear() {
    if (used > 0) {
      Arrays.fill(places, NONE);
      used = 0;
    }
  }
}
