package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.write.NetChanges.ChangedRow;
import dev.leat.engine.iceberg.internal.write.NetChanges.Net;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * One row for each key, for readers of format version 2: a commit adds the new rows, and files of
 * the keys whose rows of earlier commits are deleted. Nothing is known of the table, and nothing
 * kept; readers pay, as they look up each row in all the keys that were deleted after it.
 */
final class EqualityDeletes implements TableChanges {
  private final TableShape shape;
  private final TableShape keyShape;
  private final long targetFileBytes;
  private final String branch;
  private final NetChanges changes;
  private @Nullable PartitionedWriter<DataFile> rows;
  private @Nullable PartitionedWriter<DeleteFile> deletes;
  private List<DataFile> rowFiles = List.of();
  private List<DeleteFile> deleteFiles = List.of();

  EqualityDeletes(TableShape shape, SinkTable sink, RowKeys keys) {
    this.shape = shape;
    this.keyShape = shape.writing(keys.names());
    this.targetFileBytes = sink.targetFileBytes();
    this.branch = sink.branch();
    this.changes = new NetChanges(sink.describe(), keys);
  }

  @Override
  public void write(Table table, SinkChanges written) {
    changes.write(written, null);
  }

  @Override
  public void complete(Table table) {
    PartitionedWriter<DataFile> toRows = PartitionedWriter.ofRows(table, shape, targetFileBytes);
    PartitionedWriter<DeleteFile> toDeletes =
        PartitionedWriter.ofDeletes(table, keyShape, targetFileBytes);
    rows = toRows;
    deletes = toDeletes;
    ChangeRow struct = null;
    for (Net net : changes.all()) {
      ChangedRow before = net.before();
      ChangedRow after = net.after();
      if (before != null) {
        struct = struct == null ? new ChangeRow(before.changes()) : struct;
        DataFileWriter unused = toDeletes.write(before.changes(), before.row(), struct);
      }
      if (after != null) {
        struct = struct == null ? new ChangeRow(after.changes()) : struct;
        DataFileWriter unused = toRows.write(after.changes(), after.row(), struct);
      }
    }
    rowFiles = toRows.finish();
    deleteFiles = toDeletes.finish();
  }

  @Override
  public boolean addTo(Transaction transaction, Map<String, String> summary) {
    if (rowFiles.isEmpty() && deleteFiles.isEmpty()) {
      return false;
    }
    RowDelta delta = transaction.newRowDelta().toBranch(branch);
    rowFiles.forEach(delta::addRows);
    deleteFiles.forEach(delta::addDeletes);
    summary.forEach(delta::set);
    delta.commit();
    return true;
  }

  @Override
  public void check(TableMetadata base) {
    // Keys are deleted wherever their rows are now.
  }

  @Override
  public void committed(TableMetadata current) {
    leave();
  }

  @Override
  public void abandon() {
    if (rows != null) {
      rows.abandon();
    }
    if (deletes != null) {
      deletes.abandon();
    }
    leave();
  }

  @Override
  public void leave() {
    changes.clear();
    rows = null;
    deletes = null;
    rowFiles = List.of();
    deleteFiles = List.of();
  }
}
