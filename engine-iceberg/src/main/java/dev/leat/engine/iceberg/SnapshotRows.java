package dev.leat.engine.iceberg;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
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
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one snapshot of a table, as its manifests, files and deletes say; nothing that a sink
 * keeps in memory is asked. Files come in the order of their commits.
 */
final class SnapshotRows {
  private final Table table;
  private final Schema schema;
  private final MessageType type;
  private final String what;
  private final DeletedPositions deleted;

  /** A file and what is deleted in it. */
  private record File(DataFile data, List<DeleteFile> deletes) {
    private long number() {
      return Objects.requireNonNullElse(data.dataSequenceNumber(), 0L);
    }
  }

  /**
   * Of a table.
   *
   * @param schema the columns to read, which the table has
   * @param what for messages
   */
  SnapshotRows(Table table, Schema schema, String what) {
    this.table = table;
    this.schema = schema;
    this.type = TableShape.of(schema, table.schema()).parquet();
    this.what = what;
    this.deleted = new DeletedPositions(table, what);
  }

  /** Shows all rows of a snapshot. */
  void forEach(Snapshot snapshot, Consumer<List<@Nullable Object>> row) {
    List<File> files = new ArrayList<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(snapshot.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        files.add(
            new File(
                task.file().copyWithoutStats(),
                task.deletes().stream().map(DeleteFile::copyWithoutStats).toList()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the manifests of " + what, e);
    }
    files.sort(Comparator.comparingLong(File::number).thenComparing(file -> file.data.location()));
    files.forEach(file -> read(file, row));
  }

  private void read(File file, Consumer<List<@Nullable Object>> to) {
    LongPredicate isDeleted = deleted.of(file.data, file.deletes);
    FileValues values = new FileValues(schema);
    long[] position = {0};
    try (DataFileReader reader =
        new DataFileReader(table.io().newInputFile(file.data.location()))) {
      if (!reader.isReadableAs(type)) {
        throw new EngineException(
            Kind.INVALID,
            what
                + " has a file with columns of other types than the table's, or with a codec that is"
                + " not read here; have the table's files rewritten: location="
                + file.data.location());
      }
      reader.read(
          type,
          (readers, rows) -> {
            for (long r = 0; r < rows; r++) {
              @Nullable Object[] row = values.next(readers);
              if (!isDeleted.test(position[0]++)) {
                to.accept(Arrays.asList(row));
              }
            }
          });
    }
  }
}
