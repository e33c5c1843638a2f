package dev.leat.engine.iceberg.internal.care;

import dev.leat.engine.iceberg.internal.catalog.FencedOperations;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.parquet.CopiedColumns;
import dev.leat.engine.iceberg.internal.parquet.DataFileReader;
import dev.leat.engine.iceberg.internal.parquet.DataFileWriter;
import dev.leat.engine.iceberg.internal.scan.DeletedPositions;
import dev.leat.engine.iceberg.internal.write.PartitionedWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongPredicate;
import org.apache.iceberg.BaseTable;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.TableUtil;
import org.apache.iceberg.actions.BinPackRewriteFilePlanner;
import org.apache.iceberg.actions.FileRewritePlan;
import org.apache.iceberg.actions.RewriteDataFiles.FileGroupInfo;
import org.apache.iceberg.actions.RewriteFileGroup;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts small files together, and writes files again of which many rows are deleted. Iceberg plans
 * which; values are copied column by column with their levels, as they are stored, and all
 * replacements are one commit. It is made on top of what others have committed meanwhile, see
 * {@link CompactionCommit}.
 *
 * <p>In tables of format version 3 each row has a number, and another of the commit that changed it
 * last, which follow from its file until it is moved; from then on they are columns of its own.
 */
public final class Compaction {
  private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);
  private static final int ROW_LINEAGE_VERSION = 3;
  private static final int MAX_ATTEMPTS = 10;

  /** So many files of deletes are worth a rewrite of the file that they are about. */
  private static final int MAX_DELETE_FILES = 5;

  private final Table table;
  private final Steps steps;
  private final CopiedColumns columns;
  private final MetricsConfig metrics;
  private final DeletedPositions deleted;
  private final long targetFileBytes;
  private final String run = UUID.randomUUID().toString();
  private final List<CompactedGroup> compacted = new ArrayList<>();
  private int files;
  private int leftAlone;
  private boolean isPerhapsThere;

  public Compaction(Table table, Steps steps) {
    this.table = table;
    this.steps = steps;
    this.columns =
        new CopiedColumns(
            hasRowNumbers(table)
                ? MetadataColumns.schemaWithRowLineage(table.schema())
                : table.schema());
    this.metrics = MetricsConfig.forTable(table);
    this.deleted = new DeletedPositions(table, table.name());
    this.targetFileBytes =
        Long.parseLong(
            table
                .properties()
                .getOrDefault(
                    TableProperties.WRITE_TARGET_FILE_SIZE_BYTES,
                    Long.toString(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES_DEFAULT)));
  }

  /** Do rows of a table have numbers, and are they deleted by vectors? */
  static boolean hasRowNumbers(Table table) {
    return TableUtil.formatVersion(table) >= ROW_LINEAGE_VERSION;
  }

  public CompactedFiles run() {
    Snapshot start = table.currentSnapshot();
    if (start == null) {
      return new CompactedFiles(0, 0, 0, 0);
    }
    CompactedFiles done = new CompactedFiles(0, 0, 0, 0);
    try {
      plan().groups().forEach(this::rewrite);
      if (!compacted.isEmpty()) {
        done = commit(start);
      }
    } finally {
      // What may be in the table, and is not, is an orphan.
      if (!isPerhapsThere) {
        compacted.forEach(this::delete);
      }
    }
    LOG.info("{} is compacted: {} left_alone={}", table.name(), done, leftAlone);
    return new CompactedFiles(done.filesBefore(), done.filesAfter(), done.rows(), leftAlone);
  }

  private FileRewritePlan<FileGroupInfo, FileScanTask, DataFile, RewriteFileGroup> plan() {
    BinPackRewriteFilePlanner planner = new BinPackRewriteFilePlanner(table);
    planner.init(
        Map.of(
            BinPackRewriteFilePlanner.TARGET_FILE_SIZE_BYTES,
            Long.toString(targetFileBytes),
            BinPackRewriteFilePlanner.DELETE_FILE_THRESHOLD,
            Integer.toString(MAX_DELETE_FILES)));
    return planner.plan();
  }

  /** Tries until nobody comes between a look at the table and the commit; then all is there. */
  private CompactedFiles commit(Snapshot start) {
    for (int attempt = 1; ; attempt++) {
      table.refresh();
      CompactionCommit next = new CompactionCommit(table, start, compacted);
      for (CompactedGroup group : next.givenUp()) {
        leftAlone += group.sources().size();
        delete(group);
        compacted.remove(group);
      }
      if (next.groups().isEmpty()) {
        return new CompactedFiles(0, 0, 0, 0);
      }
      FencedOperations operations =
          FencedOperations.ofAnybody(((HasTableOperations) table).operations(), steps);
      try {
        next.commit(new BaseTable(operations, table.name()));
        return committed(next);
      } catch (CommitFailedException | ValidationException e) {
        next.abandon();
        if (attempt == MAX_ATTEMPTS) {
          throw e;
        }
        LOG.info(
            "{} is committed to by others: attempt={} cause={}",
            table.name(),
            attempt,
            e.toString());
      } catch (RuntimeException e) {
        isPerhapsThere = operations.hasTried();
        if (!isPerhapsThere) {
          next.abandon();
        }
        throw e;
      }
    }
  }

  private CompactedFiles committed(CompactionCommit commit) {
    List<DataFile> added = commit.added();
    int before = 0;
    for (CompactedGroup group : compacted) {
      before += group.sources().size();
      group.targets().stream()
          .filter(file -> !added.contains(file))
          .forEach(file -> delete(file.location()));
    }
    compacted.clear();
    long rows = added.stream().mapToLong(DataFile::recordCount).sum();
    return new CompactedFiles(before, added.size(), rows, 0);
  }

  /** One group of files of one partition. */
  private void rewrite(RewriteFileGroup group) {
    PartitionSpec spec = table.specs().get(group.outputSpecId());
    List<FileScanTask> readable = new ArrayList<>();
    for (FileScanTask task : group.fileScanTasks()) {
      if (task.file().specId() == group.outputSpecId()
          && deleted.isReadable(task.deletes())
          && isReadable(task.file())) {
        readable.add(task);
      } else {
        leftAlone++;
      }
    }
    boolean isWorthIt =
        readable.size() > 1 || readable.stream().anyMatch(task -> !task.deletes().isEmpty());
    if (!isWorthIt || spec == null) {
      leftAlone += readable.size();
      return;
    }
    long bytes = readable.stream().mapToLong(task -> task.file().fileSizeInBytes()).sum();
    Target target = new Target(spec, readable.get(0).file().partition(), bytes);
    compacted.add(target.group);
    boolean isDone = false;
    try {
      for (FileScanTask task : readable) {
        copy(task, target);
        target.copied(task.file().fileSizeInBytes());
      }
      target.complete();
      isDone = true;
    } finally {
      if (!isDone) {
        target.abandon();
      }
    }
  }

  private void copy(FileScanTask task, Target target) {
    DataFile file = task.file();
    LongPredicate isDeleted = deleted.of(file, task.deletes());
    BitSet skipped = new BitSet();
    long[] numbers = hasRowNumbers(table) ? new long[2] : new long[0];
    try (DataFileReader reader = new DataFileReader(table.io().newInputFile(file.location()))) {
      columns.copy(
          reader,
          position -> {
            boolean isLive = !isDeleted.test(position);
            skipped.set(position, !isLive);
            return isLive;
          },
          target::writer,
          position -> {
            number(file, position, numbers);
            return numbers;
          });
    }
    target.group.copied(file.copyWithoutStats(), skipped);
  }

  /** The numbers of a row that was never moved. */
  private static void number(DataFile file, int position, long[] numbers) {
    if (numbers.length > 0) {
      Long first = file.firstRowId();
      Long commit = file.dataSequenceNumber();
      numbers[0] = first == null ? -1 : first + position;
      numbers[1] = first == null || commit == null ? -1 : commit;
    }
  }

  private boolean isReadable(DataFile file) {
    if (file.format() != FileFormat.PARQUET || file.recordCount() > Integer.MAX_VALUE) {
      return false;
    }
    try (DataFileReader reader = new DataFileReader(table.io().newInputFile(file.location()))) {
      return columns.canBeCopiedFrom(reader);
    }
  }

  private void delete(CompactedGroup group) {
    group.targets().forEach(file -> delete(file.location()));
  }

  private void delete(String location) {
    PartitionedWriter.delete(table, List.of(location));
  }

  /** The files that one group becomes. */
  private final class Target {
    private final PartitionSpec spec;
    private final StructLike partition;
    private final CompactedGroup group = new CompactedGroup();
    private final FileSizes sizes;
    private @Nullable DataFileWriter open;

    private Target(PartitionSpec spec, StructLike partition, long bytes) {
      this.spec = spec;
      this.partition = partition;
      this.sizes = new FileSizes(targetFileBytes, bytes);
    }

    /** A file was copied, or what is live of it. */
    private void copied(long bytes) {
      DataFileWriter now = open;
      sizes.copied(bytes, now == null ? 0 : now.bytes());
      if (now != null) {
        now.setTargetBytes(sizes.next(now.bytes()));
      }
    }

    private DataFileWriter newFile() {
      String file = run + "-" + String.format("%05d", ++files) + ".parquet";
      String location =
          spec.isPartitioned()
              ? table.locationProvider().newDataLocation(spec, partition, file)
              : table.locationProvider().newDataLocation(file);
      return columns.newFile(table.io().newOutputFile(location), sizes.next(0));
    }

    /** The file that the next row is for; there is none until there is a row. */
    private DataFileWriter writer() {
      DataFileWriter now = open;
      if (now != null && !now.isFull()) {
        return now;
      }
      complete();
      DataFileWriter next = newFile();
      open = next;
      return next;
    }

    private void complete() {
      if (open == null) {
        return;
      }
      DataFileWriter.Written written = open.finish(metrics);
      open = null;
      sizes.completed(written.bytes());
      DataFiles.Builder builder =
          DataFiles.builder(spec)
              .withPath(written.location())
              .withFormat(FileFormat.PARQUET)
              .withFileSizeInBytes(written.bytes())
              .withMetrics(written.metrics())
              .withSplitOffsets(written.splits());
      group.made(spec.isPartitioned() ? builder.withPartition(partition).build() : builder.build());
    }

    private void abandon() {
      if (open == null) {
        return;
      }
      try {
        open.abandon();
      } catch (RuntimeException e) {
        LOG.debug("a file is let go of that could not be written", e);
      }
      delete(open.location());
    }
  }
}
