package dev.leat.engine.internal.checkpoint;

/**
 * Where an image writes its state, piece by piece; a {@link StateReader} gives the pieces back in
 * the same order. Whatever goes wrong below surfaces as an {@code EngineException}.
 */
public interface StateWriter {
  void writeInt(int value);

  void writeLong(long value);

  /** Writes some words of an array, without their number. */
  void writeLongs(long[] words, int from, int count);

  /** Writes some numbers of an array, without how many there are. */
  void writeInts(int[] values, int from, int count);

  /** Writes some bytes of an array, without their number. */
  void writeBytes(byte[] bytes, int from, int count);

  /** Writes a text, with its length. */
  void writeString(String text);
}
