package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.TouchedRows;

/**
 * Gives out the words of a group's row to those who keep something in it, and bits of words that
 * they share. The same plan gives the same layout, so that a row in a checkpoint means the same
 * when it is read.
 */
final class StateLayout {
  /** Some neighbouring bits of a word. */
  record Flag(int word, int shift) {
    /** Is one of them set in a row? */
    boolean isSet(long[] words, int row, int bit) {
      return (words[row + word] >>> (shift + bit) & 1) != 0;
    }

    /** Was the first of them set in a row before the step? */
    boolean wasSet(TouchedRows touched, int place) {
      return (touched.before(place, word) >>> shift & 1) != 0;
    }

    void set(long[] words, int row) {
      words[row + word] |= 1L << shift;
    }

    void clear(long[] words, int row) {
      words[row + word] &= ~(1L << shift);
    }
  }

  private int words;
  private int flagWord;
  private int usedBits;

  /**
   * A layout of rows of which the first words are taken.
   *
   * @param freeBits how many bits of the last of these are not, from the highest down
   */
  StateLayout(int taken, int freeBits) {
    this.words = taken;
    this.flagWord = taken - 1;
    this.usedBits = Long.SIZE - freeBits;
  }

  /** The place of a word in a row. */
  int word() {
    return words(1);
  }

  /** The place of the first of some words. */
  int words(int count) {
    words += count;
    return words - count;
  }

  /** Some bits. */
  Flag flag(int bits) {
    if (usedBits + bits > Long.SIZE) {
      flagWord = word();
      usedBits = 0;
    }
    usedBits += bits;
    return new Flag(flagWord, usedBits - bits);
  }

  /** How many of the bits of the last word that holds flags are taken, from the lowest up. */
  int flagBits() {
    return usedBits;
  }

  /** Words of a row in all. */
  int stride() {
    return words;
  }
}
