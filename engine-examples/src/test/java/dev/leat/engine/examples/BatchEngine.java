package dev.leat.engine.examples;

import dev.leat.engine.Engine;
import dev.leat.engine.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** DuckDB in memory: computes from NDJSON, in batch, what views should hold. */
public final class BatchEngine implements AutoCloseable {
  private final Connection connection;

  /** An empty database, with the macros of {@code sql/macros.sql}. */
  public BatchEngine() throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    execute(sql("macros"));
  }

  /** A statement or a query of the test's resources. */
  public static String sql(String name) {
    String file = "/sql/" + name + ".sql";
    try (InputStream text =
        Objects.requireNonNull(BatchEngine.class.getResourceAsStream(file), file)) {
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs statements. */
  public void execute(String statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  /**
   * Makes a table of NDJSON, in the order of its lines.
   *
   * @param name of the table; one that is there is replaced
   * @param columns names and types, as in {@code user_id: 'BIGINT', country: 'VARCHAR'}
   */
  public void load(String name, String columns, String ndjson) throws SQLException, IOException {
    Path file = Files.createTempFile("batch", ".ndjson");
    try {
      Files.writeString(file, ndjson);
      execute(
          "create or replace table "
              + name
              + " as select * from read_json('"
              + file
              + "', format = 'newline_delimited', columns = {"
              + columns
              + "})");
    } finally {
      Files.delete(file);
    }
  }

  /** The rows that a query gives, and how often each. */
  public Map<List<Object>, Integer> rows(String query) throws SQLException {
    Map<List<Object>, Integer> rows = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<Object> row = new ArrayList<>();
        for (int c = 1; c <= columns; c++) {
          row.add(comparable(result.getObject(c)));
        }
        rows.merge(row, 1, Integer::sum);
      }
    }
    return rows;
  }

  /** The rows of a view, in the same form. */
  public static Map<List<Object>, Integer> rows(Engine engine, String view) {
    Map<List<Object>, Integer> rows = new HashMap<>();
    for (Row row : engine.view(view).scan()) {
      List<Object> values = new ArrayList<>();
      row.values().forEach(value -> values.add(comparable(value)));
      rows.merge(values, 1, Integer::sum);
    }
    return rows;
  }

  /**
   * One form for values that are equal: integers are longs, decimals have no zeros at the end, and
   * durations are microseconds.
   */
  private static Object comparable(Object value) {
    if (value instanceof Integer number) {
      return number.longValue();
    }
    if (value instanceof BigInteger number) {
      return number.longValueExact();
    }
    if (value instanceof BigDecimal number) {
      return number.signum() == 0 ? BigDecimal.ZERO : number.stripTrailingZeros();
    }
    if (value instanceof java.sql.Timestamp time) {
      return instant(time.toLocalDateTime());
    }
    if (value instanceof java.sql.Array array) {
      try {
        return Arrays.asList((Object[]) array.getArray());
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
    return value instanceof Duration duration ? duration.toNanos() / 1000 : value;
  }

  private static Instant instant(LocalDateTime time) {
    return time.toInstant(ZoneOffset.UTC);
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
