package dev.leat.engine.internal.op;

/**
 * Two groups of which one is taken into the other.
 *
 * @param words of all groups
 * @param from where those of the group begin that is taken in
 * @param to where those of the other begin
 * @param fromSlot the number of the group that is taken in
 * @param toSlot the number of the other
 */
record GroupMerge(long[] words, int from, int to, int fromSlot, int toSlot) {
  /** Adds a word of the one to that of the other. */
  void add(int word) {
    words[to + word] += words[from + word];
  }

  /** Sets those bits of a word that are set in the one, too. */
  void set(int word, long bits) {
    words[to + word] |= words[from + word] & bits;
  }

  /** Has the other have the words of the one. */
  void copy(int word, int count) {
    System.arraycopy(words, from + word, words, to + word, count);
  }
}
