package dev.leat.engine.iceberg.internal.source;

import dev.leat.engine.Position;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.iceberg.Snapshot;

/**
 * How far a reading has come.
 *
 * @param position at which the rows are in that were appended last
 * @param snapshot that is read or was read last
 * @param committed when that was committed
 * @param rowsRead rows of files, without those that are deleted
 * @param rowsAppended those that are wanted, and were not there yet
 * @param filesRead files that were opened
 * @param filesSkipped files that were not opened, as nothing in them is wanted
 */
public record ReadingProgress(
    Position position,
    OptionalLong snapshot,
    Optional<Instant> committed,
    long rowsRead,
    long rowsAppended,
    long filesRead,
    long filesSkipped) {
  /** Nothing is read yet. */
  public static final ReadingProgress NONE =
      new ReadingProgress(Position.START, OptionalLong.empty(), Optional.empty(), 0, 0, 0, 0);

  ReadingProgress at(Snapshot other) {
    return new ReadingProgress(
        position,
        OptionalLong.of(other.snapshotId()),
        Optional.of(Instant.ofEpochMilli(other.timestampMillis())),
        rowsRead,
        rowsAppended,
        filesRead,
        filesSkipped);
  }

  ReadingProgress withFiles(int moreRead, int moreSkipped) {
    return new ReadingProgress(
        position,
        snapshot,
        committed,
        rowsRead,
        rowsAppended,
        filesRead + moreRead,
        filesSkipped + moreSkipped);
  }

  ReadingProgress withRows(Position now, long moreRead, long moreAppended) {
    return new ReadingProgress(
        now,
        snapshot,
        committed,
        rowsRead + moreRead,
        rowsAppended + moreAppended,
        filesRead,
        filesSkipped);
  }
}
