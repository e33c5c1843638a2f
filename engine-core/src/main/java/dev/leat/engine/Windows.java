package dev.leat.engine;

import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.TimeWindow;
import java.time.Duration;
import java.time.ZoneId;

/**
 * Windows of time, for {@link Relation#window}. They align to 1970-01-01T00:00Z; a window has its
 * start and has not its end.
 *
 * <pre>{@code
 * clicks.window(tumbling(minutes(10)).on(Click::eventTime))
 *     .groupBy("window_start")
 *     .aggregate(countDistinct(Click::sessionId).as("sessions"))
 * }</pre>
 */
public final class Windows {
  private final TimeWindow window;

  private Windows(TimeWindow window) {
    this.window = window;
  }

  /** Windows, and the column that has the time of a row. */
  public static final class On {
    private final TimeWindow window;
    private final String column;

    private On(TimeWindow window, String column) {
      this.window = window;
      this.column = column;
    }

    TimeWindow window() {
      return window;
    }

    String column() {
      return column;
    }
  }

  /** Windows one behind the other: each time is in one of them. */
  public static Windows tumbling(Duration size) {
    return new Windows(TimeWindow.tumbling(size));
  }

  /**
   * Windows of a size of which one begins with each step: each time is in size/step of them.
   *
   * @param size the step, once to 1,440 times
   */
  public static Windows hopping(Duration size, Duration step) {
    return new Windows(TimeWindow.hopping(size, step));
  }

  /**
   * Windows that begin together and last one step, two steps, and so on to a size; then the next
   * begin.
   *
   * @param size the step, once to 1,440 times
   */
  public static Windows cumulating(Duration size, Duration step) {
    return new Windows(TimeWindow.cumulating(size, step));
  }

  /** The same windows, moved by less than their size; back if it is negative. */
  public Windows offset(Duration by) {
    return new Windows(window.offset(by));
  }

  /**
   * The days of a zone, for tumbling windows of whole days: on days when clocks change they last 23
   * or 25 hours.
   */
  public Windows in(ZoneId zone) {
    return new Windows(window.in(zone));
  }

  /** What they are, as {@code explain()} has it: "hopping 1 h by 5 min". */
  @Override
  public String toString() {
    return window.toString();
  }

  /** By the time in a column. */
  public <T> On on(Accessor<T, ?> column) {
    return on(Columns.name(column));
  }

  /** By the time in a column. */
  public On on(String column) {
    return new On(window, column);
  }

  /**
   * What is promised of event times: after a row, only rows come that happened at most so much
   * before it. More can be said: {@code outOfOrderBy(minutes(5)).idleAfter(minutes(1))}.
   */
  public static EventTimeBounds outOfOrderBy(Duration bound) {
    return EventTimeBounds.outOfOrderBy(bound);
  }

  /** So many seconds. */
  public static Duration seconds(long count) {
    return Duration.ofSeconds(count);
  }

  /** So many minutes. */
  public static Duration minutes(long count) {
    return Duration.ofMinutes(count);
  }

  /** So many hours. */
  public static Duration hours(long count) {
    return Duration.ofHours(count);
  }

  /** So many days of 24 hours. */
  public static Duration days(long count) {
    return Duration.ofDays(count);
  }
}
