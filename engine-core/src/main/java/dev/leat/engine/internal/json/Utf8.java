package dev.leat.engine.internal.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Searches and checks bytes, eight at a time where it can. Tests on eight bytes in one word give
 * false hits only above a true one, so the lowest hit is always right.
 */
final class Utf8 {
  static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  static final long HIGH_BITS = 0x8080808080808080L;
  static final long ONES = 0x0101010101010101L;

  private Utf8() {}

  /**
   * Marks, in each byte's high bit, the bytes of a word that equal the byte of which the pattern is
   * eight.
   */
  static long marks(long word, long pattern) {
    long difference = word ^ pattern;
    return (difference - ONES) & ~difference & HIGH_BITS;
  }

  /** Where a byte is first found; {@code to} if it is not. */
  static int indexOf(byte wanted, byte[] bytes, int from, int to) {
    long pattern = wanted * ONES;
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      long marks = marks((long) LONGS.get(bytes, at), pattern);
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    while (at < to && bytes[at] != wanted) {
      at++;
    }
    return at;
  }

  /**
   * Is it strict UTF-8: nothing cut off, nothing longer than need be, no surrogates, nothing beyond
   * U+10FFFF?
   */
  static boolean isValid(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      while (at + Long.BYTES <= to && ((long) LONGS.get(bytes, at) & HIGH_BITS) == 0) {
        at += Long.BYTES;
      }
      if (at == to) {
        return true;
      }
      int length = sequenceLength(bytes, at, to);
      if (length == 0) {
        return false;
      }
      at += length;
    }
    return true;
  }

  /** The length of the character that starts at a place; 0 if none rightly does. */
  private static int sequenceLength(byte[] bytes, int at, int to) {
    int first = bytes[at] & 0xff;
    if (first < 0x80) {
      return 1;
    }
    // The second byte's range shuts out overlong forms (C0, C1, E0, F0), surrogates (ED) and what
    // is beyond U+10FFFF (F4).
    int length;
    int least = 0x80;
    int most = 0xbf;
    if (first < 0xc2 || first > 0xf4) {
      return 0;
    } else if (first < 0xe0) {
      length = 2;
    } else if (first < 0xf0) {
      length = 3;
      least = first == 0xe0 ? 0xa0 : 0x80;
      most = first == 0xed ? 0x9f : 0xbf;
    } else {
      length = 4;
      least = first == 0xf0 ? 0x90 : 0x80;
      most = first == 0xf4 ? 0x8f : 0xbf;
    }
    if (at + length > to) {
      return 0;
    }
    int second = bytes[at + 1] & 0xff;
    if (second < least || second > most) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /**
   * Writes characters as UTF-8.
   *
   * @param target has room for three bytes a character
   * @return how many bytes, or -1 if a surrogate stands alone
   */
  static int encode(char[] chars, int from, int count, byte[] target) {
    int all = 0;
    for (int i = 0; i < count; i++) {
      char c = chars[from + i];
      all |= c;
      target[i] = (byte) c;
    }
    return all < 0x80 ? count : encodeAny(chars, from, from + count, target);
  }

  private static int encodeAny(char[] chars, int from, int to, byte[] target) {
    int size = 0;
    for (int i = from; i < to; i++) {
      int c = chars[i];
      if (c < 0x80) {
        target[size++] = (byte) c;
        continue;
      }
      if (c < 0x800) {
        target[size++] = (byte) (0xc0 | c >> 6);
      } else {
        if (Character.isSurrogate((char) c)) {
          if (Character.isLowSurrogate((char) c)
              || i + 1 == to
              || !Character.isLowSurrogate(chars[i + 1])) {
            return -1;
          }
          c = Character.toCodePoint((char) c, chars[++i]);
          target[size++] = (byte) (0xf0 | c >> 18);
          target[size++] = (byte) (0x80 | (c >> 12 & 0x3f));
        } else {
          target[size++] = (byte) (0xe0 | c >> 12);
        }
        target[size++] = (byte) (0x80 | (c >> 6 & 0x3f));
      }
      target[size++] = (byte) (0x80 | (c & 0x3f));
    }
    return size;
  }
}
