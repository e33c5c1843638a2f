package dev.leat.engine.internal.log;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.log.HighWaterMark.Mark;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One daemon thread forces what was appended: the segment's file, for a new segment the directories,
 * then the high-water mark, and only then moves syncedPosition. Nobody interrupts it, because an
 * interrupt closes a channel in the middle of a force.
 *
 * When it forces: with records appended and nobody waiting, syncDelay after the last force began; as
 * soon as somebody waits, groupCommit after it; hence at once after a pause. It sleeps while there is
 * nothing new.
 *
 * Where the seam says that there are no threads, the thread is never started, and whoever waits
 * forces instead.
 *
 * A failed force is final. After it the kernel may have dropped the pages and a second force would
 * report success for data that is gone, so the failure is kept and thrown to everybody for ever.
 *
 * The lock guards all fields below it and is never held while forcing. One writer per field:
 * appended, appendedOffset and segment belong to the appending thread, synced and failure to the
 * forcing one.
 */
/** Makes appended records durable, several with one forced write. */
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  private final Io io;
  private final HighWaterMark highWaterMark;
  private final long delayNanos;
  private final long groupNanos;
  private final Thread thread;
  private volatile LongConsumer listener = position -> {};

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition progress = lock.newCondition();
  private volatile long synced;
  private volatile @Nullable Throwable failure;
  private long appended;
  private long appendedOffset;
  private long requested;
  private @Nullable ChronicleSegment segment;
  private boolean isClosing;
  private @Nullable Consumer<EngineException> failureListener;

  GroupCommit(Io io, HighWaterMark highWaterMark, LogSettings settings, long position) {
    this.io = io;
    this.highWaterMark = highWaterMark;
    this.delayNanos = nanos(settings.syncDelay());
    this.groupNanos = Math.min(delayNanos, nanos(settings.groupCommit()));
    this.synced = position;
    this.appended = position;
    this.thread = new Thread(this::run, "leat-log-sync");
    thread.setDaemon(true);
  }

  private static long nanos(Duration duration) {
    return duration.toNanos();
  }

  void start() {
    if (io.hasThreads()) {
      thread.start();
    }
  }

  long synced() {
    return synced;
  }

  void onSynced(LongConsumer consumer) {
    listener = consumer;
  }

  /** From here on records go to this segment; what went before is already synced. */
  void startSegment(ChronicleSegment next) {
    lock.lock();
    try {
      segment = next;
    } finally {
      lock.unlock();
    }
  }

  /** Tells that a record was appended. */
  void appended(long position, long offset) {
    lock.lock();
    try {
      if (appended == synced) {
        work.signal();
      }
      appended = position;
      appendedOffset = offset;
    } finally {
      lock.unlock();
    }
  }

  /** Hastens the next force, and does not wait for it. */
  void request(long position) {
    lock.lock();
    try {
      requested = Math.max(requested, position);
      work.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a force; an interrupt ends the wait with UNAVAILABLE. */
  void await(long position) {
    if (synced >= position) {
      return;
    }
    forceIfAlone();
    lock.lock();
    try {
      request(position);
      while (synced < position) {
        throwIfFailed();
        throwIfStopped(position);
        progress.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          Kind.UNAVAILABLE,
          "interrupted while waiting until a record is durable: position=" + position,
          e);
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a force, whatever interrupts come. */
  void awaitUninterruptibly(long position) {
    if (synced < position) {
      forceIfAlone();
    }
    lock.lock();
    try {
      request(position);
      while (synced < position) {
        throwIfFailed();
        throwIfStopped(position);
        progress.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Sets who is told, once, that a force has failed. */
  void onFailed(Consumer<EngineException> consumer) {
    lock.lock();
    try {
      failureListener = consumer;
    } finally {
      lock.unlock();
    }
    tellFailure();
  }

  private void tellFailure() {
    @Nullable Throwable cause = failure;
    @Nullable Consumer<EngineException> told = null;
    lock.lock();
    try {
      if (cause != null) {
        told = failureListener;
        failureListener = null;
      }
    } finally {
      lock.unlock();
    }
    if (cause != null && told != null) {
      try {
        told.accept(failed(cause));
      } catch (RuntimeException e) {
        LOG.error("a listener for failed forced writes failed", e);
      }
    }
  }

  /** Throws UNAVAILABLE if a force has failed. */
  void throwIfFailed() {
    @Nullable Throwable cause = failure;
    if (cause != null) {
      throw failed(cause);
    }
  }

  private EngineException failed(Throwable cause) {
    return new EngineException(
        Kind.UNAVAILABLE,
        "a forced write of the event log failed, and what it covered may not be on disk. Nothing"
            + " more is accepted: close the engine, check the disk, open again."
            + " synced_position="
            + synced
            + " cause="
            + cause.getMessage(),
        cause);
  }

  private void throwIfStopped(long position) {
    if (isClosing && !thread.isAlive()) {
      throw new EngineException(
          Kind.CLOSED, "the log was closed before a record was durable: position=" + position);
    }
  }

  /** Forces what is left, and ends the thread. */
  void close() {
    lock.lock();
    try {
      isClosing = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    forceIfAlone();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    lock.lock();
    try {
      progress.signalAll();
    } finally {
      lock.unlock();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      long lastForce = io.nanoTime() - delayNanos;
      while (awaitWork(lastForce)) {
        lastForce = io.nanoTime();
        Thread.interrupted(); // clears a flag that somebody set; it would close the file
        force();
      }
    } catch (Throwable e) { // every one of them means that we do not know what is on disk
      keepFailure(e);
    }
    lock.lock();
    try {
      progress.signalAll();
    } finally {
      lock.unlock();
    }
    tellFailure();
  }

  private void keepFailure(Throwable e) {
    failure = e;
    LOG.error("a forced write of the event log failed; no more records are accepted", e);
  }

  /** Forces in this thread, if there is no other to do it. */
  private void forceIfAlone() {
    if (io.hasThreads() || failure != null) {
      return;
    }
    try {
      force();
    } catch (Throwable e) { // as in run()
      keepFailure(e);
      tellFailure();
    }
  }

  /** Sleeps until a force is due; false if there is nothing left and the log is closing. */
  private boolean awaitWork(long lastForce) {
    lock.lock();
    try {
      while (true) {
        boolean isIdle = appended == synced;
        if (isClosing) {
          return !isIdle;
        }
        long delay = requested > synced ? groupNanos : delayNanos;
        long wait = lastForce + delay - io.nanoTime();
        if (!isIdle && wait <= 0) {
          return true;
        }
        work.awaitNanos(isIdle ? TimeUnit.DAYS.toNanos(1) : wait);
      }
    } catch (InterruptedException e) {
      // Not by us. The flag is cleared, so the force that follows is safe, and early at worst.
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void force() throws IOException {
    long target;
    long offset;
    @Nullable ChronicleSegment current;
    lock.lock();
    try {
      target = appended;
      offset = appendedOffset;
      current = segment;
    } finally {
      lock.unlock();
    }
    if (target == synced || current == null) {
      return;
    }
    current.force();
    highWaterMark.write(new Mark(target, current.first(), offset, false));
    lock.lock();
    try {
      synced = target;
      progress.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      listener.accept(target);
    } catch (RuntimeException e) {
      LOG.error("a listener for synced positions failed: position={}", target, e);
    }
  }
}
