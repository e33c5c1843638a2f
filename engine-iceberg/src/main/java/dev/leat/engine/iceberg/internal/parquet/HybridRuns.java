package dev.leat.engine.iceberg.internal.parquet;

/**
 * Parquet's encoding of small numbers, which are levels and places in dictionaries: a run of equal
 * ones as how many and which, all others in groups of eight, packed bit by bit.
 */
final class HybridRuns {
  private static final int GROUP = 8;

  private HybridRuns() {}

  /** How many bits the numbers from 0 to one need; none if there are no numbers. */
  static int width(int largest) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(0, largest));
  }

  /** Writes numbers of so many bits. */
  static void write(int[] numbers, int count, int width, PageBytes to) {
    // Where the groups begin that are not written yet.
    int packed = 0;
    int at = 0;
    while (at < count) {
      int end = at + 1;
      while (end < count && numbers[end] == numbers[at]) {
        end++;
      }
      // A group that has begun is filled up first.
      int begun = (at - packed) % GROUP;
      int from = begun == 0 ? at : at + GROUP - begun;
      if (end - from >= GROUP) {
        pack(numbers, packed, from, width, to);
        run(numbers[at], end - from, width, to);
        packed = end;
      }
      at = end;
    }
    pack(numbers, packed, count, width, to);
  }

  /** A run of one number. */
  static void run(int number, int count, int width, PageBytes to) {
    to.putVarInt(count << 1);
    for (int shift = 0; shift < width; shift += Byte.SIZE) {
      to.putByte(number >>> shift);
    }
  }

  /** Groups; the last one is filled up with zeros, which nobody reads. */
  private static void pack(int[] numbers, int from, int to, int width, PageBytes out) {
    if (from == to) {
      return;
    }
    int groups = (to - from + GROUP - 1) / GROUP;
    out.putVarInt((groups << 1) | 1);
    long bits = 0;
    int held = 0;
    for (int i = from; i < from + groups * GROUP; i++) {
      long number = i < to ? numbers[i] : 0;
      bits |= number << held;
      held += width;
      if (held >= Integer.SIZE) {
        out.putInt((int) bits);
        bits >>>= Integer.SIZE;
        held -= Integer.SIZE;
      }
    }
    for (; held > 0; held -= Byte.SIZE) {
      out.putByte((int) bits);
      bits >>>= Byte.SIZE;
    }
  }
}
