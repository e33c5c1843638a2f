package dev.leat.engine.benchmarks;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkSession;
import dev.leat.engine.iceberg.IcebergSink;
import dev.leat.engine.iceberg.Lake;
import dev.leat.engine.iceberg.Partition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;

/**
 * Writes the same rows to Parquet files with zstd, level 3: our sink into a table, one commit for
 * all rows, and DuckDB's {@code COPY} from a table in memory into a file, on one thread.
 */
final class LakeWriters implements AutoCloseable {
  private static final String COLUMNS =
      """
      event_id VARCHAR NOT NULL, user_id VARCHAR NOT NULL, session_id VARCHAR NOT NULL,
      event_type VARCHAR NOT NULL, page_url VARCHAR NOT NULL, referrer_url VARCHAR,
      device_type VARCHAR NOT NULL, country VARCHAR, event_ts TIMESTAMP NOT NULL,
      price DECIMAL(10, 2), quantity INTEGER, seconds_on_page DOUBLE NOT NULL""";

  private final LakeRows rows;
  private final Path folder;
  private final Connection connection;
  private int runs;

  LakeWriters(LakeRows rows) throws IOException, SQLException {
    this.rows = rows;
    this.folder = Files.createTempDirectory("leat-lake");
    this.connection = DriverManager.getConnection("jdbc:duckdb:");
    execute("SET threads = 1");
    execute("CREATE TABLE clicks (" + COLUMNS + ")");
    try (DuckDBAppender appender =
        connection
            .unwrap(DuckDBConnection.class)
            .createAppender(DuckDBConnection.DEFAULT_SCHEMA, "clicks")) {
      for (SinkChanges changes : rows.batches()) {
        for (int row = 0; row < changes.count(); row++) {
          append(appender, changes, row);
        }
      }
    }
  }

  private static void append(DuckDBAppender appender, SinkChanges changes, int row)
      throws SQLException {
    appender.beginRow();
    for (int c = 0; c < LakeRows.SCHEMA.size(); c++) {
      if (changes.isNull(row, c)) {
        appender.appendNull();
        continue;
      }
      switch (LakeRows.SCHEMA.field(c).type().kind()) {
        case STRING -> appender.append(changes.stringAt(row, c));
        case INSTANT ->
            appender.append(LocalDateTime.ofInstant(LakeRows.at(changes, row), ZoneOffset.UTC));
        case DECIMAL -> appender.append(changes.decimalAt(row, c));
        case INT -> appender.append((int) changes.longAt(row, c));
        case DOUBLE -> appender.append(changes.doubleAt(row, c));
        default -> throw new IllegalStateException("no such column: " + c);
      }
    }
    appender.endRow();
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }

  private IcebergSink sink(Path lake) {
    return IcebergSink.append(Lake.local(lake), "web.clicks");
  }

  /** A table that is not partitioned. */
  Path leat() {
    Path lake = folder.resolve("leat-" + ++runs);
    write(sink(lake));
    return lake;
  }

  /** A table with a partition for each day and type of event. */
  Path leatPartitioned() {
    Path lake = folder.resolve("leat-" + ++runs);
    write(sink(lake).partitionedBy(Partition.days("event_ts"), Partition.identity("event_type")));
    return lake;
  }

  private void write(IcebergSink sink) {
    try (SinkSession session = sink.open(LakeRows.source("clicks"))) {
      rows.batches().forEach(session::write);
      session.commit(LakeRows.place(1));
    }
  }

  /** A file of DuckDB's. */
  Path duckDb() throws SQLException, IOException {
    Path directory = Files.createDirectory(folder.resolve("duckdb-" + ++runs));
    execute(
        "COPY clicks TO '"
            + directory.resolve("clicks.parquet")
            + "' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)");
    return directory;
  }

  /** How many rows the files have, and a sum over all columns, by DuckDB. */
  String contents(Path written) throws SQLException {
    String sql =
        "SELECT count(*) || ' ' || sum(hash(event_id, user_id, session_id, event_type, page_url,"
            + " referrer_url, device_type, country, epoch_us(event_ts), price, quantity,"
            + " seconds_on_page)) FROM read_parquet(["
            + String.join(", ", parquet(written).stream().map(f -> "'" + f + "'").toList())
            + "], hive_partitioning = false)";
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      boolean unused = result.next();
      return result.getString(1);
    }
  }

  /** The bytes of the files of data. */
  static long bytes(Path written) {
    return parquet(written).stream().mapToLong(file -> file.toFile().length()).sum();
  }

  private static List<Path> parquet(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes what was written. */
  static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
    delete(folder);
  }
}
