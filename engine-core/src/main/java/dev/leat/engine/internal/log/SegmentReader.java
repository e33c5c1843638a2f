package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFailure;
import dev.leat.engine.internal.log.LogDirectory.Segment;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log that grows, segment by segment, and goes on where it left off. A scanner sees a file
 * as long as it was when it was opened; so where one stops, another looks again from there, or in
 * the next segment, and only if that finds nothing either is the record missing.
 */
final class SegmentReader implements EventLog.Reader {
  private final Io io;
  private final KeptSegments segments;
  private final EventLog.Hold hold;
  private final LongSupplier last;
  private long position;
  private @Nullable Segment segment;
  private @Nullable SegmentScanner scanner;
  private boolean isClosed;

  /**
   * A reader that has read nothing yet.
   *
   * @param hold of the records from there on; closed with this
   * @param last the position of the last record
   * @param position of the first to read
   */
  SegmentReader(
      Io io, KeptSegments segments, EventLog.Hold hold, LongSupplier last, long position) {
    this.io = io;
    this.segments = segments;
    this.hold = hold;
    this.last = last;
    this.position = position;
  }

  @Override
  public boolean next(RecordVisitor visitor) {
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the reader of the log is closed");
    }
    if (position > last.getAsLong()) {
      return false;
    }
    try {
      SegmentScanner found = scanner;
      if (found == null || !found.next(true)) {
        found = lookAgain(found);
      }
      position++;
      found.show(visitor);
      return true;
    } catch (IOException e) {
      throw IoFailure.of("the event log cannot be read: position=" + position, e);
    }
  }

  /** A scanner that is at the record of the position. */
  private SegmentScanner lookAgain(@Nullable SegmentScanner stopped) throws IOException {
    Segment now = segments.from(position).get(0);
    boolean isSame = stopped != null && segment != null && segment.first() == now.first();
    long offset = isSame && stopped != null ? stopped.offset() : 0;
    letGo();
    if (!io.exists(now.file())) {
      throw new EngineException(
          Kind.CORRUPT,
          "a file of the event log is missing; restore it from a backup: position="
              + now.first()
              + " file="
              + now.file());
    }
    SegmentScanner again =
        new SegmentScanner(io, now.file(), isSame ? position : now.first(), offset);
    segment = now;
    scanner = again;
    while (again.lastPosition() < position) {
      if (!again.next(again.lastPosition() + 1 == position)) {
        throw new EngineException(
            Kind.CORRUPT,
            "a record of the event log is damaged or missing; restore the log from a backup. "
                + again.stop());
      }
    }
    return again;
  }

  private void letGo() throws IOException {
    SegmentScanner open = scanner;
    scanner = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    hold.close();
    try {
      letGo();
    } catch (IOException e) {
      throw new EngineException(
          Kind.UNAVAILABLE, "a file of the event log could not be closed: cause=" + e, e);
    }
  }
}
