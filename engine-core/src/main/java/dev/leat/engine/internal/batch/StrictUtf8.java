package dev.leat.engine.internal.batch;

import dev.leat.engine.plan.Surrogates;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Strings as UTF-8, or an error. {@code String.getBytes}, which copies many characters at once,
 * writes a question mark for half of a surrogate pair; so a string whose bytes have none needs no
 * look at its characters.
 */
public final class StrictUtf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final byte MARK = '?';

  private StrictUtf8() {}

  /**
   * The bytes of a string.
   *
   * @throws IllegalArgumentException if half of a surrogate pair stands alone in it
   */
  public static byte[] encode(String string) {
    byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
    if (mayHaveHalf(string, utf8)) {
      Surrogates.refuse(string);
    }
    return utf8;
  }

  /**
   * The bytes of a text that is checked later, line by line: half of a surrogate pair becomes the
   * three bytes that it would have if it were a character, which no strict reader takes.
   */
  public static byte[] encodeUnchecked(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int alone = mayHaveHalf(text, utf8) ? Surrogates.firstAlone(text) : -1;
    if (alone < 0) {
      return utf8;
    }
    ByteWriter out = new ByteWriter();
    int from = 0;
    while (alone >= 0) {
      write(text.substring(from, alone), out);
      char half = text.charAt(alone);
      out.writeByte((byte) (0xe0 | half >> 12));
      out.writeByte((byte) (0x80 | (half >> 6 & 0x3f)));
      out.writeByte((byte) (0x80 | (half & 0x3f)));
      from = alone + 1;
      alone = Surrogates.firstAlone(text, from);
    }
    write(text.substring(from), out);
    return Arrays.copyOf(out.bytes(), out.size());
  }

  private static void write(String text, ByteWriter out) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(utf8, 0, utf8.length);
  }

  private static boolean mayHaveHalf(String string, byte[] utf8) {
    int mark = nextMark(utf8, 0);
    if (utf8.length != string.length()) {
      return mark >= 0;
    }
    // A byte for each character: where there is a mark, there is the character that it stands for.
    while (mark >= 0 && string.charAt(mark) == MARK) {
      mark = nextMark(utf8, mark + 1);
    }
    return mark >= 0;
  }

  /** Where the next question mark is, at an index or behind it; -1 if there is none. */
  private static int nextMark(byte[] bytes, int from) {
    int at = from;
    for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      long difference = (long) LONGS.get(bytes, at) ^ MARK * ONES;
      long marks = (difference - ONES) & ~difference & HIGH_BITS;
      if (marks != 0) {
        return at + (Long.numberOfTrailingZeros(marks) >>> 3);
      }
    }
    for (; at < bytes.length; at++) {
      if (bytes[at] == MARK) {
        return at;
      }
    }
    return -1;
  }
}
