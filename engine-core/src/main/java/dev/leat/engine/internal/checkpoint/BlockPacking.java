package dev.leat.engine.internal.checkpoint;

/*
 * State is mostly words that hold counts, codes and times: small numbers, whose upper bytes are
 * zero. For each eight bytes a mask says which of them are not zero, and only these follow. Words
 * of one kind have one mask, so the two cases that matter cost a few instructions: no byte, and the
 * lower n bytes; the rest goes byte by byte.
 */
/** Leaves zero bytes out of a block. */
final class BlockPacking {
  private static final int WORD = Long.BYTES;

  private BlockPacking() {}

  /**
   * Packs bytes, if that makes them clearly fewer.
   *
   * @param target has room for {@code limit} bytes and a word more from {@code at} on
   * @param limit give up beyond so many bytes
   * @return the length, or -1 if it would be more than the limit
   */
  static int pack(byte[] source, int from, int length, byte[] target, int at, int limit) {
    int words = length / WORD;
    int masks = at;
    int out = at + words;
    int end = at + limit;
    int rest = length - words * WORD;
    for (int i = 0; i < words; i++) {
      if (out + rest > end) {
        return -1;
      }
      long word = CheckpointFormat.longAt(source, from + i * WORD);
      int bytes = WORD - (Long.numberOfLeadingZeros(word) >>> 3);
      int mask = mask(word);
      target[masks + i] = (byte) mask;
      if (mask == (1 << bytes) - 1) {
        CheckpointFormat.putLong(target, out, word);
        out += bytes;
      } else {
        for (int left = mask; left != 0; left &= left - 1) {
          target[out++] = (byte) (word >>> (Integer.numberOfTrailingZeros(left) * WORD));
        }
      }
    }
    if (out + rest > end) {
      return -1;
    }
    System.arraycopy(source, from + words * WORD, target, out, rest);
    return out + rest - at;
  }

  /** Bit i is set if byte i of a word is not zero. */
  private static int mask(long word) {
    long low = 0x7F7F7F7F7F7F7F7FL;
    long isSet = (((word & low) + low) | word) & ~low;
    // Gathers the top bit of each byte in the top byte.
    return (int) (((isSet >>> 7) * 0x0102040810204080L) >>> 56);
  }

  /**
   * Unpacks bytes.
   *
   * @param source has a word more than the packed bytes
   * @param length of the packed bytes
   * @param size of the unpacked bytes
   * @return whether they were packed bytes of that size
   */
  static boolean unpack(byte[] source, int from, int length, byte[] target, int at, int size) {
    int words = size / WORD;
    int rest = size - words * WORD;
    int in = from + words;
    int end = from + length;
    for (int i = 0; i < words; i++) {
      if (in > end) {
        return false;
      }
      int mask = source[from + i] & 0xFF;
      int bytes = Integer.bitCount(mask);
      long word;
      if (mask == (1 << bytes) - 1) {
        long wide = CheckpointFormat.longAt(source, in);
        word = bytes == WORD ? wide : wide & ((1L << (bytes * WORD)) - 1);
        in += bytes;
      } else {
        word = 0;
        for (int left = mask; left != 0; left &= left - 1) {
          word |= (source[in++] & 0xFFL) << (Integer.numberOfTrailingZeros(left) * WORD);
        }
      }
      CheckpointFormat.putLong(target, at + i * WORD, word);
    }
    if (in + rest != end) {
      return false;
    }
    System.arraycopy(source, in, target, at + words * WORD, rest);
    return true;
  }
}
