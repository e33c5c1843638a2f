package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.SessionWindow;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.Sessions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that fall into sessions, waiting for what is wanted of these. Rows of a key are in the same
 * session if they are at most the gap apart, in event time; a session's end is its last row's time
 * plus the gap. Refinements return a copy.
 *
 * <pre>{@code
 * clicks.sessionize(gap(Duration.ofMinutes(30))).on(Click::eventTime).by(Click::userId)
 *     .with(sessionStart(), sessionNumber())
 * }</pre>
 *
 * <p>Sessions are live: a late row may put two into one, a row that goes may split one, and
 * whatever was told before is then taken back; for those that become final see {@link #closing}. A
 * row whose time is null goes to the ledger.
 *
 * @param <T> the type of the rows
 */
public final class SessionizedRelation<T> {
  private final Relation<T> relation;
  private final SessionWindow window;
  private final @Nullable String time;
  private final List<String> by;

  SessionizedRelation(Relation<T> relation, SessionWindow window) {
    this(relation, window, null, List.of());
  }

  private SessionizedRelation(
      Relation<T> relation, SessionWindow window, @Nullable String time, List<String> by) {
    this.relation = relation;
    this.window = window;
    this.time = time;
    this.by = by;
  }

  /** Says which column is the event time. */
  public SessionizedRelation<T> on(Accessor<T, ?> column) {
    return on(Columns.name(column));
  }

  /** Says which column is the event time. */
  public SessionizedRelation<T> on(String column) {
    return new SessionizedRelation<>(relation, window, column, by);
  }

  /** Says whose sessions they are; without it all rows make one row of sessions. */
  @SafeVarargs
  @SuppressWarnings("varargs") // The array is only read.
  public final SessionizedRelation<T> by(Accessor<T, ?>... columns) {
    return by(Columns.names(List.of(columns)));
  }

  /** Says whose sessions they are; without it all rows make one row of sessions. */
  public SessionizedRelation<T> by(String... columns) {
    return new SessionizedRelation<>(relation, window, time, List.of(columns));
  }

  /**
   * All rows, each beside what is said of its session. All rows are kept, because any may come to
   * be of another session; so over a stream this grows with the input.
   *
   * <p>What is said costs what changes with it. A {@code sessionStart()} changes for rows behind a
   * merge or a split alone. A {@code sessionEnd()} changes for all rows of a session with each row
   * that prolongs it. A {@code sessionNumber()} changes for all later rows of the key when a
   * session comes, goes, merges or splits before them.
   *
   * @param columns at least one
   * @throws EngineException if something does not fit the columns
   */
  public Relation<Row> with(SessionColumn... columns) {
    return relation.otherRows(Sessionize.of(relation.node(), sessions(), List.of(columns)));
  }

  /**
   * One row for each session: the columns of {@link #by}, {@code session_start} and {@code
   * session_end}, and aggregates over its rows.
   *
   * <p>Over rows that are only ever added no row is kept, but the state of each session; a late row
   * that puts two into one puts their states together. That is not possible where an aggregate is
   * one of the host's, a variance or a covariance, or counts distinct numbers or times, nor where
   * rows can be taken back: then what the aggregates read of each row is kept.
   *
   * @param aggregates may be none
   * @throws EngineException if something does not fit the columns
   */
  public Relation<Row> aggregate(AggregateCall... aggregates) {
    return relation.otherRows(
        SessionAggregate.of(relation.node(), sessions(), List.of(aggregates)));
  }

  /** Sessions that close, waiting for aggregates. */
  public static final class Closing {
    private final SessionizedRelation<?> sessions;
    private final Duration lateness;

    private Closing(SessionizedRelation<?> sessions, Duration lateness) {
      this.sessions = sessions;
      this.lateness = lateness;
    }

    /**
     * One row for each session, when it closes: the columns of {@link SessionizedRelation#by},
     * {@code session_start} and {@code session_end}, and aggregates over its rows. Rows are only
     * added.
     *
     * @param aggregates may be none
     * @throws EngineException if something does not fit the columns, if rows can be taken back, if
     *     the time is not the event time of streams, or if an aggregate is one of those that {@link
     *     SessionizedRelation#aggregate} keeps rows for
     */
    public Relation<Row> aggregate(AggregateCall... aggregates) {
      Relation<?> rows = sessions.relation;
      return rows.otherRows(
          ClosingSessions.of(rows.node(), sessions.sessions(), List.of(aggregates), lateness));
    }
  }

  /**
   * Has sessions close: the row of a session comes once, when the watermark has passed its end and
   * the lateness, and is never changed; its state is freed. A row that comes later and is at most
   * the gap from it goes to the ledger, and so does one whose own end is passed, unless a session
   * that is open is near.
   *
   * <pre>{@code
   * clicks.sessionize(gap(Duration.ofMinutes(30))).on(Click::eventTime).by(Click::userId)
   *     .closing(Duration.ofMinutes(2))
   *     .aggregate(count().as("clicks"))
   * }</pre>
   *
   * @param lateness for how long after its end, in event time, a session still takes rows
   */
  public Closing closing(Duration lateness) {
    return new Closing(this, lateness);
  }

  private Sessions sessions() {
    Node node = relation.node();
    if (time == null) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "sessionize on "
              + node.describe()
              + ": which column is the event time? name it with .on(...)");
    }
    return new Sessions(window, time, by);
  }
}
