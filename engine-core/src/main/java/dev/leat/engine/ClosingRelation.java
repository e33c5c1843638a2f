package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.ClosingAggregate;
import java.time.Duration;
import java.util.List;

/**
 * Rows in windows that close, waiting to be grouped; see {@link Relation#closing}.
 *
 * @param <T> the type of the rows
 */
public final class ClosingRelation<T> {
  private final Relation<T> rows;
  private final Duration lateness;

  ClosingRelation(Relation<T> rows, Duration lateness) {
    this.rows = rows;
    this.lateness = lateness;
  }

  /** Rows in groups that close with their windows, waiting for aggregates. */
  public static final class Grouped {
    private final Relation<?> rows;
    private final Duration lateness;
    private final List<String> keys;

    private Grouped(Relation<?> rows, Duration lateness, List<String> keys) {
      this.rows = rows;
      this.lateness = lateness;
      this.keys = keys;
    }

    /**
     * One row for each group, when its window closes: the columns that it is grouped by, then the
     * aggregates. Rows are only added.
     *
     * @throws EngineException if rows can be taken back, if no column that they are grouped by is
     *     the end of a window, or if the window is not over the event time of streams
     */
    public Relation<Row> aggregate(AggregateCall... calls) {
      return rows.otherRows(ClosingAggregate.of(rows.node(), keys, List.of(calls), lateness));
    }
  }

  /**
   * Groups by columns, one of which is {@code window_end}: it says when a group closes. Usually
   * {@code groupBy("window_start", "window_end", ...)}.
   */
  public Grouped groupBy(String... columns) {
    return new Grouped(rows, lateness, List.of(columns));
  }
}
