package dev.leat.engine.iceberg;

import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;

/** What a table has, as others find it: the files by Iceberg's scan, their rows by DuckDB. */
record TableFiles(
    Map<String, String> properties,
    List<DataFile> files,
    List<Map<String, String>> summaries,
    String spec,
    String schema,
    Function<String, Path> file) {
  static TableFiles of(Lake lake, String name) {
    return of(lake, name, LocalFileIO::path);
  }

  /**
   * Looks at a table.
   *
   * @param file which file of this machine is at a location
   */
  static TableFiles of(Lake lake, String name, Function<String, Path> file) {
    try (LakeCatalog catalog = lake.catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(name));
      List<DataFile> files = new ArrayList<>();
      try (CloseableIterable<FileScanTask> tasks =
          table.newScan().includeColumnStats().planFiles()) {
        for (FileScanTask task : tasks) {
          files.add(task.file().copy());
        }
      }
      List<Map<String, String>> summaries = new ArrayList<>();
      table.snapshots().forEach(snapshot -> summaries.add(snapshot.summary()));
      return new TableFiles(
          table.properties(),
          files,
          summaries,
          table.spec().toString(),
          table.schema().toString(),
          file);
    } catch (NoSuchTableException e) {
      return new TableFiles(Map.of(), List.of(), List.of(), "", "", file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Rows of a query over the files, which it names {@code FILES}. */
  List<List<Object>> query(String sql) {
    if (files.isEmpty()) {
      return List.of();
    }
    String list =
        files.stream()
            .map(file -> "'" + this.file.apply(file.location()).toString().replace("'", "''") + "'")
            .collect(Collectors.joining(", ", "[", "]"));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      boolean unused = statement.execute("SET TimeZone = 'UTC'");
      List<List<Object>> rows = new ArrayList<>();
      try (ResultSet result =
          statement.executeQuery(
              sql.replace(
                  "FILES",
                  "read_parquet(" + list + ", union_by_name=true, hive_partitioning=false)"))) {
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
          List<Object> row = new ArrayList<>();
          for (int c = 1; c <= columns; c++) {
            row.add(result.getObject(c));
          }
          rows.add(row);
        }
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The Parquet files below a folder, in a table or not. */
  static long parquetFilesBelow(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(path -> path.toString().endsWith(".parquet")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
