package dev.leat.engine.plan;

import java.util.Objects;

/**
 * A column to order by. Null is larger than every value, so it comes last when ascending and first
 * when descending, unless {@link #nullsFirst} or {@link #nullsLast} says otherwise.
 *
 * @param column its name
 * @param isDescending the largest first?
 * @param isNullFirst null before all values?
 */
public record SortKey(String column, boolean isDescending, boolean isNullFirst) {
  public SortKey {
    Objects.requireNonNull(column, "column");
  }

  /** Null where it belongs as the largest. */
  public SortKey(String column, boolean isDescending) {
    this(column, isDescending, isDescending);
  }

  /** The same order with null before all values. */
  public SortKey nullsFirst() {
    return new SortKey(column, isDescending, true);
  }

  /** The same order with null behind all values. */
  public SortKey nullsLast() {
    return new SortKey(column, isDescending, false);
  }

  /** As it is written in {@code explain()}: "event_time desc nulls last". */
  @Override
  public String toString() {
    String nulls = isNullFirst ? " nulls first" : " nulls last";
    return column + (isDescending ? " desc" : "") + (isNullFirst == isDescending ? "" : nulls);
  }
}
