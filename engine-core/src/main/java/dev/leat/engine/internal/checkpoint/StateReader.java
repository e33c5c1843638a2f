package dev.leat.engine.internal.checkpoint;

/**
 * Gives back what a {@link StateWriter} was given, in the same order.
 *
 * <p>All methods throw an {@code EngineException} CORRUPT if there is no more, or what there is
 * cannot be read.
 */
public interface StateReader {
  int readInt();

  long readLong();

  /** Reads a number of words into an array. */
  void readLongs(long[] words, int from, int count);

  /** Reads a number of ints into an array. */
  void readInts(int[] values, int from, int count);

  /** Reads a number of bytes into an array. */
  void readBytes(byte[] bytes, int from, int count);

  String readString();
}
