package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.log.LogDirectory.Segment;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * A segment may go when all of this holds:
 *
 *   another follows it, which has a durable record   so the log always ends in a record that is there,
 *                                                     and the high-water mark never points at nothing
 *   nothing in it is needed                           by recovery (release) or a holder (hold); who
 *                                                     replays is a holder
 *   the settings do not keep it                       it ended longer ago than keepFor, or the log is
 *                                                     larger than maxBytes
 *
 * Only whole segments go, the oldest first. The order: taken off the list, so that no new reader
 * starts in it; low-water mark forced; files deleted. A crash in between leaves files below the mark,
 * which the next opening deletes. If the mark cannot be forced nothing is deleted any more, because a
 * second attempt could report success for what is not on disk, and then a missing segment would be
 * taken for a lost one.
 *
 * The list lock is never held during I/O; the release lock is, and comes first.
 */
/** The segments of a log, who needs them, and which may go. Any thread. */
final class KeptSegments implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptSegments.class);
  private static final long MIN_ROLL_BYTES = 1L << 20;
  private static final long MIN_ROLL_MILLIS = 1000;
  private static final int ROLL_FRACTION = 8;

  /** A segment with its size and when it was ended; of the one being written both are unknown. */
  private record Kept(Segment segment, long bytes, long endedMillis) {}

  private final class NamedHold implements EventLog.Hold {
    private final String holder;
    private long from;

    NamedHold(String holder, long from) {
      this.holder = holder;
      this.from = from;
    }

    @Override
    public void moveTo(long position) {
      synchronized (list) {
        if (position < from) {
          throw new IllegalArgumentException(
              "a hold moves forward only: holder=" + holder + " from=" + from + " to=" + position);
        }
        from = position;
        updateFloor();
      }
    }

    @Override
    public void close() {
      synchronized (list) {
        holds.remove(this);
        updateFloor();
      }
    }
  }

  private final Io io;
  private final LogDirectory directory;
  private final LogSettings settings;
  private final LongSupplier synced;

  private final ReentrantLock releasing = new ReentrantLock();
  private LowWaterMark lowWater;
  private @Nullable IOException failure;
  private boolean isClosed;

  private final List<Kept> list = new ArrayList<>(); // and the lock of what follows
  private final List<NamedHold> holds = new ArrayList<>();
  private long needed;
  private volatile long floor;

  /**
   * The segments of a log that is being opened.
   *
   * @param lowWater closed with this
   * @param synced the last durable position
   */
  KeptSegments(
      Io io,
      LogDirectory directory,
      LowWaterMark lowWater,
      LogSettings settings,
      List<Segment> segments,
      LongSupplier synced)
      throws IOException {
    this.io = io;
    this.directory = directory;
    this.lowWater = lowWater;
    this.settings = settings;
    this.synced = synced;
    this.needed = lowWater.first();
    this.floor = needed;
    for (Segment segment : segments) {
      list.add(new Kept(segment, sizeOf(segment), endOf(segment)));
    }
  }

  private long sizeOf(Segment segment) throws IOException {
    if (!settings.hasBudget() || !io.exists(segment.file())) {
      return 0; // a missing file is for the reader to report
    }
    try (IoFile file = io.open(segment.file(), Io.Access.READ)) {
      return file.size();
    }
  }

  private long endOf(Segment segment) throws IOException {
    return settings.keepsForSomeTime() && io.exists(segment.file())
        ? io.lastModifiedMillis(segment.file())
        : 0;
  }

  /** The first position of the first segment; 0 if there is none. */
  long first() {
    synchronized (list) {
      return list.isEmpty() ? 0 : list.get(0).segment().first();
    }
  }

  /** Adds the segment that is written from now on. */
  void add(Segment segment) {
    synchronized (list) {
      if (list.isEmpty() || list.get(list.size() - 1).segment().first() != segment.first()) {
        list.add(new Kept(segment, 0, 0));
      }
    }
  }

  /** Says that the segment being written has come to its end, and how large it is. */
  void ended(long bytes) {
    synchronized (list) {
      int last = list.size() - 1;
      list.set(last, new Kept(list.get(last).segment(), bytes, io.currentTimeMillis()));
    }
  }

  /** The segments that hold records from a position on. */
  List<Segment> from(long position) {
    synchronized (list) {
      List<Segment> found = new ArrayList<>();
      for (int i = 0; i < list.size(); i++) {
        boolean isBefore = i + 1 < list.size() && list.get(i + 1).segment().first() <= position;
        if (!isBefore) {
          found.add(list.get(i).segment());
        }
      }
      return found;
    }
  }

  /** Keeps what a holder needs, until it is closed. */
  EventLog.Hold hold(String holder, long from) {
    synchronized (list) {
      long first = first();
      if (from < first) {
        throw new EngineException(
            Kind.INVALID,
            "the log no longer has the records before its first position, they were released; begin"
                + " there, or let the log keep more: from="
                + from
                + " first_position="
                + first);
      }
      NamedHold hold = new NamedHold(holder, from);
      holds.add(hold);
      updateFloor();
      return hold;
    }
  }

  /** Says that recovery needs nothing before a position, and lets go of what may go. */
  void release(long position) {
    synchronized (list) {
      needed = Math.max(needed, position);
      updateFloor();
    }
    letGo(0);
  }

  private void updateFloor() {
    long lowest = needed;
    for (NamedHold hold : holds) {
      lowest = Math.min(lowest, hold.from);
    }
    floor = lowest;
  }

  /**
   * Whether to start another segment before the next record, so that this one can go in time.
   *
   * @param first the first position of the segment being written
   * @param bytes its size
   * @param startedMillis when it was started
   */
  boolean wantsNext(long first, long bytes, long startedMillis) {
    long most = settings.hasBudget() ? settings.maxBytes() / ROLL_FRACTION : Long.MAX_VALUE;
    if (bytes >= Math.min(settings.segmentBytes(), most)) {
      return true;
    }
    boolean isPassed = settings.deletes() && floor > first;
    if (isPassed && bytes >= Math.max(settings.segmentBytes() / ROLL_FRACTION, MIN_ROLL_BYTES)) {
      return true;
    }
    return settings.keepsForSomeTime()
        && io.currentTimeMillis() - startedMillis
            >= Math.max(settings.keepFor().toMillis() / ROLL_FRACTION, MIN_ROLL_MILLIS);
  }

  /**
   * Makes room in the byte budget.
   *
   * @param currentBytes what the segment being written takes with the next record
   * @return false if there is none, though what may go is gone
   */
  boolean makeRoom(long currentBytes) {
    if (!settings.hasBudget()) {
      return true;
    }
    if (bytes() + currentBytes > settings.maxBytes()) {
      letGo(currentBytes);
    }
    return bytes() + currentBytes <= settings.maxBytes();
  }

  private long bytes() {
    synchronized (list) {
      return list.stream().mapToLong(Kept::bytes).sum();
    }
  }

  /** Says that there is no room in the byte budget, and who keeps it from being made. */
  EngineException full() {
    String holders;
    long first;
    synchronized (list) {
      first = first();
      long second = list.size() > 1 ? list.get(1).segment().first() : Long.MAX_VALUE;
      Stream<String> recovery =
          needed < second
              ? Stream.of("recovery, which reads from position " + needed + " on")
              : Stream.of();
      holders =
          Stream.concat(
                  recovery,
                  holds.stream()
                      .filter(hold -> hold.from < second)
                      .map(hold -> hold.holder + ", at position " + hold.from))
              .collect(Collectors.joining("; "));
    }
    return new EngineException(
        Kind.FULL,
        "the event log has reached its byte budget, and its oldest records are still needed; append"
            + " again when they have been passed, or allow more: directory="
            + directory.root()
            + " bytes="
            + bytes()
            + " max_bytes="
            + settings.maxBytes()
            + " first_position="
            + first
            + " held_by="
            + (holders.isEmpty() ? "the segment being written" : holders));
  }

  /** Deletes what may go, for a caller who can go on without; who releases is told. */
  void letGoIfPossible() {
    try {
      letGo(0);
    } catch (EngineException e) {
      LOG.warn("no segment of the event log can be deleted", e);
    }
  }

  /**
   * Deletes what may go.
   *
   * @param currentBytes what the segment being written counts in the byte budget
   * @throws EngineException UNAVAILABLE if the low-water mark cannot be written; CLOSED
   */
  void letGo(long currentBytes) {
    if (!settings.deletes()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    releasing.lock();
    try {
      throwIfUnusable();
      long first = takeOff(currentBytes);
      if (first > 0) {
        mark(first);
        int count = directory.deleteBefore(first);
        LOG.debug("the event log now begins at position {}: {} segments deleted", first, count);
      }
    } catch (IOException e) {
      LOG.warn(
          "a released segment of the event log could not be deleted; it will be tried again", e);
    } finally {
      releasing.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void throwIfUnusable() {
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the log is closed");
    }
    IOException cause = failure;
    if (cause != null) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the low-water mark of the event log could not be written, so no segment is deleted any"
              + " more: close the engine, check the disk, open again. file="
              + directory.lowWater()
              + " cause="
              + cause.getMessage(),
          cause);
    }
  }

  /** Takes off the list what may go; returns where the log begins then, 0 if nothing goes. */
  private long takeOff(long currentBytes) {
    synchronized (list) {
      long limit = Math.min(floor, synced.getAsLong());
      long total = bytes() + currentBytes;
      long latest = settings.keepsForSomeTime() ? latestEnd() : Long.MAX_VALUE;
      boolean keepsAnyAge = settings.keepFor().equals(LogSettings.FOREVER);
      long first = 0;
      while (list.size() > 1 && list.get(1).segment().first() <= limit) {
        Kept oldest = list.get(0);
        boolean isOld = !keepsAnyAge && oldest.endedMillis() <= latest;
        boolean isTooMuch = settings.hasBudget() && total > settings.maxBytes();
        if (!isOld && !isTooMuch) {
          break;
        }
        total -= oldest.bytes();
        list.remove(0);
        first = list.get(0).segment().first();
      }
      return first;
    }
  }

  private long latestEnd() {
    return io.currentTimeMillis() - settings.keepFor().toMillis();
  }

  /** Moves the low-water mark; somebody's interrupt closes the file, and is no failure of it. */
  private void mark(long first) throws IOException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          lowWater.write(first);
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
          lowWater.close();
          lowWater = LowWaterMark.open(io, directory.lowWater());
        }
      }
    } catch (IOException e) {
      failure = e;
      throwIfUnusable();
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() throws IOException {
    releasing.lock();
    try {
      isClosed = true;
      lowWater.close();
    } finally {
      releasing.unlock();
    }
  }
}
