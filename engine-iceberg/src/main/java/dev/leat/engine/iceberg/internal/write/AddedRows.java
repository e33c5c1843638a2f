package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.write.NetChanges.ChangedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.AppendFiles;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.jspecify.annotations.Nullable;

/**
 * Rows are only added, in files that are open until the commit. If they are to be in an order, they
 * are only kept until then; the engine keeps them until then anyway.
 */
final class AddedRows implements TableChanges {
  private final TableShape shape;
  private final RowOrder order;
  private final List<SinkChanges> kept = new ArrayList<>();
  private final long targetFileBytes;
  private final String branch;
  private @Nullable PartitionedWriter<DataFile> writer;
  private List<DataFile> files = List.of();

  AddedRows(TableShape shape, SinkTable sink, List<String> order) {
    this.shape = shape;
    this.order = new RowOrder(order, shape.source());
    this.targetFileBytes = sink.targetFileBytes();
    this.branch = sink.branch();
  }

  @Override
  public void write(Table table, SinkChanges changes) {
    if (order.isOfAnything()) {
      kept.add(changes);
    } else {
      writer(table).write(changes);
    }
  }

  private PartitionedWriter<DataFile> writer(Table table) {
    PartitionedWriter<DataFile> to = writer;
    if (to == null) {
      to = PartitionedWriter.ofRows(table, shape, targetFileBytes, order.of(table.sortOrder()));
      writer = to;
    }
    return to;
  }

  @Override
  public void complete(Table table) {
    if (!kept.isEmpty()) {
      ChangeRow struct = new ChangeRow(kept.get(0));
      for (ChangedRow row : order.sorted(kept)) {
        for (long copy = row.changes().weight(row.row()); copy > 0; copy--) {
          DataFileWriter unused = writer(table).write(row.changes(), row.row(), struct);
        }
      }
      kept.clear();
    }
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
    kept.clear();
  }
}
