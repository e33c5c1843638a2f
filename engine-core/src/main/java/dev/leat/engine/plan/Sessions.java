package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.List;
import java.util.Objects;

/**
 * How rows become sessions: what makes a session, which column is the time, and whose sessions they
 * are.
 *
 * @param window what makes a session
 * @param time the column of the event time
 * @param by columns whose values make a key, which has sessions of its own; none for sessions of
 *     all rows
 */
public record Sessions(SessionWindow window, String time, List<String> by) {
  public Sessions {
    Objects.requireNonNull(window, "window");
    Objects.requireNonNull(time, "time");
    by = List.copyOf(by);
  }

  /**
   * Checks that the columns are there and fit.
   *
   * @throws EngineException if not
   */
  void check(Node input, String place) {
    Schema schema = input.schema();
    Field field = schema.field(schema.indexOf(time, "on(...) of " + place));
    if (field.type().kind() != Type.Kind.INSTANT) {
      throw Node.invalid(
          place + ": the time of a session must be an instant: " + field + "; cast it before");
    }
    if (by.contains(time)) {
      throw Node.invalid(
          place
              + ": the time cannot be part of the key: "
              + time
              + "; name in by(...) whose sessions they are, such as a user's id");
    }
    if (by.isEmpty()) {
      return;
    }
    for (Field key : schema.select(by, "by(...) of " + place).fields()) {
      if (key.type().kind() == Type.Kind.ARRAY) {
        throw Node.invalid(place + ": an array cannot be a key: " + key);
      }
    }
  }

  /** Adds what it says to a canonical text. */
  Canonical write(Canonical text) {
    return text.names(by).name(time).word(Long.toString(window.micros()));
  }

  @Override
  public String toString() {
    return window + " on " + time + (by.isEmpty() ? "" : " by " + by);
  }
}
