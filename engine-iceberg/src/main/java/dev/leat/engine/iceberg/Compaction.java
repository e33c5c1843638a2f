package dev.leat.engine.iceberg;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.TableCare.Compacted;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.actions.BinPackRewriteFilePlanner;
import org.apache.iceberg.actions.FileRewritePlan;
import org.apache.iceberg.actions.RewriteDataFiles.FileGroupInfo;
import org.apache.iceberg.actions.RewriteFileGroup;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.schema.MessageType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts small files together. Iceberg plans which; values are copied column by column with their
 * levels, as they are stored, and all replacements are one commit. It is made on top of what others
 * have committed meanwhile, or fails if one of the files is no longer there.
 */
final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
  private static final int ROW_LINEAGE_VERSION = 3;

  private final Table table;
  private final MessageType type;
  private final MetricsConfig metrics;
  private final long targetFileBytes;
  private final String run = UUID.randomUUID().toString();
  private final List<DataFile> replaced = new ArrayList<>();
  private final List<DataFile> made = new ArrayList<>();
  private int leftAlone;

  Compaction(Table table) {
    this.table = table;
    this.type = ParquetSchemaUtil.convert(table.schema(), "table");
    this.metrics = MetricsConfig.forTable(table);
    this.targetFileBytes =
        Long.parseLong(
            table
                .properties()
                .getOrDefault(
                    TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                    Long.toString(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT)));
  }

  Compacted run() {
    if (TableUtil.formatVersion(table) >= ROW_LINEAGE_VERSION) {
      throw new EngineException(
          Kind.INVALID,
          "tables of format version 3 are not compacted here, as each row keeps a number there; use"
              + " another engine: table="
              + table.name());
    }
    Snapshot start = table.currentSnapshot();
    if (start == null) {
      return new Compacted(0, 0, 0, 0);
    }
    boolean isCommitted = false;
    try {
      plan().groups().forEach(this::rewrite);
      if (!replaced.isEmpty()) {
        TableCare.persistently(table, () -> commit(start));
      }
      isCommitted = true;
    } catch (CommitStateUnknownException e) {
      isCommitted = true; // perhaps; what is not in the table is an orphan
      throw e;
    } finally {
      if (!isCommitted) {
        made.forEach(file -> delete(file.location()));
      }
    }
    long rows = made.stream().mapToLong(DataFile::recordCount).sum();
    LOG.info(
        "{} files of {} are {} now: rows={} left_alone={}",
        replaced.size(),
        table.name(),
        made.size(),
        rows,
        leftAlone);
    return new Compacted(replaced.size(), made.size(), rows, leftAlone);
  }

  private FileRewritePlan<FileGroupInfo, FileScanTask, DataFile, RewriteFileGroup> plan() {
    BinPackRewriteFilePlanner planner = new BinPackRewriteFilePlanner(table);
    planner.init(
        Map.of(BinPackRewriteFilePlanner.TARGET_FILE_SIZE_BYTES, Long.toString(targetFileBytes)));
    return planner.plan();
  }

  private void commit(Snapshot start) {
    RewriteFiles rewrite =
        table
            .newRewrite()
            .validateFromSnapshot(start.snapshotId())
            // What others delete by value from now on is deleted from these rows, too.
            .dataSequenceNumber(start.sequenceNumber());
    replaced.forEach(rewrite::deleteFile);
    made.forEach(rewrite::addFile);
    rewrite.commit();
  }

  /** One group of files of one partition. */
  private void rewrite(RewriteFileGroup group) {
    PartitionSpec spec = table.specs().get(group.outputSpecId());
    List<DataFile> readable = new ArrayList<>();
    for (FileScanTask task : group.fileScanTasks()) {
      boolean isAsPlanned =
          task.file().specId() == group.outputSpecId() && task.deletes().isEmpty();
      if (isAsPlanned && isReadable(task.file())) {
        readable.add(task.file());
      } else {
        leftAlone++;
      }
    }
    if (readable.size() < 2 || spec == null) {
      leftAlone += readable.size();
      return;
    }
    long bytes = readable.stream().mapToLong(DataFile::fileSizeInBytes).sum();
    Target target = new Target(spec, readable.get(0).partition(), bytes);
    boolean isDone = false;
    try {
      for (DataFile file : readable) {
        try (DataFileReader reader = new DataFileReader(table.io().newInputFile(file.location()))) {
          reader.read(
              type,
              (readers, rows) -> {
                for (long row = 0; row < rows; row++) {
                  target.writer().copy(readers);
                }
              });
        }
        target.copied(file.fileSizeInBytes());
      }
      target.complete();
      isDone = true;
    } finally {
      if (!isDone) {
        target.abandon();
      }
    }
    replaced.addAll(readable);
  }

  private boolean isReadable(DataFile file) {
    if (file.format() != FileFormat.PARQUET) {
      return false;
    }
    try (DataFileReader reader = new DataFileReader(table.io().newInputFile(file.location()))) {
      return reader.isReadableAs(type);
    }
  }

  private void delete(String location) {
    try {
      table.io().deleteFile(location);
    } catch (RuntimeException e) {
      LOG.info("a file that is in no commit stays: location={} cause={}", location, e.toString());
    }
  }

  /** The files that one group becomes. */
  private final class Target {
    private final PartitionSpec spec;
    private final StructLike partition;
    private final FileSizes sizes;
    private DataFileWriter open;

    private Target(PartitionSpec spec, StructLike partition, long bytes) {
      this.spec = spec;
      this.partition = partition;
      this.sizes = new FileSizes(targetFileBytes, bytes);
      this.open = newFile();
    }

    /** A file was copied. */
    private void copied(long bytes) {
      sizes.copied(bytes, open.bytes());
      open.setTargetBytes(sizes.next(open.bytes()));
    }

    private DataFileWriter newFile() {
      String file = run + "-" + String.format("%05d", made.size() + 1) + ".parquet";
      String location =
          spec.isPartitioned()
              ? table.locationProvider().newDataLocation(spec, partition, file)
              : table.locationProvider().newDataLocation(file);
      return new DataFileWriter(
          table.io().newOutputFile(location), table.schema(), type, sizes.next(0));
    }

    /** The file that the next row is for. */
    private DataFileWriter writer() {
      if (open.isFull()) {
        complete();
        open = newFile();
      }
      return open;
    }

    private void complete() {
      DataFileWriter.Written written = open.finish(metrics);
      sizes.completed(written.bytes());
      DataFiles.Builder builder =
          DataFiles.builder(spec)
              .withPath(written.location())
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(written.bytes())
              .withMetrics(written.metrics())
              .withSplitOffsets(written.splits());
      made.add(spec.isPartitioned() ? builder.withPartition(partition).build() : builder.build());
    }

    private void abandon() {
      try {
        open.abandon();
      } catch (RuntimeException e) {
        LOG.debug("a file is let go of that could not be written", e);
      }
      delete(open.location());
    }
  }
}
