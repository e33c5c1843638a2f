package dev.leat.readback;

import java.util.Objects;

/**
 * A column of a table.
 *
 * @param type boolean, int, long, float, double, decimal(p,s), string, instant, date, bytes, or
 *     list(type)
 */
public record Column(String name, String type) {
  public Column {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(type, "type");
  }

  /** Whether it is of a fraction, which may be no number, and has two zeros. */
  boolean isFloating() {
    return type.equals("float") || type.equals("double");
  }

  boolean isList() {
    return type.startsWith("list(");
  }

  /** The type of a list's elements. */
  static String element(String list) {
    return list.substring("list(".length(), list.length() - 1);
  }
}
