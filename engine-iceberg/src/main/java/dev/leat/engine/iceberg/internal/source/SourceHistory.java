package dev.leat.engine.iceberg.internal.source;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.source.SourcePlace.Part;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.DataOperations;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.util.SnapshotUtil;

/**
 * What of the snapshots of a table is to be read, behind what was read. The ancestors of the
 * present snapshot are its history, as far as they are not expired; each has a greater number than
 * those before it.
 */
final class SourceHistory {
  /**
   * Some rows of a snapshot.
   *
   * @param behind so many rows of it were read before
   */
  record Portion(Snapshot snapshot, Part part, long behind) {
    /** The place behind some rows of the snapshot. */
    SourcePlace place(long rows) {
      return new SourcePlace(snapshot.sequenceNumber(), part, rows);
    }
  }

  private final Table table;
  private final SourceTable source;
  private final String what;

  /**
   * The history of a table.
   *
   * @param what for messages
   */
  SourceHistory(Table table, SourceTable source, String what) {
    this.table = table;
    this.source = source;
    this.what = what;
  }

  /** What is to be read, in this order. */
  List<Portion> portions(Optional<SourcePlace> place) {
    List<Snapshot> ancestors = new ArrayList<>();
    SnapshotUtil.currentAncestors(table).forEach(ancestors::add);
    Collections.reverse(ancestors);
    if (place.isPresent()) {
      return behind(ancestors, place.get());
    }
    SourceStart start = source.start();
    if (start instanceof SourceStart.Behind first) {
      return added(ancestors, indexOf(ancestors, first.snapshot()) + 1);
    }
    if (start instanceof SourceStart.Later later) {
      return added(ancestors, later(ancestors, later.committed().toEpochMilli()));
    }
    return ancestors.isEmpty()
        ? List.of()
        : List.of(new Portion(ancestors.get(ancestors.size() - 1), Part.WHOLE, 0));
  }

  private List<Portion> behind(List<Snapshot> ancestors, SourcePlace place) {
    for (int i = 0; i < ancestors.size(); i++) {
      if (ancestors.get(i).sequenceNumber() == place.sequence()) {
        List<Portion> portions = new ArrayList<>();
        if (!place.isComplete()) {
          portions.add(new Portion(ancestors.get(i), place.part(), place.rows()));
        }
        portions.addAll(added(ancestors, i + 1));
        return portions;
      }
    }
    boolean isNext =
        !ancestors.isEmpty() && ancestors.get(0).sequenceNumber() == place.sequence() + 1;
    if (place.isComplete() && isNext) {
      return added(ancestors, 0);
    }
    throw new EngineException(
        Kind.INVALID,
        what
            + " cannot go on: the snapshot that it has read last is no longer in the history of the"
            + " table. It was expired, so that what was added since then cannot be told, or the"
            + " table was set back. Keep snapshots for longer than a source is away; now read the"
            + " table anew into another stream, or the rest with another name and committedAfter or"
            + " bounds of time: read="
            + place
            + " oldest="
            + (ancestors.isEmpty() ? "none" : ancestors.get(0).sequenceNumber()));
  }

  private int indexOf(List<Snapshot> ancestors, long snapshot) {
    for (int i = 0; i < ancestors.size(); i++) {
      if (ancestors.get(i).snapshotId() == snapshot) {
        return i;
      }
    }
    throw new EngineException(
        Kind.INVALID,
        what
            + " is to begin behind a snapshot that is not in the history of the table; it was"
            + " expired, or is of another branch: snapshot="
            + snapshot);
  }

  /** The first snapshot that was committed later than a time. */
  private int later(List<Snapshot> ancestors, long millis) {
    int first = ancestors.size();
    while (first > 0 && ancestors.get(first - 1).timestampMillis() > millis) {
      first--;
    }
    if (first == 0 && !ancestors.isEmpty() && ancestors.get(0).parentId() != null) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " is to begin with commits of which some are expired; begin with a later time, or"
              + " read the table whole, within bounds of time: oldest="
              + ancestors.get(0).timestampMillis()
              + " committed-after="
              + millis);
    }
    return first;
  }

  /** What was added from a snapshot on. */
  private List<Portion> added(List<Snapshot> ancestors, int from) {
    List<Portion> portions = new ArrayList<>();
    for (Snapshot snapshot : ancestors.subList(from, ancestors.size())) {
      portions.add(new Portion(snapshot, Part.ADDED, 0));
    }
    return portions;
  }

  /**
   * Has a snapshot added rows, and nothing else that is not to be passed over?
   *
   * @throws EngineException INVALID if it has taken rows away
   */
  boolean hasAdded(Snapshot snapshot) {
    String operation = snapshot.operation();
    if (DataOperations.REPLACE.equals(operation)) {
      return false; // Compaction: the same rows in other files.
    }
    boolean takesAway = !DataOperations.APPEND.equals(operation) && takesAway(snapshot);
    boolean isDeletion = DataOperations.DELETE.equals(operation);
    if (takesAway && !(isDeletion && source.deletions() == SourceTable.Deletions.IGNORED)) {
      throw new EngineException(
          Kind.INVALID,
          what
              + " cannot follow a commit that takes rows away or replaces them, as rows of a stream"
              + " stay. "
              + (isDeletion
                  ? "If rows that are deleted from the table may stay, say ignoringDeletions()"
                  : "Follow the table that rows are only added to, of which this one is made")
              + "; or read the table anew into another stream: snapshot="
              + snapshot.snapshotId()
              + " operation="
              + operation
              + " summary="
              + snapshot.summary());
    }
    return !isDeletion;
  }

  private boolean takesAway(Snapshot snapshot) {
    SnapshotChanges changes = SnapshotChanges.builderFor(table).snapshot(snapshot).build();
    return changes.removedDataFiles().iterator().hasNext()
        || changes.addedDeleteFiles().iterator().hasNext();
  }
}
