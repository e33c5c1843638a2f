package dev.leat.engine.plan;

import java.util.Locale;
import java.util.Objects;

/**
 * A column that says of a row something about its session.
 *
 * @param kind what
 * @param name of the column
 */
public record SessionColumn(Kind kind, String name) {
  /** What can be said of a session. */
  public enum Kind {
    /** The time of its first row. */
    START,
    /** The time of its last row, plus the gap. */
    END,
    /** Which one it is of its key, by time, from 1. */
    NUMBER;

    /** The type of its column. */
    public Type type() {
      return this == NUMBER ? Type.LONG : Type.INSTANT;
    }

    /** The name of its column where none is given: "session_start". */
    public String columnName() {
      return "session_" + name().toLowerCase(Locale.ROOT);
    }
  }

  public SessionColumn {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(name, "name");
  }

  /** A column with its usual name. */
  public SessionColumn(Kind kind) {
    this(kind, kind.columnName());
  }

  /** Names the column. */
  public SessionColumn as(String columnName) {
    return new SessionColumn(kind, columnName);
  }

  @Override
  public String toString() {
    return kind.columnName().equals(name) ? name : kind.columnName() + " as " + name;
  }
}
