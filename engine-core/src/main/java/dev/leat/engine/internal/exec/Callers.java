package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Which threads may ask what of an engine: code of the host's that the engine calls, a subscriber,
 * a sink, a function, a writer of rows, must not wait for what waits for it. Any thread asks.
 */
final class Callers {
  private final Inbox inbox;
  private final Subscriptions subscriptions;
  private final Sinks sinks;
  private final ReentrantLock stepLock;
  private volatile @Nullable DaemonThread stepping;

  /**
   * The callers of an engine that no thread of its own steps.
   *
   * @param stepLock held by whoever steps
   */
  Callers(Inbox inbox, Subscriptions subscriptions, Sinks sinks, ReentrantLock stepLock) {
    this.inbox = inbox;
    this.subscriptions = subscriptions;
    this.sinks = sinks;
    this.stepLock = stepLock;
  }

  /** Says that a thread of the engine's own steps. */
  void steppedBy(DaemonThread own) {
    stepping = own;
  }

  private boolean isStepping() {
    DaemonThread own = stepping;
    return stepLock.isHeldByCurrentThread() || (own != null && own.isCurrent());
  }

  /**
   * Throws if this thread must not step, or have done what is done between steps.
   *
   * @param otherwise says why not
   */
  void checkMayStep(String otherwise) {
    inbox.checkNotWriting();
    if (subscriptions.isCallingInline()
        || sinks.isCallingInline()
        || stepLock.isHeldByCurrentThread()) {
      throw new EngineException(Kind.INVALID, otherwise);
    }
    subscriptions.aboutToWait();
  }

  /** Throws if this thread must not append. */
  void checkMayAppend() {
    inbox.checkNotWriting();
  }

  /** Throws where the engine waits for this thread: what it waits for would not come. */
  void checkMayWait() {
    DaemonThread own = stepping;
    if (own != null && own.isCurrent()) {
      throw new EngineException(
          Kind.INVALID,
          "what the engine's own thread calls must not append and wait, nor wait for a position, as"
              + " it would wait for itself: hand that to another thread");
    }
    inbox.checkNotWriting();
    subscriptions.aboutToWait();
  }

  /** Throws if this thread must not close the engine. */
  void checkMayClose() {
    inbox.checkNotWriting();
    if (isStepping() || subscriptions.isCalling() || sinks.isCalling()) {
      throw new EngineException(
          Kind.INVALID,
          "a subscriber cannot close the engine that calls it, nor can a sink or a function: hand"
              + " that to another thread, and do not wait for it");
    }
  }
}
