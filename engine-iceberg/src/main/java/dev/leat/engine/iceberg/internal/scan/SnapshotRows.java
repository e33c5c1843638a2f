package dev.leat.engine.iceberg.internal.scan;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.parquet.DataFileReader;
import dev.leat.engine.iceberg.internal.parquet.FileValues;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.plan.Schema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one snapshot of a table, as its manifests, files and deletes say; nothing that a sink
 * keeps in memory is asked. Files come in the order of their commits.
 */
public final class SnapshotRows {
  private static final Comparator<File> IN_ORDER =
      Comparator.comparingLong(File::number).thenComparing(file -> file.data.location());

  private final Table table;
  private final Schema schema;
  private final TableShape shape;
  private final String what;
  private final DeletedPositions deleted;

  /** Takes the rows of a file, one after the other. */
  @FunctionalInterface
  public interface FileRows {
    /**
     * Takes a row.
     *
     * @param position in the file, from 0, those that are deleted counted too
     */
    void row(long position, @Nullable Object[] values);
  }

  /** A file and what is deleted in it. */
  public record File(DataFile data, List<DeleteFile> deletes) {
    long number() {
      return Objects.requireNonNullElse(data.dataSequenceNumber(), 0L);
    }
  }

  /**
   * Of a table.
   *
   * @param schema the columns to read, which the table has
   * @param what for messages
   */
  public SnapshotRows(Table table, Schema schema, String what) {
    this.table = table;
    this.schema = schema;
    this.shape = TableShape.of(schema, table.schema());
    this.what = what;
    this.deleted = new DeletedPositions(table, what);
  }

  /** Shows all rows of a snapshot. */
  public void forEach(Snapshot snapshot, Consumer<List<@Nullable Object>> row) {
    files(snapshot, DataFile::copyWithoutStats)
        .forEach(file -> read(file, (position, values) -> row.accept(Arrays.asList(values))));
  }

  /**
   * The files of a snapshot in the order of their commits, which is always the same.
   *
   * @param copied what is kept of each
   */
  public List<File> files(Snapshot snapshot, UnaryOperator<DataFile> copied) {
    List<File> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(snapshot.snapshotId()).includeColumnStats().planFiles()) {
      for (FileScanTask task : tasks) {
        files.add(
            new File(
                copied.apply(task.file()),
                task.deletes().stream().map(DeleteFile::copyWithoutStats).toList()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the manifests of " + what, e);
    }
    files.sort(IN_ORDER);
    return files;
  }

  /** The same of what a snapshot has added. */
  public List<File> added(Snapshot snapshot, UnaryOperator<DataFile> copied) {
    List<File> files = new ArrayList<>();
    for (DataFile file :
        SnapshotChanges.builderFor(table).snapshot(snapshot).build().addedDataFiles()) {
      files.add(new File(copied.apply(file), List.of()));
    }
    files.sort(IN_ORDER);
    return files;
  }

  /** Shows the rows of a file that are not deleted. */
  public void read(File file, FileRows to) {
    LongPredicate isDeleted = deleted.of(file.data, file.deletes);
    FileValues values = new FileValues(schema);
    long[] position = {0};
    try (DataFileReader reader =
        new DataFileReader(table.io().newInputFile(file.data.location()))) {
      if (!reader.hasValuesOf(shape)) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " has a file with columns of other types than the table's, without the table's"
                + " numbers of columns, or with a codec that is not read here; have the table's"
                + " files rewritten: location="
                + file.data.location());
      }
      values.read(
          reader,
          shape,
          row -> {
            if (!isDeleted.test(position[0])) {
              to.row(position[0], row);
            }
            position[0]++;
          });
    }
  }
}
