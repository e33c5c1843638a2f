package dev.leat.engine.plan;

/**
 * Halves of surrogate pairs that stand alone in Java's strings. They have no UTF-8, so a string
 * with one can be in no log and no checkpoint; written all the same it would become another string,
 * and equal to others. The one home of what is done about them: where strings come in they are
 * refused, and in messages they are replaced.
 */
public final class Surrogates {
  private static final char REPLACEMENT = '\ufffd';

  private Surrogates() {}

  /** Where the first half stands alone; -1 if none does. */
  public static int firstAlone(String string) {
    return firstAlone(string, 0);
  }

  /** Where the first half stands alone at an index or behind it; -1 if none does. */
  public static int firstAlone(CharSequence string, int from) {
    for (int i = from; i < string.length(); i++) {
      char c = string.charAt(i);
      if (Character.isSurrogate(c)) {
        if (i + 1 == string.length() || !Character.isSurrogatePair(c, string.charAt(i + 1))) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  /**
   * Refuses a string in which half of a pair stands alone.
   *
   * @throws IllegalArgumentException that says where
   */
  public static void refuse(String string) {
    int at = firstAlone(string);
    if (at >= 0) {
      throw new IllegalArgumentException(
          String.format(
              "half of a surrogate pair stands alone, which no UTF-8 has: index=%d char=U+%04X",
              at, (int) string.charAt(at)));
    }
  }

  /**
   * A text for a message: at most so many characters, with a mark in the place of each half that
   * stands alone, and dots where it was cut.
   */
  public static String bounded(String text, int maxChars) {
    if (text.length() <= maxChars) {
      return replaced(text);
    }
    int end = Character.isHighSurrogate(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars;
    return replaced(text.substring(0, end)) + "...";
  }

  private static String replaced(String text) {
    int at = firstAlone(text);
    if (at < 0) {
      return text;
    }
    StringBuilder replaced = new StringBuilder(text);
    for (; at >= 0; at = firstAlone(replaced, at + 1)) {
      replaced.setCharAt(at, REPLACEMENT);
    }
    return replaced.toString();
  }
}
