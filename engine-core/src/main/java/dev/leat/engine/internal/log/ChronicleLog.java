package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFailure;
import dev.leat.engine.internal.log.HighWaterMark.Mark;
import dev.leat.engine.internal.log.LogDirectory.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The parts, and what each of them alone knows:
 *
 *   LogDirectory      names, lock, format        RecordFormat     the bytes of a record
 *   ChronicleSegment  writing, space             SegmentScanner   reading
 *   GroupCommit       forcing, in its thread     HighWaterMark    what is durable
 *   KeptSegments      what may be deleted        LowWaterMark     where the log begins
 *   LogRecovery       both ends of an old log    JvmFlags         what Chronicle needs
 *
 * Invariants. Positions are contiguous over all segments. Only the segment that this instance
 * created is written; it is created with the first record that goes into it, so every start that
 * appends has one of its own, and a start that does not leaves nothing behind. Before a segment is
 * created, everything in the ones before it is synced, so only the last one can have a torn tail.
 * A failed append abandons the segment, behind its last good record, and the next one begins at the
 * position that failed: no position is skipped, and nothing is written behind something unknown.
 *
 * The appending thread may be the host's and may be interrupted. Its flag is taken away while it is
 * in here and given back afterwards.
 */
/** The event log on disk, in segments that are Chronicle queues. */
public final class ChronicleLog implements EventLog {
  private static final Logger LOG = LoggerFactory.getLogger(ChronicleLog.class);

  /**
   * So much is forced without waiting for the delay, to keep the force at a segment's end short.
   */
  private static final long MAX_UNFORCED_BYTES = 64L << 20;

  private final LogSettings settings;
  private final Io io;
  private final LogDirectory directory;
  private final HighWaterMark highWaterMark;
  private final GroupCommit commit;
  private final KeptSegments segments;
  private volatile long last;
  private volatile boolean isClosed;

  private @Nullable ChronicleSegment current;
  private long startedMillis;
  private long decidedAt;
  private boolean isStarting;
  private long unforcedBytes;

  private ChronicleLog(
      LogSettings settings,
      Io io,
      LogDirectory directory,
      HighWaterMark highWaterMark,
      LowWaterMark lowWaterMark,
      LogRecovery.End end)
      throws IOException {
    this.settings = settings;
    this.io = io;
    this.directory = directory;
    this.highWaterMark = highWaterMark;
    this.last = end.position();
    this.commit = new GroupCommit(io, highWaterMark, settings, end.position());
    this.segments =
        new KeptSegments(io, directory, lowWaterMark, settings, end.segments(), commit::synced);
  }

  /**
   * Opens the log of a directory, creating it if there is none.
   *
   * @param directory the directory of the engine; the log takes {@code lock}, {@code FORMAT} and
   *     {@code log} in it
   * @throws EngineException INVALID if JVM flags are missing or a newer version wrote the log,
   *     UNAVAILABLE if the directory is in use or cannot be read, FULL if there is no space for the
   *     little that opening writes, CORRUPT if records are lost, or something is damaged
   */
  public static ChronicleLog open(Path directory, LogSettings settings, Io io) {
    JvmFlags.require();
    boolean interrupted = Thread.interrupted();
    try {
      return openParts(directory, settings, io);
    } catch (IOException e) {
      throw cannotOpen(directory, settings, io, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * What the log of a directory says of itself, empty if there is none. It takes no lock and
   * changes nothing, so somebody may have the log open.
   *
   * @throws EngineException as {@link #open} would throw it for these files
   */
  public static Optional<LogFacts> look(Path directory, Io io) {
    try {
      return LogDirectory.look(directory, io);
    } catch (IOException e) {
      throw IoFailure.of("the event log cannot be read: directory=" + directory, e);
    }
  }

  private static EngineException cannotOpen(
      Path directory, LogSettings settings, Io io, IOException cause) {
    boolean isFull;
    try {
      isFull = io.exists(directory) && io.usableSpace(directory) < settings.minFreeBytes();
    } catch (IOException e) {
      cause.addSuppressed(e);
      isFull = false;
    }
    String where = ": directory=" + directory;
    if (isFull) {
      return new EngineException(
          Kind.FULL,
          "the event log cannot be opened, the file system is full: free some space and open it"
              + " again"
              + where
              + " cause="
              + cause,
          cause);
    }
    return IoFailure.of("the event log cannot be opened" + where, cause);
  }

  private static ChronicleLog openParts(Path path, LogSettings settings, Io io) throws IOException {
    LogDirectory directory = LogDirectory.open(path, io);
    @Nullable HighWaterMark highWaterMark = null;
    @Nullable LowWaterMark lowWaterMark = null;
    boolean isGood = false;
    try {
      highWaterMark = HighWaterMark.open(io, directory.highWater());
      lowWaterMark = LowWaterMark.open(io, directory.lowWater());
      LogRecovery.End end = new LogRecovery(io, directory, highWaterMark, lowWaterMark).find();
      ChronicleLog log =
          new ChronicleLog(settings, io, directory, highWaterMark, lowWaterMark, end);
      log.commit.start();
      isGood = true;
      return log;
    } finally {
      if (!isGood) {
        close(lowWaterMark, highWaterMark, directory);
      }
    }
  }

  private static void close(@Nullable AutoCloseable... parts) throws IOException {
    @Nullable IOException failure = null;
    for (@Nullable AutoCloseable part : parts) {
      try {
        if (part != null) {
          part.close();
        }
      } catch (IOException e) {
        failure = e;
      } catch (Exception e) {
        failure = new IOException(e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  @Override
  public long append(byte[] payload, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, payload.length);
    if (length > settings.maxRecordBytes()) {
      throw new EngineException(
          Kind.INVALID,
          "a record is larger than the event log takes; append fewer rows at once: bytes="
              + length
              + " max_record_bytes="
              + settings.maxRecordBytes());
    }
    throwIfClosed();
    commit.throwIfFailed();
    boolean interrupted = Thread.interrupted();
    try {
      long position = last + 1;
      ChronicleSegment segment = segmentFor(position);
      requireRoom(segment.tail() + ChronicleSegment.most(length));
      long recordOffset = appendTo(segment, position, payload, offset, length);
      last = position;
      commit.appended(position, recordOffset);
      hasten(position, length);
      return position;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long appendTo(
      ChronicleSegment segment, long position, byte[] payload, int offset, int length) {
    long end = segment.tail();
    try {
      return segment.append(position, payload, offset, length);
    } catch (EngineException e) {
      throw e; // FULL: nothing was touched
    } catch (IOException | RuntimeException | Error e) {
      // Chronicle reports a failed mapping or a full disk as an Error, too.
      abandon(segment, end);
      throw new EngineException(
          Kind.UNAVAILABLE,
          "appending to the event log failed; the record is not in the log: check the disk, and"
              + " append it again when the engine is open again: position="
              + position
              + " cause="
              + e,
          e);
    }
  }

  private void hasten(long position, int length) {
    unforcedBytes += length;
    if (unforcedBytes >= MAX_UNFORCED_BYTES) {
      unforcedBytes = 0;
      commit.request(position);
    }
  }

  private void requireRoom(long currentBytes) {
    if (segments.makeRoom(currentBytes)) {
      return;
    }
    commit.awaitUninterruptibly(last); // a segment goes only when the next one is durable
    if (!segments.makeRoom(currentBytes)) {
      throw segments.full();
    }
  }

  @Override
  public boolean startsSegment() {
    ChronicleSegment segment = current;
    long position = last + 1;
    if (segment == null || segment.tail() == 0) {
      return true;
    }
    // Decided once for each position: a release in between must not change it.
    if (decidedAt != position) {
      decidedAt = position;
      isStarting = segments.wantsNext(segment.first(), segment.tail(), startedMillis);
    }
    return isStarting;
  }

  private ChronicleSegment segmentFor(long position) {
    ChronicleSegment segment = current;
    if (segment != null && (segment.tail() == 0 || !startsSegment())) {
      return segment; // an empty one is left of an append that was refused
    }
    commit.awaitUninterruptibly(last);
    try {
      if (segment != null) {
        current = null;
        segments.ended(segment.tail());
        segment.close(segment.tail());
      }
      segments.letGoIfPossible();
      Segment place = directory.segment(position);
      if (io.exists(place.path())) {
        directory.remove(place); // left by a failed start; it cannot hold a record
      }
      io.createDirectories(place.path());
      ChronicleSegment created = ChronicleSegment.create(place.path(), position, settings, io);
      current = created;
      startedMillis = io.currentTimeMillis();
      segments.add(place);
      commit.startSegment(created);
      return created;
    } catch (EngineException e) {
      throw e; // FULL
    } catch (IOException | RuntimeException | Error e) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "a new segment of the event log cannot be started, and the record is not in the log:"
              + " check the disk, and append it again when the engine is open again: position="
              + position
              + " cause="
              + e,
          e);
    }
  }

  private void abandon(ChronicleSegment segment, long end) {
    current = null;
    try {
      commit.awaitUninterruptibly(last);
    } catch (EngineException e) {
      LOG.warn("an abandoned segment of the event log is not synced", e);
    }
    segments.ended(end);
    try {
      segment.close(end);
    } catch (IOException | RuntimeException | Error e) {
      LOG.warn("an abandoned segment of the event log could not be closed in order", e);
    }
  }

  @Override
  public UUID id() {
    return directory.id();
  }

  @Override
  public long firstPosition() {
    long first = segments.first();
    return first == 0 ? last + 1 : first;
  }

  @Override
  public void release(long position) {
    checkRelease(position, last);
    throwIfClosed();
    segments.release(position);
  }

  static void checkRelease(long position, long last) {
    if (position < 1 || position > last + 1) {
      throw new IllegalArgumentException(
          "only records that were appended can be released: position="
              + position
              + " last="
              + last);
    }
  }

  @Override
  public Hold hold(String holder, long from) {
    throwIfClosed();
    return segments.hold(Objects.requireNonNull(holder, "holder"), from);
  }

  @Override
  public long lastPosition() {
    return last;
  }

  @Override
  public long syncedPosition() {
    return commit.synced();
  }

  @Override
  public void awaitSynced(long position) {
    if (position > last) {
      throw new IllegalArgumentException(
          "cannot wait for a record that was not appended: position=" + position + " last=" + last);
    }
    commit.await(position);
  }

  @Override
  public void onSynced(LongConsumer listener) {
    commit.onSynced(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public void onSyncFailed(Consumer<EngineException> listener) {
    commit.onFailed(Objects.requireNonNull(listener, "listener"));
  }

  @Override
  public void replay(long from, RecordVisitor visitor) {
    if (from < 1) {
      throw new IllegalArgumentException("positions start at 1: from=" + from);
    }
    throwIfClosed();
    long end = last;
    if (from > end) {
      return;
    }
    try (Hold hold = segments.hold("a reader of the log", from)) {
      LOG.trace("nothing is deleted that {} needs", hold);
      replay(segments.from(from), from, end, visitor);
    }
  }

  private void replay(List<Segment> all, long from, long end, RecordVisitor visitor) {
    for (int i = 0; i < all.size(); i++) {
      Segment segment = all.get(i);
      long segmentEnd = i + 1 < all.size() ? Math.min(end, all.get(i + 1).first() - 1) : end;
      if (segment.first() > segmentEnd) {
        continue; // its first record is not there yet
      }
      try {
        replay(segment, from, segmentEnd, visitor);
      } catch (IOException e) {
        throw IoFailure.of("the event log cannot be read: file=" + segment.file(), e);
      }
    }
  }

  private void replay(Segment segment, long from, long end, RecordVisitor visitor)
      throws IOException {
    if (!io.exists(segment.file())) {
      throw new EngineException(
          Kind.CORRUPT,
          "a file of the event log is missing; restore it from a backup: position="
              + segment.first()
              + " file="
              + segment.file());
    }
    try (SegmentScanner scanner = new SegmentScanner(io, segment.file(), segment.first(), 0)) {
      for (long position = segment.first(); position <= end; position++) {
        boolean isWanted = position >= from;
        if (!scanner.next(isWanted)) {
          throw new EngineException(
              Kind.CORRUPT,
              "a record of the event log is damaged or missing; restore the log from a backup."
                  + " segment_end="
                  + end
                  + ". "
                  + scanner.stop());
        }
        if (isWanted) {
          scanner.show(visitor);
        }
      }
    }
  }

  @Override
  public Reader reader(String holder, long from) {
    if (from < 1) {
      throw new IllegalArgumentException("positions start at 1: from=" + from);
    }
    throwIfClosed();
    return new SegmentReader(io, segments, segments.hold(holder, from), () -> last, from);
  }

  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    boolean interrupted = Thread.interrupted();
    commit.close();
    try (directory;
        highWaterMark;
        segments) {
      @Nullable ChronicleSegment segment = current;
      current = null;
      if (segment != null) {
        segment.close(segment.tail());
        Mark mark = highWaterMark.mark();
        if (mark.position() == last && mark.segment() == segment.first()) {
          highWaterMark.writeClosed();
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new EngineException(
          Kind.UNAVAILABLE, "the event log was not closed in order: cause=" + e, e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (commit.synced() < last) {
      commit.throwIfFailed();
    }
  }

  private void throwIfClosed() {
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the log is closed");
    }
  }
}
