package dev.leat.engine.plan;

import java.util.Objects;

/**
 * A column of a relation.
 *
 * @param name not empty
 * @param type its type
 * @param nullable may it be null?
 */
public record Field(String name, Type type, boolean nullable) {
  public Field {
    Objects.requireNonNull(type, "type");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a column needs a name: type=" + type);
    }
  }

  /** Its text is in logs, too: see the format of the log before changing it. */
  @Override
  public String toString() {
    return name + " " + type + (nullable ? "" : " not null");
  }
}
