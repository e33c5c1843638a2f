package dev.leat.engine.testkit;

import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.Sessions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Sessions, as they are defined: sort the rows of a key by time, and split at the gaps. */
final class ReferenceSessions {
  private final Schema schema;
  private final Sessions sessions;
  private final int time;
  private final Duration gap;

  /**
   * Sessions of rows.
   *
   * @param schema of the rows
   */
  ReferenceSessions(Schema schema, Sessions sessions) {
    this.schema = schema;
    this.sessions = sessions;
    this.time = schema.indexOf(sessions.time(), "sessions");
    this.gap = sessions.window().gap();
  }

  /** One session: rows of one key, by time. */
  record Session(int number, Instant start, Instant end, List<ReferenceRow> rows) {}

  /**
   * The row.
   *
   * @throws RuntimeException if it has no time, or one behind which no session can end
   */
  ReferenceRow timed(ReferenceRow row) {
    if (row.value(time) == null) {
      throw new RowError("no time");
    }
    end(time(row));
    return row;
  }

  /**
   * The end of a session whose last row has a time.
   *
   * @throws ArithmeticException if it does not fit
   */
  private Instant end(Instant last) {
    return (Instant) ReferenceTimes.arithmetic(Op.ADD, last, gap);
  }

  /** The end of a session of a row alone; null if it has no time, or no session can end behind. */
  @Nullable Instant endOf(ReferenceRow row) {
    try {
      return row.value(time) == null ? null : end(time(row));
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** Is a row that has a time of the key of a session, and at most a gap away from it? */
  boolean isNear(ReferenceRow row, Session session) {
    return isOneKey(row, session.rows().get(0))
        && !time(row).isAfter(session.end())
        && !time(row).plus(gap).isBefore(session.start());
  }

  /** Are two rows of one key? */
  boolean isOneKey(ReferenceRow one, ReferenceRow other) {
    return ReferenceOrder.partitions(schema, sessions.by(), List.of(one, other)).size() == 1;
  }

  private Instant time(ReferenceRow row) {
    return (Instant) Objects.requireNonNull(row.value(time));
  }

  /** The sessions of rows that have times. */
  List<Session> of(List<ReferenceRow> rows) {
    List<Session> all = new ArrayList<>();
    for (List<ReferenceRow> ofKey : ReferenceOrder.partitions(schema, sessions.by(), rows)) {
      List<ReferenceRow> sorted = new ArrayList<>(ofKey);
      sorted.sort(Comparator.comparing(this::time));
      int number = 1;
      int first = 0;
      for (int i = 1; i <= sorted.size(); i++) {
        Instant last = time(sorted.get(i - 1));
        if (i == sorted.size() || time(sorted.get(i)).isAfter(end(last))) {
          List<ReferenceRow> some = sorted.subList(first, i);
          all.add(new Session(number++, time(some.get(0)), end(last), some));
          first = i;
        }
      }
    }
    return all;
  }

  /** Each row beside what is said of its session. */
  List<ReferenceRow> withColumns(List<SessionColumn> columns, List<ReferenceRow> rows) {
    List<ReferenceRow> results = new ArrayList<>();
    for (Session session : of(rows)) {
      for (ReferenceRow row : session.rows()) {
        List<@Nullable Object> values = new ArrayList<>(row.values());
        for (SessionColumn column : columns) {
          values.add(
              switch (column.kind()) {
                case START -> session.start();
                case END -> session.end();
                case NUMBER -> (long) session.number();
              });
        }
        results.add(new ReferenceRow(values));
      }
    }
    return results;
  }
}
