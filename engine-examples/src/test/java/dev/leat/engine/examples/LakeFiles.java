package dev.leat.engine.examples;

import dev.leat.engine.iceberg.LakeCatalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.IOUtil;

/**
 * A table of a lake as DuckDB reads it: Iceberg says which files there are and which of their rows
 * are deleted, DuckDB reads the files. None of it is code that wrote them.
 */
public final class LakeFiles {
  private LakeFiles() {}

  /** Looks at a table with Iceberg. */
  public static <T> T look(LakeTable table, Function<Table, T> at) {
    try (LakeCatalog catalog = table.lake().catalog()) {
      return at.apply(catalog.tables().loadTable(TableIdentifier.parse(table.name())));
    }
  }

  /** The files that the table has. */
  public static List<DataFile> files(LakeTable table) {
    return look(table, t -> tasks(t).stream().map(FileScanTask::file).toList());
  }

  private static List<FileScanTask> tasks(Table table) {
    List<FileScanTask> all = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      tasks.forEach(all::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  private static String path(DataFile file) {
    return Path.of(URI.create(file.location())).toString();
  }

  /**
   * Makes a view of the rows of a table.
   *
   * @param name of the view
   * @param times columns of times, which become such without a zone, in UTC
   */
  public static void load(BatchEngine batch, LakeTable table, String name, String... times)
      throws SQLException {
    List<String> deleted = new ArrayList<>();
    List<String> files =
        look(
            table,
            t -> {
              List<FileScanTask> tasks = tasks(t);
              for (FileScanTask task : tasks) {
                for (DeleteFile vector : task.deletes()) {
                  vector(t, vector)
                      .forEach(row -> deleted.add("('" + path(task.file()) + "', " + row + ")"));
                }
              }
              return tasks.stream().map(task -> "'" + path(task.file()) + "'").toList();
            });
    batch.execute("create or replace table deleted (file varchar, place bigint)");
    if (!deleted.isEmpty()) {
      batch.execute("insert into deleted values " + String.join(", ", deleted));
    }
    String inUtc =
        Arrays.stream(times)
            .map(time -> "timezone('UTC', " + time + ") as " + time)
            .collect(Collectors.joining(", ", " replace (", ")"));
    batch.execute(
        "create or replace temp view "
            + name
            + " as select * exclude (filename, file_row_number)"
            + (times.length == 0 ? "" : inUtc)
            + " from read_parquet(["
            + String.join(", ", files)
            + "], union_by_name = true, hive_partitioning = false, filename = true,"
            + " file_row_number = true) f where not exists (select 1 from deleted d where d.file ="
            + " f.filename and d.place = f.file_row_number)");
  }

  private static PositionDeleteIndex vector(Table table, DeleteFile file) {
    byte[] bytes = new byte[Math.toIntExact(file.contentSizeInBytes())];
    try {
      IOUtil.readFully(
          table.io().newInputFile(file.location()), file.contentOffset(), bytes, 0, bytes.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return PositionDeleteIndex.deserialize(bytes, file);
  }
}
