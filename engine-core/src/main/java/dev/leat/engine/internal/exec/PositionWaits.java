package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets callers wait until the views of a running engine are at a position, or there at all. Where
 * the host steps, whoever waits does the steps.
 *
 * <p><b>Threading.</b> Any thread that the engine does not wait for itself; the others are refused.
 */
public final class PositionWaits {
  private final EngineRuntime runtime;
  private final EngineState state;
  private final ReentrantLock stateLock;
  private final Condition published;
  private final Backfilling backfilling;
  private volatile boolean isEnding;

  /**
   * Waits for a state.
   *
   * @param published is signalled when the state has moved
   */
  PositionWaits(
      EngineRuntime runtime,
      EngineState state,
      ReentrantLock stateLock,
      Condition published,
      Backfilling backfilling) {
    this.runtime = runtime;
    this.state = state;
    this.stateLock = stateLock;
    this.published = published;
    this.backfilling = backfilling;
  }

  /** No more steps are done: who waits is told so, once {@code published} is signalled. */
  void end() {
    isEnding = true;
  }

  /**
   * Waits until a view is at a position, and can be read.
   *
   * @return false if the time is up
   */
  public boolean await(ViewHandle view, long wanted, long timeoutNanos) {
    return await(() -> view.isReady() && state.position() >= wanted, timeoutNanos, view);
  }

  /**
   * Waits until the views that can be read are at a position.
   *
   * @return false if the time is up
   */
  public boolean await(long wanted, long timeoutNanos) {
    return await(() -> state.position() >= wanted, timeoutNanos, null);
  }

  /**
   * Waits until all views can be read.
   *
   * @return false if the time is up
   */
  public boolean awaitBackfill(long timeoutNanos) {
    Backfill building = backfilling.building();
    return building == null || await(building::isDone, timeoutNanos, runtime.firstOf(building));
  }

  private boolean isThereNow(BooleanSupplier isThere) {
    stateLock.lock();
    try {
      return isThere.getAsBoolean();
    } finally {
      stateLock.unlock();
    }
  }

  private boolean await(BooleanSupplier isThere, long timeoutNanos, @Nullable ViewHandle view) {
    if (isThereNow(isThere)) {
      return true;
    }
    runtime.checkMayWait();
    if (!runtime.hasOwnThread()) {
      boolean isMore = true;
      while (isMore && !isThereNow(isThere)) {
        // A step without rows may have built some of a view.
        isMore = runtime.step() > 0 || backfilling.isActive();
      }
      backfilling.checkCanBeRead(view);
      return isThereNow(isThere);
    }
    stateLock.lock();
    try {
      long left = timeoutNanos;
      while (!isThere.getAsBoolean()) {
        runtime.checkUsable();
        checkSteps();
        backfilling.checkCanBeRead(view);
        if (left <= 0) {
          return false;
        }
        left = published.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.UNAVAILABLE, "interrupted while waiting for a view", e);
    } finally {
      stateLock.unlock();
    }
  }

  private void checkSteps() {
    if (isEnding) {
      throw new EngineException(Kind.CLOSED, "the engine is being closed; open a new one");
    }
  }
}
