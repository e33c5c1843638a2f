package dev.leat.engine.plan;

import java.util.Objects;

/**
 * A column to order by. Null is larger than every value: last when ascending, first when
 * descending.
 *
 * @param column its name
 * @param isDescending the largest first?
 */
public record SortKey(String column, boolean isDescending) {
  public SortKey {
    Objects.requireNonNull(column, "column");
  }

  /** As it is written in {@code explain()}: "views desc". */
  @Override
  public String toString() {
    return column + (isDescending ? " desc" : "");
  }
}
