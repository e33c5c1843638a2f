package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.log.EventLog;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Has the views built that are not there yet, between the epochs of a running engine, and lets them
 * take part at one position. The log keeps what they are built from until a checkpoint has them.
 *
 * <p><b>Threading.</b> The thread that steps does the work; any thread asks.
 */
final class Backfilling {
  private final @Nullable Backfill backfill;
  private final EngineState state;
  private final ReentrantLock stateLock;
  private final Condition published;
  private final Subscriptions subscriptions;
  private final Checkpointing checkpointer;

  Backfilling(
      EngineState state,
      ReentrantLock stateLock,
      Condition published,
      Subscriptions subscriptions,
      Checkpointing checkpointer) {
    this.backfill = state.backfill();
    this.state = state;
    this.stateLock = stateLock;
    this.published = published;
    this.subscriptions = subscriptions;
    this.checkpointer = checkpointer;
  }

  /** Begins, before anything is appended. */
  void start(EventLog log) {
    if (backfill != null) {
      backfill.start(log);
    }
  }

  /** Is there work left? */
  boolean isActive() {
    return backfill != null && backfill.isActive();
  }

  /** Does some of the work. The state is at the end of the log, and nothing else moves it. */
  void slice() {
    Backfill building = backfill;
    if (building == null || !building.isActive()) {
      return;
    }
    long target = state.position();
    boolean isThere = building.slice(target, stateLock, state);
    stateLock.lock();
    try {
      if (isThere) {
        subscriptions.beforeEpoch();
        state.complete(building);
        subscriptions.afterEpoch(target, state.dictionary().values());
        building.done();
        checkpointer.changed();
        checkpointer.onOldest(
            oldest -> {
              // The checkpoint at the position itself may have been taken before.
              if (oldest > target) {
                building.close();
              }
            });
      }
      if (!building.isActive()) {
        published.signalAll();
      }
    } finally {
      stateLock.unlock();
    }
  }

  /** What is being built; null if nothing is left to be. */
  @Nullable Backfill building() {
    return backfill == null || backfill.isDone() ? null : backfill;
  }

  /** Lets go of the log. */
  void close() {
    if (backfill != null) {
      backfill.close();
    }
  }
}
