package dev.leat.engine.internal.batch;

/** Bitmaps in {@code long[]}. */
public final class Bits {
  private Bits() {}

  /** How many longs hold a number of bits. */
  public static int wordsFor(int bits) {
    return (bits + 63) >>> 6;
  }

  public static boolean get(long[] bits, int index) {
    return (bits[index >>> 6] & (1L << index)) != 0;
  }

  public static void set(long[] bits, int index) {
    bits[index >>> 6] |= 1L << index;
  }

  public static void clear(long[] bits, int index) {
    bits[index >>> 6] &= ~(1L << index);
  }
}
