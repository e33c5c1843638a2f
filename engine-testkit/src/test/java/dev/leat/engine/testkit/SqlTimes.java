package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.SqlExprText.quoted;

import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.Sessions;
import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.Windowed;
import java.util.List;
import java.util.stream.Collectors;

/** Windows of time and sessions by a gap in SQL, by arithmetic with microseconds. */
final class SqlTimes {
  private SqlTimes() {}

  /** Each row of a table once for each of its windows. */
  static String windowed(Windowed windowed, String from) {
    TimeWindow window = windowed.window();
    if (window.zone() != null) {
      throw SqlExprText.unlike("days of a zone");
    }
    long size = ReferenceValues.micros(window.size());
    long step = ReferenceValues.micros(window.step());
    String time = "epoch_us(" + quoted(windowed.column()) + ")";
    boolean isCumulating = window.kind() == TimeWindow.Kind.CUMULATING;
    long aligned = isCumulating ? size : step;
    String moved = "(" + time + " - " + ReferenceValues.micros(window.offset()) + ")";
    String behind = "((" + moved + " % " + aligned + " + " + aligned + ") % " + aligned + ")";
    String first = time + " - " + behind;
    String start = isCumulating ? first : first + " - k * " + step;
    String end = start + " + " + (isCumulating ? step + " * (k + 1)" : size);
    return "SELECT t.*, "
        + instant(start, Windowed.START)
        + ", "
        + instant(end, Windowed.END)
        + " FROM "
        + from
        + " t, range("
        + window.windows()
        + ") w(k)"
        + (isCumulating ? " WHERE " + step + " * (k + 1) > " + behind : "");
  }

  private static String instant(String micros, String name) {
    return "make_timestamp((" + micros + ")::BIGINT) AS " + quoted(name);
  }

  /** Each row of a table beside what is said of its session. */
  static String sessionized(Sessions sessions, List<SessionColumn> columns, String from) {
    String time = quoted(sessions.time());
    long gap = sessions.window().micros();
    String isFirst =
        "coalesce(epoch_us("
            + time
            + ") - epoch_us(lag("
            + time
            + ") OVER (PARTITION BY "
            + keys(sessions)
            + " ORDER BY "
            + time
            + ")) > "
            + gap
            + ", TRUE)";
    String number =
        "sum(CASE WHEN is_first THEN 1 ELSE 0 END) OVER (PARTITION BY "
            + keys(sessions)
            + " ORDER BY "
            + time
            + " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)";
    String ofSession = " OVER (PARTITION BY " + keys(sessions) + ", number_of_session)";
    String said =
        columns.stream()
            .map(
                column ->
                    switch (column.kind()) {
                          case START -> "min(" + time + ")" + ofSession;
                          case END ->
                              "make_timestamp(epoch_us(max("
                                  + time
                                  + ")"
                                  + ofSession
                                  + ") + "
                                  + gap
                                  + ")";
                          case NUMBER -> "number_of_session::BIGINT";
                        }
                        + " AS "
                        + quoted(column.name()))
            .collect(Collectors.joining(", "));
    return "SELECT * EXCLUDE (is_first, number_of_session), "
        + said
        + " FROM (SELECT *, "
        + number
        + " AS number_of_session FROM (SELECT *, "
        + isFirst
        + " AS is_first FROM "
        + from
        + "))";
  }

  /** The columns of the key; something to partition by if there are none. */
  private static String keys(Sessions sessions) {
    return sessions.by().isEmpty()
        ? "1"
        : sessions.by().stream().map(SqlExprText::quoted).collect(Collectors.joining(", "));
  }
}
