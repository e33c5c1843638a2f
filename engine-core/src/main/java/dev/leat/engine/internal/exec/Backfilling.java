package dev.leat.engine.internal.exec;

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
  private final StateBudget budget;

  /** How many checkpoints there were when the first one with the views was begun; -1 before. */
  private volatile long takenBefore = -1;

  Backfilling(
      EngineState state,
      ReentrantLock stateLock,
      Condition published,
      Subscriptions subscriptions,
      Checkpointing checkpointer,
      StateBudget budget) {
    this.backfill = state.backfill();
    this.state = state;
    this.stateLock = stateLock;
    this.published = published;
    this.subscriptions = subscriptions;
    this.checkpointer = checkpointer;
    this.budget = budget;
  }

  /** Is there work left? */
  boolean isActive() {
    return backfill != null && backfill.isActive();
  }

  /**
   * Does some of the work. The state is at the end of the log, and nothing else moves it.
   *
   * @return true if the views take part from now on
   */
  boolean slice() {
    Backfill building = backfill;
    if (building == null || !building.isActive()) {
      return false;
    }
    long target = state.position();
    boolean isThere = building.slice(target, stateLock, state);
    stateLock.lock();
    try {
      if (isThere) {
        takePart(building, target);
      }
      budget.measure();
      if (!building.isActive()) {
        published.signalAll();
      }
    } finally {
      stateLock.unlock();
    }
    return isThere;
  }

  private void takePart(Backfill built, long position) {
    subscriptions.beforeStep();
    state.complete(built);
    subscriptions.afterStep(position, position, state.dictionary().values());
    built.done();
    checkpointer.changed();
    checkpointer.onOldest(
        oldest -> {
          // The checkpoint at the position itself may have been taken before.
          if (oldest > position) {
            built.close();
          }
        });
  }

  /** Is told that the state was captured for a checkpoint; under the state's lock. */
  void captured() {
    if (takenBefore < 0 && backfill != null && backfill.isDone()) {
      takenBefore = checkpointer.facts().taken();
    }
  }

  /**
   * Lets go of the log if only an older checkpoint needs it, one without the views; for a log that
   * is full, and would otherwise never get the records that make that checkpoint go.
   *
   * @return false if it has nothing to let go of, or no checkpoint has the views yet
   */
  boolean letGoIfStored() {
    if (backfill == null
        || !backfill.holdsLog()
        || takenBefore < 0
        || checkpointer.facts().taken() <= takenBefore) {
      return false;
    }
    backfill.close();
    return true;
  }

  /** What is being built; null if nothing is left to be. */
  @Nullable Backfill building() {
    return backfill == null || backfill.isDone() ? null : backfill;
  }

  /** How far that is; under the state's lock. */
  @Nullable Building progress() {
    Backfill building = building();
    return building == null
        ? null
        : new Building(building.views(), building.position(), state.position());
  }

  /**
   * Throws if a view will not be there.
   *
   * @param view null for any that is there
   */
  void checkCanBeRead(@Nullable ViewHandle view) {
    Backfill building = building();
    if (view != null && !view.isReady() && building != null && building.failure() != null) {
      throw view.notReady();
    }
  }

  /** Lets go of the log. */
  void close() {
    if (backfill != null) {
      backfill.close();
    }
  }
}
