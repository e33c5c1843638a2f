package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.log.HighWaterMark.Mark;
import dev.leat.engine.internal.log.LogDirectory.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The log begins at the segment that the low-water mark names.
 *
 * Where does it end? All segments but the last end where the next begins. The last is read from
 * the record of the high-water mark (or from its beginning, if the mark is in an earlier one) to
 * where good records stop:
 *
 *   before the mark            acknowledged records are lost: CORRUPT
 *   at the mark, closed        nothing may follow: else CORRUPT
 *   behind the mark            the unacknowledged tail; what is torn behind it is ignored for good,
 *                              since the next segment will be named after the position it ends at
 *
 * A last segment without a record is what a kill between creating it and its first record leaves: it
 * is removed, or set aside if it holds torn bytes, and the one before it is looked at instead.
 *
 * Nothing is written to an old segment. It is only forced, since after a kill its last records may
 * still be in the page cache alone, and then the mark moves up to them.
 */
/** Finds the end of a log that is being opened. */
final class LogRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);

  private final Io io;
  private final LogDirectory directory;
  private final HighWaterMark highWaterMark;
  private final LowWaterMark lowWaterMark;
  private final List<Segment> empty = new ArrayList<>();
  private final List<Torn> torn = new ArrayList<>();

  LogRecovery(
      Io io, LogDirectory directory, HighWaterMark highWaterMark, LowWaterMark lowWaterMark) {
    this.io = io;
    this.directory = directory;
    this.highWaterMark = highWaterMark;
    this.lowWaterMark = lowWaterMark;
  }

  /** A last segment without a good record, and why reading it stopped. */
  private record Torn(Segment segment, String stop) {}

  /** The segments that hold records, and the last position in them. */
  record End(List<Segment> segments, long position) {}

  /**
   * Finds the end, and makes everything up to it durable.
   *
   * @throws EngineException CORRUPT if records that were durable are not there
   */
  End find() throws IOException {
    List<Segment> segments = findBeginning();
    long limit = Long.MAX_VALUE;
    while (!segments.isEmpty()) {
      Segment last = segments.get(segments.size() - 1);
      long position = findEnd(last, limit);
      if (position >= last.first()) {
        return end(segments, position);
      }
      limit = last.first() - 1;
      segments.remove(segments.size() - 1);
    }
    Mark mark = highWaterMark.mark();
    if (mark.position() > 0) {
      throw corrupt(
          "the log is empty, its segments are missing: durable_position="
              + mark.position()
              + " file="
              + directory.segment(mark.segment()).file());
    }
    return end(segments, 0);
  }

  /**
   * Nothing is removed before all is known to be good: what is damaged must be so next time too.
   */
  private End end(List<Segment> segments, long position) throws IOException {
    for (Segment segment : empty) {
      directory.remove(segment);
    }
    for (Torn torn : torn) {
      LOG.warn(
          "the last segment of the event log holds only a torn, unacknowledged record; it was set"
              + " aside as {}. {}",
          directory.setAside(torn.segment()),
          torn.stop());
    }
    return new End(segments, position);
  }

  /**
   * The segments from the low-water mark on. What is before it was released, and a crash came
   * before its deletion: it is deleted now.
   */
  private List<Segment> findBeginning() throws IOException {
    long first = lowWaterMark.first();
    List<Segment> segments = new ArrayList<>(directory.segments());
    boolean hasReleased = segments.removeIf(segment -> segment.first() < first);
    boolean isThere = segments.isEmpty() ? first == 1 : segments.get(0).first() == first;
    if (!isThere || (first > 1 && highWaterMark.mark().position() < first)) {
      // Nothing is deleted now: the mark may be the wrong one.
      throw corrupt(
          "the log does not begin where its low-water mark says, segments are missing:"
              + " first_position="
              + first
              + " durable_position="
              + highWaterMark.mark().position()
              + " file="
              + directory.segment(first).file()
              + " first_segment="
              + (segments.isEmpty() ? "none" : segments.get(0).path()));
    }
    if (hasReleased) {
      lowWaterMark.write(first); // it is read from memory, and may not be on disk yet
      directory.deleteBefore(first);
    }
    return segments;
  }

  private long findEnd(Segment segment, long limit) throws IOException {
    Mark mark = highWaterMark.mark();
    boolean isMarked = mark.segment() == segment.first() && mark.position() > 0;
    if (!io.exists(segment.file())) {
      if (mark.position() >= segment.first()) {
        throw corrupt("a file is missing: file=" + segment.file());
      }
      empty.add(segment);
      return segment.first() - 1;
    }
    long position = isMarked ? mark.position() : segment.first();
    try (SegmentScanner scanner =
        new SegmentScanner(io, segment.file(), position, isMarked ? mark.offset() : 0)) {
      long recordOffset = 0;
      while (scanner.lastPosition() < limit && scanner.next(true)) {
        recordOffset = scanner.recordOffset();
      }
      long end = scanner.lastPosition();
      if (end < mark.position()) {
        throw lostTail(segment, mark);
      }
      if (limit != Long.MAX_VALUE) {
        if (end < limit) {
          throw corrupt("records are missing before the next segment: " + scanner.stop());
        }
        return end;
      }
      if (isMarked && mark.isClosed()) {
        if (end > mark.position() || !scanner.isAtEnd()) {
          throw corrupt(
              "something follows the end of a log that was closed: closed_at="
                  + mark.position()
                  + " "
                  + scanner.stop());
        }
        return end;
      }
      return keepTail(segment, scanner, new Mark(end, segment.first(), recordOffset, false));
    }
  }

  /** Deals with what lies behind the mark in the last segment. */
  private long keepTail(Segment segment, SegmentScanner scanner, Mark end) throws IOException {
    if (end.position() < segment.first()) {
      if (scanner.isAtEnd()) {
        empty.add(segment);
      } else {
        torn.add(new Torn(segment, scanner.stop()));
      }
      return end.position();
    }
    if (!scanner.isAtEnd()) {
      LOG.warn(
          "the event log ends in a torn record that was never acknowledged as synced; it is"
              + " ignored, the log goes on behind position {}. {}",
          end.position(),
          scanner.stop());
    }
    if (end.position() > highWaterMark.mark().position()) {
      try (IoFile file = io.open(segment.file(), Io.Access.WRITE)) {
        file.force();
      }
      // Whoever was killed may not have come to force the names that lead to the file, either.
      io.forceDirectory(segment.path());
      Path log = segment.path().getParent();
      if (log != null) {
        io.forceDirectory(log);
      }
      highWaterMark.write(end);
    }
    return end.position();
  }

  /** Reads the segment from its beginning, to say where exactly the good records end. */
  private EngineException lostTail(Segment segment, Mark mark) throws IOException {
    try (SegmentScanner scanner = new SegmentScanner(io, segment.file(), segment.first(), 0)) {
      while (scanner.lastPosition() < mark.position() && scanner.next(true)) {
        // up to where it stops
      }
      return corrupt(
          "the log ends before records that were durable: durable_position="
              + mark.position()
              + ". "
              + scanner.stop());
    }
  }

  private static EngineException corrupt(String message) {
    return new EngineException(
        Kind.CORRUPT, "the event log is damaged; restore it from a backup. " + message);
  }
}
