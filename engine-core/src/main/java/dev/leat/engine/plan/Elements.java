package dev.leat.engine.plan;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which array to take apart, and what becomes of its elements. Refinements return a copy.
 *
 * @param column the column of the arrays
 * @param name of the column that gets the elements
 * @param number of the column that gets the place of each in its array, from 1; null for none
 * @param isOuter is there a row with null for an array that is empty or null?
 */
public record Elements(String column, String name, @Nullable String number, boolean isOuter) {
  public Elements {
    Objects.requireNonNull(column, "column");
    Objects.requireNonNull(name, "name");
  }

  /** Numbers the elements of each array from 1 on, in a column of this name. */
  public Elements numbered(String columnName) {
    return new Elements(column, name, Objects.requireNonNull(columnName, "columnName"), isOuter);
  }

  /** Keeps rows whose array is empty or null, once, with null as the element and its number. */
  public Elements outer() {
    return new Elements(column, name, number, true);
  }

  @Override
  public String toString() {
    return column
        + " as "
        + name
        + (number == null ? "" : " numbered " + number)
        + (isOuter ? " outer" : "");
  }
}
