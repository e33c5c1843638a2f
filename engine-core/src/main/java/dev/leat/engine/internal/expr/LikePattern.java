package dev.leat.engine.internal.expr;

import java.util.Arrays;

/**
 * A pattern of LIKE: {@code %} is any run of characters, {@code _} any one, {@code \} takes the
 * next literally. Characters are code points.
 *
 * <p>Matching is greedy: between two runs each piece is put at the first place where it fits, for a
 * later place could not help; only the last piece is tied to the end. So nothing before the last
 * run is tried again, and the cost is at most the length of the string times that of a piece.
 */
final class LikePattern {
  private static final int ANY_ONE = -1;
  private static final int ANY_RUN = -2;

  /** Code points, or one of the two wildcards. */
  private final int[] tokens;

  private final boolean hasWildcards;
  private final String literal;

  private LikePattern(int[] tokens, boolean hasWildcards, String literal) {
    this.tokens = tokens;
    this.hasWildcards = hasWildcards;
    this.literal = literal;
  }

  static LikePattern of(String pattern) {
    int[] tokens = new int[pattern.length()];
    StringBuilder literal = new StringBuilder();
    int size = 0;
    boolean hasWildcards = false;
    for (int at = 0; at < pattern.length(); ) {
      int point = pattern.codePointAt(at);
      at += Character.charCount(point);
      if (point == '%' || point == '_') {
        hasWildcards = true;
        tokens[size++] = point == '%' ? ANY_RUN : ANY_ONE;
        continue;
      }
      if (point == '\\') {
        point = pattern.codePointAt(at);
        at += Character.charCount(point);
      }
      literal.appendCodePoint(point);
      tokens[size++] = point;
    }
    return new LikePattern(Arrays.copyOf(tokens, size), hasWildcards, literal.toString());
  }

  /** Does it match only one string? */
  boolean isLiteral() {
    return !hasWildcards;
  }

  /** The string that it matches where it has no wildcards. */
  String literal() {
    return literal;
  }

  /** Does the whole string match? */
  boolean matches(String string) {
    int token = 0;
    int at = 0;
    int afterRun = -1;
    int runEnd = 0;
    while (at < string.length()) {
      int point = string.codePointAt(at);
      if (token < tokens.length && tokens[token] == ANY_RUN) {
        token++;
        if (token == tokens.length) {
          return true;
        }
        afterRun = token;
        runEnd = at;
      } else if (token < tokens.length && (tokens[token] == ANY_ONE || tokens[token] == point)) {
        token++;
        at += Character.charCount(point);
      } else if (afterRun >= 0) {
        // The piece does not fit here: let the last run take one more character.
        runEnd += Character.charCount(string.codePointAt(runEnd));
        at = runEnd;
        token = afterRun;
      } else {
        return false;
      }
    }
    while (token < tokens.length && tokens[token] == ANY_RUN) {
      token++;
    }
    return token == tokens.length;
  }
}
