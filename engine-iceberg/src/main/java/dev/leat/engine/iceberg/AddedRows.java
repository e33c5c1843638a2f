package dev.leat.engine.iceberg;

import dev.leat.engine.SinkChanges;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.jspecify.annotations.Nullable;

/** Rows are only added, in files that are open until the commit. */
final class AddedRows implements TableChanges {
  private final TableShape shape;
  private final long targetFileBytes;
  private final String branch;
  private @Nullable PartitionedWriter<DataFile> writer;
  private List<DataFile> files = List.of();

  AddedRows(TableShape shape, IcebergSink sink) {
    this.shape = shape;
    this.targetFileBytes = sink.targetFileBytes();
    this.branch = sink.branch();
  }

  @Override
  public void write(Table table, SinkChanges changes) {
    PartitionedWriter<DataFile> to = writer;
    if (to == null) {
      to = PartitionedWriter.ofRows(table, shape, targetFileBytes);
      writer = to;
    }
    to.write(changes);
  }

  @Override
  public void complete(Table table) {
    files = writer == null ? List.of() : writer.finish();
  }

  @Override
  public boolean addTo(Transaction transaction, Map<String, String> summary) {
    if (files.isEmpty()) {
      return false;
    }
    AppendFiles append = transaction.newAppend().toBranch(branch);
    files.forEach(append::appendFile);
    summary.forEach(append::set);
    append.commit();
    return true;
  }

  @Override
  public void check(TableMetadata base) {
    // Rows can be added to any version.
  }

  @Override
  public void committed(TableMetadata current) {
    leave();
  }

  @Override
  public void abandon() {
    if (writer != null) {
      writer.abandon();
    }
    leave();
  }

  @Override
  public void leave() {
    writer = null;
    files = List.of();
  }
}
