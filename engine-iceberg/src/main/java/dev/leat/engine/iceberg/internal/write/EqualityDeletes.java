package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.write.NetChanges.ChangedRow;
import dev.leat.engine.iceberg.internal.write.NetChanges.Net;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.ManifestFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.util.SnapshotUtil;
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
  private List<PartitionedWriter<DeleteFile>> deletes = List.of();
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
    List<PartitionedWriter<DeleteFile>> toDeletes = new ArrayList<>();
    rows = toRows;
    deletes = toDeletes;
    specs(table)
        .forEach(
            spec ->
                toDeletes.add(PartitionedWriter.ofDeletes(table, spec, keyShape, targetFileBytes)));
    ChangeRow struct = null;
    for (Net net : changes.all()) {
      ChangedRow before = net.before();
      ChangedRow after = net.after();
      if (before != null) {
        struct = struct == null ? new ChangeRow(before.changes()) : struct;
        for (PartitionedWriter<DeleteFile> to : toDeletes) {
          DataFileWriter unused = to.write(before.changes(), before.row(), struct);
        }
      }
      if (after != null) {
        struct = struct == null ? new ChangeRow(after.changes()) : struct;
        DataFileWriter unused = toRows.write(after.changes(), after.row(), struct);
      }
    }
    rowFiles = toRows.finish();
    List<DeleteFile> complete = new ArrayList<>();
    toDeletes.forEach(to -> complete.addAll(to.finish()));
    deleteFiles = complete;
  }

  /**
   * How the files with rows are partitioned, if others have changed that: in more than one way, and
   * a file of keys is only about rows of the same one. Without partitions it is about all.
   */
  private Collection<PartitionSpec> specs(Table table) {
    Map<Integer, PartitionSpec> specs = new LinkedHashMap<>();
    specs.put(table.spec().specId(), table.spec());
    Snapshot current = SnapshotUtil.latestSnapshot(table, branch);
    if (table.specs().size() > 1 && current != null) {
      for (ManifestFile manifest : current.dataManifests(table.io())) {
        if (manifest.hasAddedFiles() || manifest.hasExistingFiles()) {
          PartitionSpec spec =
              Objects.requireNonNull(table.specs().get(manifest.partitionSpecId()), "spec");
          specs.put(spec.specId(), spec);
        }
      }
    }
    Optional<PartitionSpec> ofAll =
        specs.values().stream().filter(PartitionSpec::isUnpartitioned).findFirst();
    return ofAll.map(List::of).orElseGet(() -> List.copyOf(specs.values()));
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
    deletes.forEach(PartitionedWriter::abandon);
    leave();
  }

  @Override
  public void leave() {
    changes.clear();
    rows = null;
    deletes = List.of();
    rowFiles = List.of();
    deleteFiles = List.of();
  }
}
