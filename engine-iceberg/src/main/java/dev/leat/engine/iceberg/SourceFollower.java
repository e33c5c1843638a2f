package dev.leat.engine.iceberg;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.iceberg.internal.source.ReadingProgress;
import dev.leat.engine.iceberg.internal.source.SourceReading;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a table into a stream, and then what is added to it, in a thread of its own, until it is
 * closed; see {@link IcebergSource#followInto}.
 *
 * <p>What fails because something is not there, or full, is tried again after 100 ms, doubling up
 * to 30 s, for ever. What will not go away by itself ends it: {@link #awaitCaughtUp} throws it, and
 * {@link #failure} has it. Close it before the engine.
 *
 * <p><b>Threading.</b> Any thread may call any method.
 */
public final class SourceFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceFollower.class);
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final SourceReading reading;
  private final long intervalNanos;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long begun;
  private long completed;
  private boolean isWanted;
  private boolean isClosed;
  private boolean isEnded;
  private @Nullable RuntimeException failure;

  private SourceFollower(SourceReading reading, Duration interval) {
    this.reading = reading;
    this.intervalNanos = interval.toNanos();
    this.thread = new Thread(this::run, "leat-lake-source");
    thread.setDaemon(true);
  }

  static SourceFollower start(SourceReading reading, Duration interval) {
    SourceFollower follower = new SourceFollower(reading, interval);
    follower.thread.start();
    return follower;
  }

  private void run() {
    long pauseNanos = FIRST_PAUSE_NANOS;
    try {
      while (begin()) {
        RuntimeException failed = pass();
        end(failed);
        if (failed == null) {
          pauseNanos = FIRST_PAUSE_NANOS;
          pause(intervalNanos, Pause.UNTIL_WANTED);
        } else if (isFinal(failed)) {
          LOG.error("a source is given up", failed);
          return;
        } else {
          LOG.warn("a source failed, and is tried again", failed);
          pause(pauseNanos, Pause.WHOLE);
          pauseNanos = Math.min(2 * pauseNanos, LAST_PAUSE_NANOS);
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("a source is interrupted, as it is closed", e);
    } finally {
      ended();
    }
  }

  private @Nullable RuntimeException pass() {
    try {
      ReadingProgress unused = reading.pass();
      return null;
    } catch (RuntimeException e) {
      return e;
    } catch (Error e) {
      end(new IllegalStateException("an error has ended the source", e));
      throw e;
    }
  }

  private static boolean isFinal(RuntimeException failed) {
    return failed instanceof EngineException known
        && (known.kind() == Kind.INVALID
            || known.kind() == Kind.CORRUPT
            || known.kind() == Kind.CLOSED);
  }

  /** Begins a reading; false if there is to be none. */
  private boolean begin() {
    lock.lock();
    try {
      begun++;
      isWanted = false;
      return !isClosed;
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable RuntimeException failed) {
    lock.lock();
    try {
      failure = failed;
      completed = failed == null ? begun : completed;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      isEnded = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** How a pause may end early. */
  private enum Pause {
    UNTIL_WANTED,
    WHOLE
  }

  private void pause(long nanos, Pause how) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (left > 0 && !isClosed && !(isWanted && how == Pause.UNTIL_WANTED)) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How far it has come. */
  public SourceProgress progress() {
    return SourceProgress.of(reading.progress());
  }

  /** Why the last reading failed; empty if it did not. */
  public Optional<RuntimeException> failure() {
    lock.lock();
    try {
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all is in the stream that was committed to the table before this call; it is read
   * now, and not after the interval.
   *
   * @throws EngineException UNAVAILABLE if the time is up; CLOSED if it is closed; what has ended
   *     it
   */
  public SourceProgress awaitCaughtUp(Duration atMost) {
    lock.lock();
    try {
      long wanted = begun + 1;
      long left = atMost.toNanos();
      while (completed < wanted && !isEnded && left > 0) {
        isWanted = true;
        changed.signalAll();
        left = changed.awaitNanos(left);
      }
      if (completed >= wanted) {
        return SourceProgress.of(reading.progress());
      }
      throw notCaughtUp(atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.UNAVAILABLE, "interrupted while waiting for a source", e);
    } finally {
      lock.unlock();
    }
  }

  private EngineException notCaughtUp(Duration atMost) {
    RuntimeException last = failure;
    if (isEnded && last == null) {
      return new EngineException(Kind.CLOSED, "the source is closed");
    }
    if (isEnded && last instanceof EngineException known) {
      return new EngineException(known.kind(), String.valueOf(known.getMessage()), known);
    }
    String late =
        (isEnded ? "the source has ended" : "the source has not caught up in time; wait for longer")
            + ": at-most="
            + atMost
            + " progress="
            + progress();
    return last == null
        ? new EngineException(Kind.UNAVAILABLE, late)
        : new EngineException(Kind.UNAVAILABLE, late + " last_failure=" + last.getMessage(), last);
  }

  /**
   * Ends it: the rows that it is just appending are the last. Waits for them, unless whoever is
   * told of progress closes it, by its own thread.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    reading.stop();
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
