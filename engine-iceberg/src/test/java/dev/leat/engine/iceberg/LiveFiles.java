package dev.leat.engine.iceberg;

import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.scan.DeletedPositions;
import dev.leat.engine.plan.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.iceberg.ContentFile;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.ManifestContent;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.ManifestFiles;
import org.apache.iceberg.ReachableFileUtil;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.util.ContentFileUtil;

/** The files of all versions of a table, and its rows as DuckDB reads them. */
final class LiveFiles {
  private LiveFiles() {}

  /** Those that some version of a table needs, and that are not there. */
  static Set<String> missing(Table table) {
    Set<String> all = new TreeSet<>(ReachableFileUtil.manifestListLocations(table));
    Set<String> missing = new TreeSet<>();
    for (String list : all) {
      if (!table.io().newInputFile(list).exists()) {
        missing.add(list);
      }
    }
    if (!missing.isEmpty()) {
      return missing;
    }
    for (Snapshot snapshot : table.snapshots()) {
      for (ManifestFile manifest : snapshot.allManifests(table.io())) {
        if (!all.add(manifest.path())) {
          continue;
        }
        if (!table.io().newInputFile(manifest.path()).exists()) {
          missing.add(manifest.path());
          continue;
        }
        try (CloseableIterable<? extends ContentFile<?>> files =
            manifest.content() == ManifestContent.DATA
                ? ManifestFiles.read(manifest, table.io(), table.specs())
                : ManifestFiles.readDeleteManifest(manifest, table.io(), table.specs())) {
          for (ContentFile<?> file : files) {
            if (all.add(file.location()) && !table.io().newInputFile(file.location()).exists()) {
              missing.add(file.location());
            }
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    return missing;
  }

  /**
   * Rows as DuckDB reads them from the files, without the positions that are deleted by vectors.
   * Values as text; null where keys are deleted, which DuckDB is not shown here.
   *
   * @param file which file of this machine is at a location
   */
  static List<List<String>> byDuckDb(
      Table table, List<String> columns, Function<String, Path> file) {
    Map<String, PositionDeleteIndex> files = new HashMap<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      for (FileScanTask task : tasks) {
        DataFile data = task.file();
        PositionDeleteIndex deleted = PositionDeleteIndex.empty();
        for (DeleteFile delete : task.deletes()) {
          if (!ContentFileUtil.isDV(delete)) {
            return null;
          }
          deleted = DeletedPositions.vector(table.io(), delete);
        }
        files.put(file.apply(data.location()).toString(), deleted);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<List<String>> rows = new ArrayList<>();
    if (files.isEmpty()) {
      return rows;
    }
    String list =
        files.keySet().stream()
            .map(path -> "'" + path.replace("'", "''") + "'")
            .reduce((a, b) -> a + ", " + b)
            .orElseThrow();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery(
                "SELECT filename, file_row_number, COLUMNS(*)::VARCHAR FROM (SELECT "
                    + String.join(", ", columns)
                    + ", filename, file_row_number FROM read_parquet(["
                    + list
                    + "], union_by_name=true, hive_partitioning=false, filename=true,"
                    + " file_row_number=true))")) {
      while (result.next()) {
        if (!files.get(result.getString(1)).isDeleted(result.getLong(2))) {
          List<String> row = new ArrayList<>();
          for (int c = 0; c < columns.size(); c++) {
            row.add(result.getString(3 + c));
          }
          rows.add(row);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return rows;
  }

  /** Rows as text, to be compared with what DuckDB reads. */
  static List<List<String>> text(List<Row> rows, Schema schema) {
    return rows.stream()
        .map(
            row ->
                schema.names().stream()
                    .map(name -> row.value(name) == null ? null : String.valueOf(row.value(name)))
                    .toList())
        .toList();
  }
}
