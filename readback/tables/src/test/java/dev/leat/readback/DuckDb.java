package dev.leat.readback;

import dev.leat.engine.iceberg.LakeCatalog;
import dev.leat.engine.iceberg.LocalLake;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;

/**
 * DuckDB, which reads the Parquet files. Which they are, and what is deleted in them, Iceberg says;
 * the rows that are deleted are left out by DuckDB: those of a vector by their numbers in the file,
 * those of files of keys by comparing keys.
 */
final class DuckDb implements ReadingEngine, AutoCloseable {
  private static final int MANY_FILES = 12;

  private final LocalLake lake;
  private final Connection connection;
  private final Map<String, String> views = new HashMap<>();

  DuckDb(LocalLake lake) throws SQLException {
    this.lake = lake;
    this.connection = DriverManager.getConnection("jdbc:duckdb:");
    execute("set TimeZone = 'UTC'");
  }

  private void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      boolean unused = statement.execute(sql);
    }
  }

  @Override
  public String name() {
    try {
      return "DuckDB " + connection.getMetaData().getDatabaseProductVersion();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Answer ask(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      ResultSetMetaData meta = result.getMetaData();
      List<String> types = new ArrayList<>();
      for (int c = 1; c <= meta.getColumnCount(); c++) {
        types.add(meta.getColumnTypeName(c));
      }
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int c = 1; c <= types.size(); c++) {
          row.add(CanonicalText.of(value(result.getObject(c))));
        }
        rows.add(row);
      }
      return new Answer(types, rows);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static Object value(Object value) throws SQLException {
    if (value instanceof Blob blob) {
      return blob.getBytes(1, (int) blob.length());
    }
    if (value instanceof Array array) {
      List<Object> list = new ArrayList<>();
      for (Object element : (Object[]) array.getArray()) {
        list.add(value(element));
      }
      return list;
    }
    return value;
  }

  /**
   * A view of the files, or, where rows are deleted in them, a copy of those that are not. Many
   * files are copied too, as each of hundreds of questions would open all of them.
   */
  @Override
  public String table(String table, String branch) {
    return views.computeIfAbsent(
        branch == null ? table : table + "@" + branch,
        unused -> {
          try {
            String view = "table_" + views.size();
            create(view, table, branch);
            return view;
          } catch (SQLException | IOException e) {
            throw new IllegalStateException(table, e);
          }
        });
  }

  private void create(String view, String name, String branch) throws IOException, SQLException {
    List<String> whole = new ArrayList<>();
    List<String> selects = new ArrayList<>();
    try (LakeCatalog catalog = lake.catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(name));
      TableScan scan = branch == null ? table.newScan() : table.newScan().useRef(branch);
      try (CloseableIterable<FileScanTask> tasks = scan.planFiles()) {
        for (FileScanTask task : tasks) {
          if (task.deletes().isEmpty()) {
            whole.add(quoted(task.file().location()));
          } else {
            selects.add(liveRows(table, task));
          }
        }
      }
    }
    String kind = selects.isEmpty() && whole.size() <= MANY_FILES ? "view" : "table";
    if (!whole.isEmpty()) {
      selects.add(
          "select * from read_parquet(["
              + String.join(", ", whole)
              + "], union_by_name = true, hive_partitioning = false)");
    }
    execute("create " + kind + " " + view + " as " + String.join(" union all by name ", selects));
  }

  private static String liveRows(Table table, FileScanTask task) throws IOException {
    List<String> conditions = new ArrayList<>();
    for (DeleteFile deletes : task.deletes()) {
      conditions.add(
          deletes.content() == FileContent.EQUALITY_DELETES
              ? notIn(table, deletes)
              : "file_row_number not in (" + positions(deletes) + ")");
    }
    return "select * exclude (file_row_number) from read_parquet("
        + quoted(task.file().location())
        + ", hive_partitioning = false, file_row_number = true) d where "
        + String.join(" and ", conditions);
  }

  private static String notIn(Table table, DeleteFile keys) {
    return "not exists (select 1 from read_parquet("
        + quoted(keys.location())
        + ", hive_partitioning = false) e where "
        + keys.equalityFieldIds().stream()
            .map(id -> table.schema().findColumnName(id))
            .map(column -> "d." + column + " is not distinct from e." + column)
            .collect(Collectors.joining(" and "))
        + ")";
  }

  /** The numbers of the rows in a deletion vector. */
  private static String positions(DeleteFile vector) throws IOException {
    byte[] bytes = new byte[Math.toIntExact(vector.contentSizeInBytes())];
    try (RandomAccessFile file = new RandomAccessFile(path(vector.location()), "r")) {
      file.seek(vector.contentOffset());
      file.readFully(bytes);
    }
    List<String> positions = new ArrayList<>();
    PositionDeleteIndex.deserialize(bytes, vector)
        .forEach(position -> positions.add(Long.toString(position)));
    return String.join(", ", positions);
  }

  private static String path(String location) {
    return Path.of(location.substring("file://".length())).toString();
  }

  private static String quoted(String location) {
    return "'" + path(location).replace("'", "''") + "'";
  }

  @Override
  public String type(String type) {
    if (type.startsWith("list(")) {
      return type(Column.element(type)) + "[]";
    }
    return switch (type) {
      case "int" -> "INTEGER";
      case "long" -> "BIGINT";
      case "string" -> "VARCHAR";
      case "instant" -> "TIMESTAMP WITH TIME ZONE";
      case "bytes" -> "BLOB";
      default -> type.toUpperCase(java.util.Locale.ROOT);
    };
  }

  @Override
  public String literal(String type, String text) {
    String quoted = "'" + text.replace("'", "''") + "'";
    return switch (type) {
      case "string" -> quoted;
      case "bytes" -> "from_hex(" + quoted + ")";
      default -> "cast(" + quoted + " as " + type(type) + ")";
    };
  }

  @Override
  public String wholeDivision() {
    return "//";
  }

  @Override
  public String wholeSeconds(String instant) {
    return "(epoch_us(" + instant + ") // 1000000)";
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
