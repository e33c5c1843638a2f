package dev.leat.engine.testkit;

import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;

/** The operations on strings, which are sequences of code points. */
final class ReferenceStrings {
  private ReferenceStrings() {}

  static Object compute(Op op, String text, List<Object> values) {
    return switch (op) {
      case LOWER -> text.toLowerCase(Locale.ROOT);
      case UPPER -> text.toUpperCase(Locale.ROOT);
      case TRIM -> trim(text);
      case LENGTH -> (long) text.codePointCount(0, text.length());
      case SUBSTRING ->
          values.size() == 2
              ? substring(text, integer(values.get(1)))
              : substring(text, integer(values.get(1)), integer(values.get(2)));
      case CONCAT -> {
        StringBuilder all = new StringBuilder();
        values.forEach(all::append);
        yield all.toString();
      }
      default -> throw new IllegalArgumentException("no operation on strings: " + op);
    };
  }

  /** The texts of the elements that are not null, with a string between them. */
  static String join(List<?> elements, Type type, String between) {
    return elements.stream()
        .filter(Objects::nonNull)
        .map(element -> (String) ReferenceCasts.cast(element, type, Type.STRING))
        .collect(Collectors.joining(between));
  }

  private static long integer(Object value) {
    return ((Number) value).longValue();
  }

  /** Without spaces at both ends; other white space stays. */
  static String trim(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && text.charAt(from) == ' ') {
      from++;
    }
    while (to > from && text.charAt(to - 1) == ' ') {
      to--;
    }
    return text.substring(from, to);
  }

  /** The characters at positions from a first one on. */
  private static String substring(String text, long from) {
    StringBuilder part = new StringBuilder();
    long position = 1;
    for (int codePoint : text.codePoints().toArray()) {
      if (position >= from) {
        part.appendCodePoint(codePoint);
      }
      position++;
    }
    return part.toString();
  }

  /**
   * The characters at the positions from a first one on, as many as said, of which some may be
   * outside of the text.
   */
  private static String substring(String text, long from, long length) {
    if (length < 0) {
      throw new RowError("a substring cannot be shorter than nothing: length=" + length);
    }
    StringBuilder part = new StringBuilder();
    long position = 1;
    for (int codePoint : text.codePoints().toArray()) {
      // No overflow: the position is small, and more than zero.
      if (position >= from && position - length < from) {
        part.appendCodePoint(codePoint);
      }
      position++;
    }
    return part.toString();
  }

  /** Does the whole text match a pattern? */
  static boolean isLike(String text, String pattern) {
    return matches(text.codePoints().toArray(), 0, pattern.codePoints().toArray(), 0);
  }

  private static boolean matches(int[] text, int at, int[] pattern, int next) {
    if (next == pattern.length) {
      return at == text.length;
    }
    if (pattern[next] == '%') {
      for (int rest = at; rest <= text.length; rest++) {
        if (matches(text, rest, pattern, next + 1)) {
          return true;
        }
      }
      return false;
    }
    if (at == text.length) {
      return false;
    }
    if (pattern[next] == '_') {
      return matches(text, at + 1, pattern, next + 1);
    }
    int literal = pattern[next] == '\\' ? next + 1 : next;
    return text[at] == pattern[literal] && matches(text, at + 1, pattern, literal + 1);
  }
}
