package dev.leat.engine.iceberg.internal.care;

import dev.leat.engine.iceberg.internal.scan.DeletedPositions;
import dev.leat.engine.iceberg.internal.write.PartitionedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongPredicate;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileContent;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.Table;
import org.apache.iceberg.deletes.BaseDVFileWriter;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.util.ContentFileUtil;

/**
 * One attempt to put what was compacted in the place of what was there, on the table as it is now.
 * What a sink has committed since the files were read is looked at first: rows that have gone are
 * deleted in the new files by vectors that are part of the same commit, so that work that took long
 * is not done in vain beside a sink that commits often. Iceberg then refuses the commit if still
 * more has been deleted in the files that go; that is between two looks at the table.
 */
final class CompactionCommit {
  private final Table table;
  private final Snapshot start;
  private final Snapshot base;
  private final List<CompactedGroup> groups = new ArrayList<>();
  private final List<CompactedGroup> givenUp = new ArrayList<>();
  private final List<DataFile> added = new ArrayList<>();
  private final Map<DataFile, BitSet> gone = new LinkedHashMap<>();
  private final Set<String> there = new HashSet<>();
  private final Set<String> needed = new HashSet<>();
  private final List<DeleteFile> removed = new ArrayList<>();
  private List<DeleteFile> vectors = List.of();

  /**
   * Looks at the table.
   *
   * @param start the snapshot that the files were read in
   */
  CompactionCommit(Table table, Snapshot start, List<CompactedGroup> compacted) {
    this.table = table;
    this.start = start;
    this.base = Objects.requireNonNull(table.currentSnapshot(), "snapshot");
    Set<String> sources = new HashSet<>();
    compacted.forEach(group -> group.sources().forEach(file -> sources.add(file.location())));
    Map<String, List<DeleteFile>> deletes = deletes(sources);
    there.addAll(deletes.keySet());
    compacted.forEach(group -> look(group, deletes));
    removeAppliedKeys(deletes);
    if (removed.isEmpty() && !gone.isEmpty()) {
      giveUpWhatIcebergRefuses();
    }
  }

  /** The deletes of the files that were copied, of those that are there. */
  private Map<String, List<DeleteFile>> deletes(Set<String> sources) {
    Map<String, List<DeleteFile>> ofSources = new HashMap<>();
    try (CloseableIterable<FileScanTask> tasks =
        table.newScan().useSnapshot(base.snapshotId()).planFiles()) {
      for (FileScanTask task : tasks) {
        if (sources.contains(task.file().location())) {
          ofSources.put(
              task.file().location(),
              task.deletes().stream().map(DeleteFile::copyWithoutStats).toList());
        } else {
          task.deletes().forEach(delete -> needed.add(delete.location()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the manifests of " + table.name(), e);
    }
    return ofSources;
  }

  /** Files of keys go with the last file that they were about. */
  private void removeAppliedKeys(Map<String, List<DeleteFile>> deletes) {
    Map<String, DeleteFile> applied = new LinkedHashMap<>();
    for (CompactedGroup group : givenUp) {
      for (DataFile file : group.sources()) {
        deletes
            .getOrDefault(file.location(), List.of())
            .forEach(delete -> needed.add(delete.location()));
      }
    }
    for (CompactedGroup group : groups) {
      for (DataFile file : group.sources()) {
        for (DeleteFile delete : deletes.getOrDefault(file.location(), List.of())) {
          Long number = delete.dataSequenceNumber();
          if (delete.content() == FileContent.EQUALITY_DELETES
              && number != null
              && number <= start.sequenceNumber()) {
            applied.put(delete.location(), delete);
          }
        }
      }
    }
    applied.keySet().removeAll(needed);
    removed.addAll(applied.values());
  }

  private void look(CompactedGroup group, Map<String, List<DeleteFile>> deletes) {
    Map<String, LongPredicate> byPosition = new HashMap<>();
    List<DeleteFile> ofGroup = new ArrayList<>();
    for (DataFile file : group.sources()) {
      List<DeleteFile> now = deletes.get(file.location());
      if (now == null) {
        continue;
      }
      LongPredicate isDeleted = position -> false;
      for (DeleteFile delete : now) {
        if (ContentFileUtil.isDV(delete)) {
          PositionDeleteIndex vector = DeletedPositions.vector(table.io(), delete);
          isDeleted = vector::isDeleted;
          ofGroup.add(delete);
        } else if (delete.content() == FileContent.POSITION_DELETES) {
          // Somebody else's, and not read here.
          givenUp.add(group);
          return;
        }
      }
      byPosition.put(file.location(), isDeleted);
    }
    Map<DataFile, BitSet> goneOfGroup = group.gone(byPosition);
    List<DataFile> left =
        group.targets().stream().filter(target -> isLeft(target, goneOfGroup)).toList();
    // Iceberg wants a rewrite to add no more rows than it replaces, deleted or not.
    long replaced =
        group.sources().stream()
            .filter(file -> byPosition.containsKey(file.location()))
            .mapToLong(DataFile::recordCount)
            .sum();
    boolean isMore = left.stream().mapToLong(DataFile::recordCount).sum() > replaced;
    boolean hasVectors = Compaction.hasRowNumbers(table);
    if (byPosition.isEmpty() || isMore || (!hasVectors && !goneOfGroup.isEmpty())) {
      givenUp.add(group);
      return;
    }
    groups.add(group);
    removed.addAll(ofGroup);
    added.addAll(left);
    for (DataFile target : left) {
      BitSet rows = goneOfGroup.get(target);
      if (rows != null) {
        gone.put(target, rows);
      }
    }
  }

  private static boolean isLeft(DataFile target, Map<DataFile, BitSet> gone) {
    BitSet rows = gone.get(target);
    return rows == null || rows.cardinality() < target.recordCount();
  }

  /** A rewrite that adds deletes and replaces none is no rewrite to Iceberg. */
  private void giveUpWhatIcebergRefuses() {
    for (CompactedGroup group : List.copyOf(groups)) {
      if (group.targets().stream().anyMatch(gone::containsKey)) {
        groups.remove(group);
        givenUp.add(group);
        added.removeAll(group.targets());
        group.targets().forEach(gone::remove);
      }
    }
  }

  /** What cannot be committed, as others have changed it in another way than sinks do. */
  List<CompactedGroup> givenUp() {
    return givenUp;
  }

  /** What is to be committed. */
  List<CompactedGroup> groups() {
    return groups;
  }

  /** The new files, of which something is left. */
  List<DataFile> added() {
    return added;
  }

  /** Commits to the table, which is the one that was looked at or a wrapper of it. */
  void commit(Table to) {
    if (!gone.isEmpty()) {
      vectors = writeVectors();
    }
    RewriteFiles rewrite =
        to.newRewrite()
            .validateFromSnapshot(base.snapshotId())
            // What others delete by value from then on is deleted from these rows, too.
            .dataSequenceNumber(start.sequenceNumber());
    for (CompactedGroup group : groups) {
      group.sources().stream()
          .filter(file -> there.contains(file.location()))
          .forEach(rewrite::deleteFile);
    }
    removed.forEach(rewrite::deleteFile);
    added.forEach(rewrite::addFile);
    vectors.forEach(rewrite::addFile);
    rewrite.commit();
  }

  private List<DeleteFile> writeVectors() {
    OutputFileFactory outputs =
        OutputFileFactory.builderFor(table, 0, 0).format(FileFormat.PUFFIN).build();
    BaseDVFileWriter writer = new BaseDVFileWriter(outputs, location -> null);
    gone.forEach(
        (file, rows) ->
            rows.stream()
                .forEach(
                    row ->
                        writer.delete(
                            file.location(),
                            row,
                            Objects.requireNonNull(table.specs().get(file.specId()), "spec"),
                            file.partition())));
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write deletion vectors", e);
    }
    return writer.result().deleteFiles();
  }

  /** Deletes the vectors, which are in no commit. */
  void abandon() {
    PartitionedWriter.delete(table, vectors.stream().map(DeleteFile::location).distinct().toList());
  }
}
