package dev.leat.engine.iceberg;

import dev.leat.engine.Position;
import dev.leat.engine.iceberg.internal.source.ReadingProgress;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

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
  public SourceProgress {
    if (rowsAppended < 0 || rowsRead < rowsAppended || filesRead < 0 || filesSkipped < 0) {
      throw new IllegalArgumentException(
          "these do not go together: rows_read=" + rowsRead + " rows_appended=" + rowsAppended);
    }
  }

  static SourceProgress of(ReadingProgress reading) {
    return new SourceProgress(
        reading.position(),
        reading.snapshot(),
        reading.committed(),
        reading.rowsRead(),
        reading.rowsAppended(),
        reading.filesRead(),
        reading.filesSkipped());
  }
}
