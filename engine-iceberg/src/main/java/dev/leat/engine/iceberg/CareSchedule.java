package dev.leat.engine.iceberg;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cares for a table from time to time, in a thread of its own, until it is closed.
 *
 * <pre>{@code
 * TableCare care = TableCare.of(lake, "web.clicks");
 * try (CareSchedule schedule =
 *     CareSchedule.every(
 *         Duration.ofHours(1),
 *         List.of(
 *             care::compact,
 *             () -> care.expireSnapshots(Duration.ofDays(7), 10),
 *             () -> care.removeOrphans(Duration.ofDays(3))))) {
 *   ...
 * }
 * }</pre>
 *
 * <p>What fails is logged and tried again the next time; {@link #lastFailure} tells. The tasks of
 * one round are independent: if one fails, the others are done.
 */
public final class CareSchedule implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CareSchedule.class);
  private static final Duration MIN_INTERVAL = Duration.ofMillis(100);

  private final List<Runnable> tasks;
  private final long intervalNanos;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicLong rounds = new AtomicLong();
  private volatile Optional<RuntimeException> lastFailure = Optional.empty();
  private final Thread thread;

  private CareSchedule(Duration interval, List<Runnable> tasks) {
    this.tasks = List.copyOf(tasks);
    this.intervalNanos = interval.toNanos();
    this.thread = new Thread(this::run, "leat-table-care");
    thread.setDaemon(true);
  }

  /**
   * Begins; the first round is made when the interval is over.
   *
   * @param interval from the end of one round to the next; 100 ms or more
   */
  public static CareSchedule every(Duration interval, List<Runnable> tasks) {
    if (interval.compareTo(MIN_INTERVAL) < 0) {
      throw new IllegalArgumentException(
          "an interval must be at least 100 ms: interval=" + interval);
    }
    CareSchedule schedule = new CareSchedule(interval, tasks);
    schedule.thread.start();
    return schedule;
  }

  private void run() {
    try {
      while (!closed.await(intervalNanos, TimeUnit.NANOSECONDS)) {
        round();
      }
    } catch (InterruptedException e) {
      LOG.debug("care for a table is interrupted, as it is closed", e);
    }
  }

  private void round() {
    Optional<RuntimeException> failure = Optional.empty();
    for (Runnable task : tasks) {
      if (closed.getCount() == 0) {
        return;
      }
      try {
        task.run();
      } catch (RuntimeException e) {
        LOG.warn("care for a table failed, and is tried again next time", e);
        failure = Optional.of(e);
      }
    }
    lastFailure = failure;
    rounds.incrementAndGet();
  }

  /** How many rounds were made. */
  public long rounds() {
    return rounds.get();
  }

  /** Why a task of the last round failed; empty if none did. */
  public Optional<RuntimeException> lastFailure() {
    return lastFailure;
  }

  /** Ends it; a task that is running is finished first. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
