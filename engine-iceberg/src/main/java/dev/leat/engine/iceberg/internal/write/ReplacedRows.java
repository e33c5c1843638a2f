package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.iceberg.internal.scan.DeletedPositions;
import dev.leat.engine.iceberg.internal.write.LiveRows.LiveFile;
import dev.leat.engine.iceberg.internal.write.NetChanges.ChangedRow;
import dev.leat.engine.iceberg.internal.write.NetChanges.Net;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.exceptions.ValidationException;
import org.apache.iceberg.io.DeleteWriteResult;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * One row for each key, whose last version replaces the one before: a commit adds the new rows in
 * files, and marks the rows that they replace as deleted in the deletion vectors of their files,
 * each of which has one, with all that is deleted in it. A file of which nothing is left is
 * removed.
 *
 * <p>Positions are those of one snapshot of the table, {@link LiveRows#snapshot}, and a commit is
 * made on that snapshot only. If somebody else has changed the table, what is known of it follows;
 * if that happens between the look and the commit, the commit fails and is tried again.
 */
final class ReplacedRows implements TableChanges {
  private final TableShape shape;
  private final long targetFileBytes;
  private final String branch;
  private final NetChanges changes;
  private final LiveRows live;
  private @Nullable Prepared prepared;

  /** A row that was written. */
  private record Placed(Net net, DataFileWriter file, long position) {}

  /** The files of a commit. */
  private static final class Prepared {
    private final Table table;
    private final PartitionedWriter<DataFile> writer;
    private final List<Placed> placed = new ArrayList<>();
    private final Map<LiveFile, List<Long>> replaced = new LinkedHashMap<>();
    private List<DataFile> files = List.of();
    private @Nullable DeleteWriteResult vectors;

    private Prepared(Table table, PartitionedWriter<DataFile> writer) {
      this.table = table;
      this.writer = writer;
    }
  }

  ReplacedRows(TableShape shape, SinkTable sink, RowKeys keys) {
    this.shape = shape;
    this.targetFileBytes = sink.targetFileBytes();
    this.branch = sink.branch();
    this.changes = new NetChanges(sink.describe(), keys);
    this.live = new LiveRows(sink.describe(), sink.branch(), keys);
  }

  @Override
  public void write(Table table, SinkChanges written) {
    if (changes.isEmpty()) {
      table.refresh();
      live.follow(table);
    }
    changes.write(written, live::has);
  }

  @Override
  public void complete(Table table) {
    if (changes.isEmpty()) {
      return;
    }
    table.refresh();
    live.follow(table);
    Prepared files = new Prepared(table, PartitionedWriter.ofRows(table, shape, targetFileBytes));
    prepared = files;
    for (Net net : changes.all()) {
      if (net.before() != null) {
        files
            .replaced
            .computeIfAbsent(live.file(net.high(), net.low()), file -> new ArrayList<>())
            .add(live.position(net.high(), net.low()));
      }
    }
    writeRows(files);
    writeVectors(files);
  }

  private void writeRows(Prepared files) {
    ChangeRow struct = null;
    for (Net net : changes.all()) {
      ChangedRow after = net.after();
      if (after != null) {
        struct = struct == null ? new ChangeRow(after.changes()) : struct;
        DataFileWriter file = files.writer.write(after.changes(), after.row(), struct);
        files.placed.add(new Placed(net, file, file.rows() - 1));
      }
    }
    files.files = files.writer.finish();
  }

  private void writeVectors(Prepared files) {
    Table table = files.table;
    OutputFileFactory outputs =
        OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PUFFIN).build();
    BaseDVFileWriter vectors =
        new BaseDVFileWriter(
            outputs,
            location -> {
              DeleteFile before = live.deletions(location);
              return before == null ? null : DeletedPositions.vector(table.io(), before);
            });
    files.replaced.forEach(
        (file, positions) -> {
          if (positions.size() < file.rows()) {
            DataFile data = file.file();
            for (long position : positions) {
              vectors.delete(
                  data.location(),
                  position,
                  Objects.requireNonNull(table.specs().get(data.specId()), "spec"),
                  data.partition());
            }
          }
        });
    try {
      vectors.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write deletion vectors", e);
    }
    files.vectors = vectors.result();
  }

  @Override
  public boolean addTo(Transaction transaction, Map<String, String> summary) {
    Prepared files = prepared;
    if (files == null || (files.files.isEmpty() && files.replaced.isEmpty())) {
      return false;
    }
    RowDelta delta = transaction.newRowDelta().toBranch(branch);
    Long from = live.snapshot();
    if (from != null) {
      delta.validateFromSnapshot(from);
    }
    files.files.forEach(delta::addRows);
    DeleteWriteResult vectors = Objects.requireNonNull(files.vectors);
    vectors.deleteFiles().forEach(delta::addDeletes);
    vectors.rewrittenDeleteFiles().forEach(delta::removeDeletes);
    files.replaced.forEach(
        (file, positions) -> {
          if (positions.size() == file.rows()) {
            delta.removeRows(file.file());
            if (file.deletions() != null) {
              delta.removeDeletes(file.deletions());
            }
          }
        });
    summary.forEach(delta::set);
    delta.commit();
    return true;
  }

  @Override
  public void check(TableMetadata base) {
    if (prepared == null) {
      return;
    }
    Snapshot current = SnapshotUtil.latestSnapshot(base, branch);
    Long found = current == null ? null : current.snapshotId();
    if (!Objects.equals(found, live.snapshot())) {
      throw new ValidationException(
          "the table has changed while rows of it were replaced: expected_snapshot=%s"
              + " found_snapshot=%s",
          live.snapshot(), found);
    }
  }

  @Override
  public void committed(TableMetadata current) {
    Prepared files = prepared;
    if (files != null) {
      follow(files);
      live.committed(SnapshotUtil.latestSnapshot(current, branch));
    }
    changes.clear();
    prepared = null;
  }

  private void follow(Prepared files) {
    for (Net net : changes.all()) {
      if (net.before() != null && net.after() == null) {
        live.remove(net.high(), net.low());
      }
    }
    Map<String, DeleteFile> vectors = new HashMap<>();
    for (DeleteFile vector : Objects.requireNonNull(files.vectors).deleteFiles()) {
      vectors.put(vector.referencedDataFile(), vector);
    }
    files.replaced.forEach(
        (file, positions) -> {
          String location = file.file().location();
          live.deleted(location, positions.size(), vectors.get(location));
        });
    Map<String, Integer> numbers = new HashMap<>();
    files.files.forEach(file -> numbers.put(file.location(), live.added(file)));
    Map<DataFileWriter, Integer> ofWriter = new HashMap<>();
    for (Placed row : files.placed) {
      int number =
          ofWriter.computeIfAbsent(
              row.file, file -> Objects.requireNonNull(numbers.get(file.location())));
      live.put(row.net.high(), row.net.low(), number, row.position);
    }
  }

  @Override
  public void abandon() {
    Prepared files = prepared;
    if (files != null) {
      files.writer.abandon();
      if (files.vectors != null) {
        PartitionedWriter.delete(
            files.table,
            files.vectors.deleteFiles().stream().map(DeleteFile::location).distinct().toList());
      }
    }
    leave();
  }

  @Override
  public void leave() {
    changes.clear();
    prepared = null;
  }
}
