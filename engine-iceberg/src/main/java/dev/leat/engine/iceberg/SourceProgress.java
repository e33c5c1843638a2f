package dev.leat.engine.iceberg;

import dev.leat.engine.Position;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.Snapshot;

/**
 * How far a source has come, and what it has read since it was begun in this process.
 *
 * @param position at which the rows are in that it appended last; {@link Position#START} if there
 *     are none yet
 * @param snapshot Iceberg's id of the snapshot that it reads or read last; empty if there is none
 * @param committed when that was committed
 * @param rowsRead rows of files, without those that are deleted
 * @param rowsAppended those that are wanted, and were not there yet
 * @param filesRead files that were opened
 * @param filesSkipped files that were not opened, as nothing in them is wanted
 */
public record SourceProgress(
    Position position,
    OptionalLong snapshot,
    Optional<Instant> committed,
    long rowsRead,
    long rowsAppended,
    long filesRead,
    long filesSkipped) {
  /** Nothing is read yet. */
  static final SourceProgress NONE =
      new SourceProgress(Position.START, OptionalLong.empty(), Optional.empty(), 0, 0, 0, 0);

  public SourceProgress {
    if (rowsAppended < 0 || rowsRead < rowsAppended || filesRead < 0 || filesSkipped < 0) {
      throw new IllegalArgumentException(
          "these do not go together: rows_read=" + rowsRead + " rows_appended=" + rowsAppended);
    }
  }

  SourceProgress at(Snapshot other) {
    return new SourceProgress(
        position,
        OptionalLong.of(other.snapshotId()),
        Optional.of(Instant.ofEpochMilli(other.timestampMillis())),
        rowsRead,
        rowsAppended,
        filesRead,
        filesSkipped);
  }

  SourceProgress withFiles(int moreRead, int moreSkipped) {
    return new SourceProgress(
        position,
        snapshot,
        committed,
        rowsRead,
        rowsAppended,
        filesRead + moreRead,
        filesSkipped + moreSkipped);
  }

  SourceProgress withRows(Position now, long moreRead, long moreAppended) {
    return new SourceProgress(
        now,
        snapshot,
        committed,
        rowsRead + moreRead,
        rowsAppended + moreAppended,
        filesRead,
        filesSkipped);
  }
}
