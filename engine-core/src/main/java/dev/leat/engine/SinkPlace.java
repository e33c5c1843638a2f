package dev.leat.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a sink stores in the same commit as the changes up to a position, and gives back as it was.
 *
 * @param log the log that it is a position of
 * @param query the fingerprint of the relation whose changes these are
 * @param run which opening of an engine committed it
 * @param position everything up to it is in the sink
 */
public record SinkPlace(String log, String query, String run, Position position) {
  private static final int FIELDS = 4;

  public SinkPlace {
    requireWord("log", log);
    requireWord("query", query);
    requireWord("run", run);
    Objects.requireNonNull(position, "position");
  }

  private static void requireWord(String name, String value) {
    if (value.isEmpty() || value.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("not a word: " + name + "=" + value);
    }
  }

  /** As text, to be stored; four words. */
  public String text() {
    return position.value() + " " + log + " " + query + " " + run;
  }

  /**
   * Reads what {@link #text} gave.
   *
   * @throws EngineException CORRUPT if it is something else
   */
  public static SinkPlace parse(String text) {
    String[] words = text.split(" ", -1);
    try {
      if (words.length == FIELDS) {
        return new SinkPlace(words[1], words[2], words[3], new Position(Long.parseLong(words[0])));
      }
    } catch (IllegalArgumentException e) {
      throw damaged(text, e);
    }
    throw damaged(text, null);
  }

  private static EngineException damaged(String text, @Nullable Exception cause) {
    String message =
        "the place that a sink stored is damaged; restore its table to an earlier state: place='"
            + text
            + "'";
    return cause == null
        ? new EngineException(EngineException.Kind.CORRUPT, message)
        : new EngineException(EngineException.Kind.CORRUPT, message, cause);
  }
}
