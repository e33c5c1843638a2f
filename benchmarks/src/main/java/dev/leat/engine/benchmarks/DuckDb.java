package dev.leat.engine.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * The events in an in-memory table of DuckDB, and the queries over it, on one thread. A result is
 * made into a table, so that it is there as a view is, and no time goes into handing out rows.
 */
final class DuckDb implements AutoCloseable {
  private static final LocalDateTime EPOCH = LocalDateTime.ofEpochSecond(0, 0, ZoneOffset.UTC);

  private final Connection connection;

  DuckDb(Events events) throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    execute("SET threads = 1");
    execute(
        """
        CREATE TABLE clicks (event_id VARCHAR, user_id VARCHAR, session_id VARCHAR,
          event_type VARCHAR, page_url VARCHAR, referrer_url VARCHAR, device_type VARCHAR,
          country VARCHAR, event_ts TIMESTAMP)""");
    try (DuckDBAppender appender =
        connection
            .unwrap(DuckDBConnection.class)
            .createAppender(DuckDBConnection.DEFAULT_SCHEMA, "clicks")) {
      for (int i = 0; i < events.count(); i++) {
        append(appender, events.click(i), events.micros(i));
      }
    }
  }

  private static void append(DuckDBAppender appender, Click click, long micros)
      throws SQLException {
    appender.beginRow();
    appender.append(click.eventId());
    appender.append(click.userId());
    appender.append(click.sessionId());
    appender.append(click.eventType());
    appender.append(click.pageUrl());
    appender.append(click.referrerUrl());
    appender.append(click.deviceType());
    appender.append(click.country());
    appender.append(EPOCH.plus(micros, ChronoUnit.MICROS));
    appender.endRow();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Computes a query over the whole table. */
  void recompute(Workload workload) throws SQLException {
    execute("CREATE OR REPLACE TABLE " + workload + " AS " + workload.sql());
  }

  /** The rows of the last result. */
  List<String> rows(Workload workload) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("SELECT * FROM " + workload)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> values = new ArrayList<>();
        for (int c = 1; c <= columns; c++) {
          values.add(text(result.getObject(c)));
        }
        rows.add(String.join("|", values));
      }
    }
    Collections.sort(rows);
    return rows;
  }

  private static String text(Object value) {
    if (value instanceof Timestamp time) {
      // DuckDB's driver gives the local time that stands in the table.
      return Long.toString(ChronoUnit.MICROS.between(EPOCH, time.toLocalDateTime()));
    }
    return value.toString();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
