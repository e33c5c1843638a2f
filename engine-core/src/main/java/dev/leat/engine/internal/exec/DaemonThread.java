package dev.leat.engine.internal.exec;

import java.util.concurrent.TimeUnit;

/** A thread of the engine's own, which does not keep the program alive. */
final class DaemonThread {
  private final Thread thread;

  private DaemonThread(Thread thread) {
    this.thread = thread;
  }

  static DaemonThread start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
    return new DaemonThread(thread);
  }

  /** Is it the one that asks? */
  boolean isCurrent() {
    return thread == Thread.currentThread();
  }

  /** Waits for its end; an interrupt of the thread that waits stays for later. */
  void joinUninterruptibly() {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
