package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointHeader;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.log.EventLog;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes checkpoints of a running engine: says when, captures the state between two epochs, writes
 * it while epochs go on, and lets the log go of what no checkpoint needs any more.
 *
 * <p>A checkpoint that fails is no reason to stop anything: it is told, counted and tried again.
 * One is published only when all records up to its position survive a power cut, so it is never
 * ahead of the log.
 *
 * <p><b>Locks.</b> {@code taking}: one checkpoint at a time; held while one is written, and before
 * the runtime's {@code stepLock}, so nobody takes one while stepping. The monitor guards what came
 * in since the last, and is never held while anything else is locked.
 */
final class Checkpointer implements Checkpointing {
  private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);
  private static final String VERSION = libraryVersion();

  /**
   * A state at a position.
   *
   * @param nanos how long it took to capture
   */
  record Capture(long position, long nanos, Map<String, StateImage> sections) {}

  /** What checkpoints are taken of. */
  @FunctionalInterface
  interface Source {
    /**
     * Captures the state between two steps.
     *
     * @param clock tells how long that takes
     * @throws EngineException if the engine failed, and its state may be half an epoch's
     */
    Capture capture(Io clock);
  }

  private final Checkpoints settings;
  private final CheckpointStore store;
  private final Io io;
  private final EventLog log;
  private final Source source;
  private final Sinks sinks;
  private final ReentrantLock taking = new ReentrantLock(true);
  private @Nullable DaemonThread thread;

  private long position;
  private long bytes;
  private long capturedPosition;
  private long capturedBytes;
  private long lastAttemptNanos;
  private long lastReleaseNanos;
  private boolean isClosing;
  private boolean isFailing;
  private boolean isChanged;
  private boolean isLogFull;

  /** Where the log was full when a checkpoint was tried for that. */
  private long triedFullAt = -1;

  /** Is the log full again where that was tried, and nothing new to take? */
  private boolean isStuck;

  /** The checkpoint that the log goes by alone, if it does; guarded by {@code taking}. */
  private long standsAlone = -1;

  /** What sinks need of the log that recovery does not; guarded by {@code taking}. */
  private EventLog.@Nullable Hold sinkHold;

  private volatile LongConsumer onOldest = oldest -> {};
  private volatile CheckpointFacts facts = CheckpointFacts.NONE;

  /**
   * Takes checkpoints, none yet.
   *
   * @param sinks for which checkpoints and the log are kept
   * @param last what is known of the one that the engine was opened with
   */
  Checkpointer(
      Checkpoints settings, EventLog log, Source source, Sinks sinks, CheckpointFacts last) {
    this.settings = settings;
    this.store = settings.store();
    this.io = settings.io();
    this.log = log;
    this.source = source;
    this.sinks = sinks;
    store.keepFor(sinks::neededAfter);
    this.facts = last;
    this.position = last.position();
    this.capturedPosition = last.position();
    this.lastAttemptNanos = io.nanoTime();
    this.lastReleaseNanos = lastAttemptNanos;
    release(); // what the settings keep may be less than last time
  }

  private static String libraryVersion() {
    String version = EngineException.class.getPackage().getImplementationVersion();
    return version == null ? "unknown" : version;
  }

  @Override
  public void startThread() {
    thread = DaemonThread.start("leat-checkpoint", this::run);
  }

  private void run() {
    try {
      while (awaitDue()) {
        takeOrRelease();
      }
    } catch (InterruptedException e) {
      LOG.warn("the thread that takes checkpoints was interrupted, and ends", e);
    }
  }

  /**
   * Takes a checkpoint if there is something new, else lets the log go of what it need not keep.
   */
  private void takeOrRelease() {
    if (takesNow()) {
      tryTake();
    } else {
      taking.lock();
      try {
        release();
        releaseIfStuck();
      } finally {
        taking.unlock();
      }
    }
  }

  /** Where the log is full one is tried at once, and then not before it is due by time. */
  private synchronized boolean takesNow() {
    boolean isFirstTry = isLogFull && triedFullAt != position;
    isStuck = isLogFull && !isFirstTry && isIdle();
    triedFullAt = isLogFull ? position : triedFullAt;
    isLogFull = false;
    boolean isDue = nanosUntilDue() <= 0;
    if (isIdle()) {
      lastReleaseNanos = io.nanoTime();
      return false;
    }
    return isDue || isFirstTry;
  }

  private boolean isIdle() {
    return position == capturedPosition && !isChanged;
  }

  private synchronized boolean awaitDue() throws InterruptedException {
    while (!isClosing) {
      long nanos = nanosUntilDue();
      if (nanos <= 0 || isLogFull) {
        return true;
      }
      // At least a millisecond, as waiting for 0 would be for ever.
      wait(TimeUnit.NANOSECONDS.toMillis(nanos) + 1);
    }
    return false;
  }

  private long nanosUntilDue() {
    if (isLogFull) {
      return 0;
    }
    if (position > capturedPosition && bytes - capturedBytes >= settings.logBytes()) {
      return 0;
    }
    long now = io.nanoTime();
    long since = now - lastAttemptNanos;
    return Math.max(
        0, settings.intervalNanos() - (isIdle() ? Math.min(since, now - lastReleaseNanos) : since));
  }

  @Override
  public synchronized void passed(long newPosition, long recordBytes) {
    position = newPosition;
    bytes = recordBytes;
    if (nanosUntilDue() == 0) {
      notifyAll();
    }
  }

  @Override
  public synchronized void logIsFull() {
    isLogFull = true;
    notifyAll();
  }

  @Override
  public synchronized void changed() {
    isChanged = true;
    notifyAll();
  }

  @Override
  public void onOldest(LongConsumer listener) {
    onOldest = listener;
  }

  @Override
  public void takeIfDue() {
    synchronized (this) {
      if (isClosing || nanosUntilDue() > 0) {
        return;
      }
    }
    takeOrRelease();
  }

  private void tryTake() {
    try {
      take();
    } catch (EngineException e) {
      LOG.debug("a checkpoint was not taken", e);
    }
  }

  @Override
  public long take() {
    return take(false);
  }

  private long take(boolean isLast) {
    boolean interrupted = Thread.interrupted();
    boolean wasChanged = false;
    taking.lock();
    try {
      synchronized (this) {
        if (isClosing && !isLast) {
          throw new EngineException(Kind.CLOSED, "the engine is closed; open a new one");
        }
        // Before it is captured: what changes in between makes another one due.
        wasChanged = isChanged;
        isChanged = false;
      }
      long begin = io.nanoTime();
      long created = io.currentTimeMillis();
      Capture capture = source.capture(io);
      if (capture.position() <= facts.position() && !wasChanged) {
        release(); // sinks may have come further since
        return facts.position();
      }
      write(capture, created, begin);
      wasChanged = false;
      return capture.position();
    } catch (EngineException e) {
      failed(e);
      throw e;
    } catch (RuntimeException | Error e) {
      // Memory that was short while the image was written is no reason to take none any more.
      EngineException failure =
          new EngineException(Kind.UNAVAILABLE, "a checkpoint could not be taken: cause=" + e, e);
      failed(failure);
      throw failure;
    } finally {
      if (wasChanged) {
        changed();
      }
      taking.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void write(Capture capture, long created, long begin) {
    synchronized (this) {
      capturedPosition = capture.position();
      capturedBytes = bytes;
    }
    long size;
    CheckpointHeader header = new CheckpointHeader(log.id(), capture.position(), created, VERSION);
    try (CheckpointStore.Draft draft = store.write(header, capture.sections(), facts.bytes())) {
      log.awaitSynced(capture.position());
      draft.publish();
      size = draft.size();
    }
    long nanos = io.nanoTime() - begin;
    CheckpointFacts before = facts;
    facts =
        new CheckpointFacts(
            capture.position(),
            created,
            size,
            capture.nanos(),
            nanos,
            before.taken() + 1,
            before.failed(),
            before.lastFailure());
    attempted();
    isFailing = false;
    LOG.debug(
        "took a checkpoint: position={} bytes={} millis={} captured_in_micros={}",
        capture.position(),
        size,
        TimeUnit.NANOSECONDS.toMillis(nanos),
        TimeUnit.NANOSECONDS.toMicros(capture.nanos()));
    release();
  }

  private void release() {
    try {
      OptionalLong oldest = store.oldestNeeded();
      OptionalLong older = store.older();
      if (oldest.isPresent() && older.isPresent()) {
        onOldest.accept(oldest.getAsLong());
        holdForSinks(oldest.getAsLong(), older.getAsLong());
        log.release(older.getAsLong() + 1);
      }
    } catch (EngineException e) {
      LOG.warn("the log keeps for now what no checkpoint needs any more", e);
    }
  }

  /**
   * Has the newest checkpoint alone stand for what it has, if the log is full and no row can come
   * in for another one: the older one would keep the log full for ever.
   */
  private void releaseIfStuck() {
    synchronized (this) {
      if (!isStuck) {
        return;
      }
      isStuck = false;
    }
    if (standsAlone == facts.position()) {
      // What keeps the log full now is held by others: reading all of it again would change
      // nothing.
      return;
    }
    try {
      OptionalLong newest = store.verifiedNewest();
      if (newest.isPresent()) {
        long first = log.firstPosition();
        log.release(newest.getAsLong() + 1);
        standsAlone = newest.getAsLong();
        if (log.firstPosition() > first) {
          LOG.warn(
              "the log was full, and goes by the newest checkpoint alone until the next one is"
                  + " taken: position={}",
              newest.getAsLong());
        }
      }
    } catch (EngineException e) {
      LOG.warn("the log stays full, as the newest checkpoint cannot stand alone for it", e);
    }
  }

  /**
   * Has the log keep what a sink needs that is behind the last two checkpoints, under its name. One
   * hold for all, as a checkpoint is kept for the one that is furthest behind only. It is there
   * before the one before it goes, and before recovery lets go.
   */
  private void holdForSinks(long oldest, long older) {
    EventLog.Hold before = sinkHold;
    EventLog.Hold now = null;
    if (oldest < older) {
      String holder =
          sinks.behind(store.next(oldest))
              + " (Engine.sinkStatus says how it is doing: mend what it writes to, or open the engine"
              + " with a pipeline without it)";
      now = log.hold(holder, Math.max(oldest + 1, log.firstPosition()));
    }
    sinkHold = now;
    if (before != null) {
      before.close();
    }
  }

  private synchronized void attempted() {
    lastAttemptNanos = io.nanoTime();
  }

  private void failed(EngineException reason) {
    facts = facts.withFailure(String.valueOf(reason.getMessage()));
    attempted();
    synchronized (this) {
      // Not due by its bytes before as many have come again, but due by time.
      capturedPosition = facts.position();
      capturedBytes = bytes;
    }
    if (isFailing) {
      LOG.warn(
          "still no checkpoint can be taken, and opening the engine will take longer and longer:"
              + " failed={} position={} cause={}",
          facts.failed(),
          facts.position(),
          reason.getMessage());
    } else {
      LOG.warn("a checkpoint could not be taken; it is tried again later", reason);
    }
    isFailing = true;
  }

  @Override
  public CheckpointFacts facts() {
    return facts;
  }

  @Override
  public synchronized void stop() {
    isClosing = true;
    notifyAll();
  }

  @Override
  public void close() {
    stop();
    DaemonThread running = thread;
    if (running != null) {
      running.joinUninterruptibly();
    }
    taking.lock();
    try {
      LOG.debug("no more checkpoints but a last one");
    } finally {
      taking.unlock();
    }
  }

  @Override
  public void takeLast() {
    try {
      take(true);
    } catch (EngineException e) {
      LOG.warn("the engine is closed without a last checkpoint, and will replay more", e);
    }
  }
}
