package dev.leat.engine.internal.json;

/**
 * Says why a line is no row. Without a stack trace, which would cost more than decoding the line.
 */
final class BadRow extends Exception {
  private static final long serialVersionUID = 1L;

  /** The most characters of input that a reason repeats. */
  static final int MAX_QUOTE = 64;

  private final String reason;

  BadRow(String reason) {
    super(reason, null, false, false);
    this.reason = reason;
  }

  /** What was wrong, as a sentence for people. */
  String reason() {
    return reason;
  }

  /** Input to be repeated in a reason: its first characters, control characters replaced. */
  static String quote(String input) {
    return "'" + shorten(input) + "'";
  }

  /** The same without quotes around it. */
  static String shorten(String input) {
    return shorten(input, MAX_QUOTE);
  }

  /** The first so many characters, control characters replaced. */
  static String shorten(String input, int length) {
    int end = Math.min(input.length(), length);
    StringBuilder quoted = new StringBuilder(end + 3);
    for (int i = 0; i < end; i++) {
      char c = input.charAt(i);
      boolean isPlain = !Character.isISOControl(c) && !Character.isSurrogate(c);
      quoted.append(isPlain ? c : '?');
    }
    return end < input.length() ? quoted.append("...").toString() : quoted.toString();
  }
}
