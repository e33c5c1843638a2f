package dev.leat.engine.internal.expr;

/** Functions of strings. Positions and lengths count code points. */
final class Strings {
  /** As much as one append may bring. */
  private static final int MAX_LENGTH = 1 << 24;

  private Strings() {}

  /**
   * Checks the length of a string before it is made. One that no memory holds would stop the
   * engine, and at every replay again.
   *
   * @throws Failure if it is too long
   */
  static void checkLength(long length) {
    if (length > MAX_LENGTH) {
      throw new Failure("a string of more than " + MAX_LENGTH + " characters");
    }
  }

  /** Without spaces, and nothing but spaces, at both ends. */
  static String trim(String string) {
    int from = 0;
    int to = string.length();
    while (from < to && string.charAt(from) == ' ') {
      from++;
    }
    while (from < to && string.charAt(to - 1) == ' ') {
      to--;
    }
    return string.substring(from, to);
  }

  /** The code points from a position, counted from 1, to the end. */
  static String substring(String string, long from) {
    return substring(string, Math.max(from, 1), Long.MAX_VALUE);
  }

  /**
   * The code points at the positions from {@code from} to {@code from + length - 1}, as far as
   * there are any.
   *
   * @throws Failure if the length is negative
   */
  static String substring(String string, long from, long length) {
    if (length < 0) {
      throw new Failure("negative length " + length);
    }
    long end = from > 0 && length > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + length;
    long skipped = Math.max(from, 1) - 1;
    // So many code points are in it only if it has that many characters.
    if (skipped >= string.length() || end <= skipped + 1) {
      return "";
    }
    int start = forward(string, 0, skipped);
    return string.substring(start, forward(string, start, end - 1 - skipped));
  }

  /** The index a number of code points behind another, at most the length. */
  private static int forward(String string, int index, long points) {
    if (points >= string.length() - index) {
      return string.length();
    }
    int at = index;
    for (long left = points; left > 0 && at < string.length(); left--) {
      at += Character.charCount(string.codePointAt(at));
    }
    return at;
  }
}
