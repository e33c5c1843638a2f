package dev.leat.engine.internal.exec;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * One thread, which is there while there is something to do, and some seconds longer: many
 * subscriptions that have little to do cost no threads.
 */
final class OwnThread implements Executor {
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor pool;

  /** A thread that is not started yet. */
  OwnThread(String name) {
    pool =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
  }

  @Override
  public void execute(Runnable task) {
    pool.execute(task);
  }

  /** Ends it when it has done what it was given. */
  void shutdown() {
    pool.shutdown();
  }

  /**
   * Ends it, and waits for that.
   *
   * @param isDone is there nothing to do any more? If not, it is interrupted
   */
  void end(boolean isDone, long deadlineNanos) {
    if (isDone) {
      pool.shutdown();
    } else {
      pool.shutdownNow();
    }
    try {
      long left = deadlineNanos - System.nanoTime();
      boolean unused =
          pool.awaitTermination(
              Math.max(left, TimeUnit.MILLISECONDS.toNanos(100)), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      pool.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
