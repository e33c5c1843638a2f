package dev.leat.engine.examples;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.IcebergSource;
import dev.leat.engine.iceberg.Lake;
import dev.leat.engine.iceberg.LakeCatalog;
import dev.leat.engine.iceberg.SourceProgress;
import dev.leat.engine.iceberg.TableCare;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.io.CloseableIterable;

/**
 * A table of a lake in a folder, which an example writes, looks at, and compares with its views.
 */
public final class LakeTable {
  private final Path directory;
  private final Lake lake;
  private final String name;

  /**
   * A table that need not be there yet.
   *
   * @param directory of the lake
   */
  public LakeTable(Path directory, String name) {
    this.directory = directory;
    this.lake = Lake.local(directory);
    this.name = name;
  }

  /** Where it is. */
  public Lake lake() {
    return lake;
  }

  /** What it is called, with its namespace. */
  public String name() {
    return name;
  }

  /** Puts its files together, and lets go of old ones. */
  public TableCare care() {
    return TableCare.of(lake, name);
  }

  /**
   * What it has.
   *
   * @param rows those that are not deleted
   * @param partitions how many have files
   */
  public record Files(long rows, long files, long partitions, long snapshots) {}

  /**
   * Counts what it has, from its metadata.
   *
   * @throws IOException if it is not there, or cannot be read
   */
  public Files files() throws IOException {
    try (LakeCatalog catalog = lake.catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(name));
      long rows = 0;
      long files = 0;
      Set<String> partitions = new HashSet<>();
      try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
        for (FileScanTask task : tasks) {
          files++;
          rows += task.file().recordCount();
          for (DeleteFile deletes : task.deletes()) {
            rows -= deletes.recordCount();
          }
          partitions.add(table.spec().partitionToPath(task.file().partition()));
        }
      }
      long snapshots = 0;
      for (Snapshot unused : table.snapshots()) {
        snapshots++;
      }
      return new Files(rows, files, partitions.size(), snapshots);
    } catch (NoSuchTableException e) {
      throw new IOException("there is no table " + name + " in " + directory + ": no row yet", e);
    }
  }

  /** Prints what it has. */
  public void printFiles(PrintStream out) throws IOException {
    Files files = files();
    out.printf(
        Locale.ROOT,
        "The table %s in %s: %,d rows, %,d files, %,d partitions, %,d snapshots%n",
        name,
        directory,
        files.rows,
        files.files,
        files.partitions,
        files.snapshots);
  }

  /**
   * Computes views from its files, by an engine in memory that reads it as a source, and compares
   * them with those that were live.
   *
   * @param pipeline the views, over a stream of the table's rows
   * @param stream the name of that
   * @param live what the views had
   * @throws IOException if one differs
   */
  public void compare(
      Pipeline pipeline,
      String stream,
      ShownViews views,
      Map<String, List<Row>> live,
      PrintStream out)
      throws IOException {
    try (Engine engine = Engine.inMemory(pipeline)) {
      SourceProgress read = IcebergSource.of(lake, name).readInto(engine, stream);
      engine.view(views.views().get(0).name()).await(read.position());
      Map<String, List<Row>> found = views.rows(engine);
      int equal = 0;
      for (ShownView view : views.views()) {
        List<Row> ofFiles = found.getOrDefault(view.name(), List.of());
        List<Row> ofViews = live.getOrDefault(view.name(), List.of());
        boolean isEqual = ofFiles.equals(ofViews);
        equal += isEqual ? 1 : 0;
        out.printf(
            Locale.ROOT,
            "  %-24s %,8d rows live, %,8d from the files: %s%n",
            view.name(),
            ofViews.size(),
            ofFiles.size(),
            isEqual ? "equal" : "DIFFERENT");
      }
      if (equal < views.views().size()) {
        throw new IOException(
            "views differ from what the files of table " + name + " in " + directory + " give");
      }
    }
  }
}
