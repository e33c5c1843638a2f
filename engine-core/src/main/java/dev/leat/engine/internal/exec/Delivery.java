package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the changes of a view to one listener: one call at a time, in order, leaving out none.
 *
 * <p><b>Law.</b> After each call the sum of all that the listener was told is the view at the
 * position that it was told.
 *
 * <p><b>Falling behind.</b> Changes wait in a queue. When it is full and the next epoch comes, the
 * engine keeps a snapshot of the view as it is at the last queued change ({@code base}) and queues
 * no more. When the listener has had all that was queued, it gets the difference between that
 * snapshot and the view as it is then, and from there on epochs again. So whatever the listener
 * does, no more is kept than a full queue and a snapshot.
 *
 * <p><b>Failing.</b> A listener that throws gets the same changes again, after a delay that
 * doubles; where the host steps, at its next step. After the last attempt the delivery is given up:
 * it keeps its queue and its snapshot, and goes on with them if it is restarted.
 *
 * <p><b>Threading.</b> The engine's thread offers, under the state's lock; a task of the executor,
 * or where there is none whoever steps, delivers; any thread awaits and closes. {@code lock} guards
 * all that changes, is never held during a call, and comes after the state's.
 */
public final class Delivery {
  private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

  /** After so many calls in a row others get their turn on an executor that is shared. */
  private static final int CALLS_IN_A_ROW = 64;

  private static final long MAX_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Subscriptions subscriptions;
  private final ViewHandle view;
  private final DeliverySettings settings;
  private final ChangeListener listener;
  private final @Nullable Executor executor;
  private final @Nullable OwnThread ownThread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Queue<ViewChanges> queue = new ArrayDeque<>();
  private long queuedRows;
  private @Nullable ReadState base;
  private long through = -1;
  private int attempts;
  private boolean isRunning;
  private boolean isWaitedFor = true;
  private boolean isClosed;
  private @Nullable Throwable failure;

  /**
   * A delivery that has nothing to deliver.
   *
   * @param callsInline is it called by whoever steps, if the settings have no executor?
   */
  Delivery(
      Subscriptions subscriptions,
      ViewHandle view,
      DeliverySettings settings,
      ChangeListener listener,
      boolean callsInline) {
    this.subscriptions = subscriptions;
    this.view = view;
    this.settings = settings;
    this.listener = listener;
    boolean isOwn = settings.executor() == null && !callsInline;
    this.ownThread = isOwn ? new OwnThread("leat-subscriber-" + view.name()) : null;
    this.executor = isOwn ? ownThread : settings.executor();
  }

  ViewHandle view() {
    return view;
  }

  /** Is the listener called by whoever steps? */
  boolean isInline() {
    return executor == null;
  }

  /** Begins with the rows that are there. */
  void start(ViewChanges snapshot) {
    lock.lock();
    try {
      through = snapshot.position();
      queue.add(snapshot);
    } finally {
      lock.unlock();
    }
  }

  private boolean hasWork() {
    return !isClosed && failure == null && (!queue.isEmpty() || base != null);
  }

  private boolean isFull() {
    return base == null && queuedRows >= settings.queueRows();
  }

  /**
   * Waits for room in the queue, for as long as the settings say.
   *
   * @param startNanos when the waiting for all began
   */
  void awaitRoom(long startNanos) {
    if (settings.maxWait().isZero() || isInline()) {
      return;
    }
    lock.lock();
    try {
      while (isFull() && hasWork() && isWaitedFor) {
        long left = settings.maxWait().toNanos() - (System.nanoTime() - startNanos);
        if (left <= 0 || changed.awaitNanos(left) <= 0) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Says that the listener itself waits for the engine, which must not wait for it therefore. */
  void doNotWaitFor() {
    lock.lock();
    try {
      isWaitedFor = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Before an epoch changes the view: is this the position to come back to? */
  boolean fallsBehind() {
    lock.lock();
    try {
      return !isClosed && isFull();
    } finally {
      lock.unlock();
    }
  }

  /** Queues no more from here on. */
  void fallBehind(ReadState state) {
    lock.lock();
    try {
      if (!isClosed) {
        LOG.debug("a subscriber of view '{}' falls behind at {}", view.name(), state.position());
        base = state;
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes what an epoch changed.
   *
   * @param changes null if nothing
   */
  void offer(long position, @Nullable EpochChanges changes) {
    lock.lock();
    try {
      if (isClosed) {
        return;
      }
      through = position;
      if (changes != null && base == null) {
        queue.add(changes);
        queuedRows += changes.count();
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Calls the listener with what there is for it, unless that is being done already. */
  void pump() {
    lock.lock();
    try {
      if (isRunning || !hasWork()) {
        return;
      }
      isRunning = true;
    } finally {
      lock.unlock();
    }
    if (isInline()) {
      run();
    } else {
      execute();
    }
  }

  private void execute() {
    Executor by = executor;
    if (by == null) {
      return;
    }
    try {
      by.execute(this::run);
    } catch (RejectedExecutionException e) {
      giveUp(e);
    }
  }

  private void run() {
    try {
      for (int calls = 0; isInline() || calls < CALLS_IN_A_ROW; calls++) {
        ViewChanges next = next();
        if (next == null) {
          return;
        }
        // Several epochs may come to nothing.
        if (next.kind() != ViewChanges.Kind.DIFFERENCE || next.count() > 0) {
          subscriptions.call(this, () -> listener.changed(next));
        }
        delivered(next);
      }
    } catch (RuntimeException | Error e) {
      retry(e);
      return;
    }
    execute();
  }

  /** What the listener gets now; null if nothing, and then this is not running any more. */
  private @Nullable ViewChanges next() {
    ReadState behind;
    lock.lock();
    try {
      if (!hasWork()) {
        stop();
        return null;
      }
      if (!queue.isEmpty()) {
        return queue.peek();
      }
      behind = Objects.requireNonNull(base);
    } finally {
      lock.unlock();
    }
    return subscriptions.catchUp(this, behind);
  }

  /**
   * Goes on with what became of several epochs; called under the state's lock, so that the epochs
   * that follow come behind it.
   */
  @Nullable ViewChanges catchUp(ViewChanges difference) {
    lock.lock();
    try {
      if (!hasWork()) {
        stop();
        return null;
      }
      base = null;
      queue.add(difference);
      return difference;
    } finally {
      lock.unlock();
    }
  }

  private void stop() {
    isRunning = false;
    changed.signalAll();
  }

  private void delivered(ViewChanges changes) {
    lock.lock();
    try {
      if (queue.peek() == changes) {
        queue.remove();
        if (changes.kind() == ViewChanges.Kind.EPOCH) {
          queuedRows -= changes.count();
        }
      }
      attempts = 0;
      isWaitedFor = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void retry(Throwable reason) {
    long delay;
    lock.lock();
    try {
      isWaitedFor = true;
      if (++attempts >= settings.attempts()) {
        giveUp(reason);
        return;
      }
      LOG.info(
          "a subscriber of view '{}' threw, attempt={} of {}, and gets the same again",
          view.name(),
          attempts,
          settings.attempts(),
          reason);
      if (isInline() || isClosed) {
        stop();
        return;
      }
      delay = settings.retryDelay().toNanos() << Math.min(attempts - 1, 20);
    } finally {
      lock.unlock();
    }
    long bounded = Math.max(settings.retryDelay().toNanos(), Math.min(delay, MAX_RETRY_NANOS));
    CompletableFuture.delayedExecutor(bounded, TimeUnit.NANOSECONDS, task -> execute())
        .execute(this::run);
  }

  private void giveUp(Throwable reason) {
    lock.lock();
    try {
      if (!isClosed) {
        LOG.warn(
            "a subscriber of view '{}' is given up behind position {}, until it is restarted",
            view.name(),
            covered(),
            reason);
        failure = reason;
      }
      stop();
    } finally {
      lock.unlock();
    }
  }

  /** Why it was given up; empty while it is not. */
  public Optional<Throwable> failure() {
    lock.lock();
    try {
      return Optional.ofNullable(failure);
    } finally {
      lock.unlock();
    }
  }

  /** Goes on after it was given up, with the changes that the listener threw at. */
  public void restart() {
    lock.lock();
    try {
      if (isClosed) {
        throw new EngineException(Kind.CLOSED, "the subscription is closed; subscribe again");
      }
      failure = null;
      attempts = 0;
    } finally {
      lock.unlock();
    }
    pump();
  }

  /** The listener has had everything up to here; -1 if not even the first rows. */
  public long position() {
    lock.lock();
    try {
      return covered();
    } finally {
      lock.unlock();
    }
  }

  private long covered() {
    ViewChanges next = queue.peek();
    if (next != null) {
      return next.kind() == ViewChanges.Kind.SNAPSHOT ? -1 : next.after();
    }
    return base == null ? through : base.position();
  }

  /**
   * Waits until the listener has had everything up to a position.
   *
   * @return false if the time is up
   * @throws EngineException if that will not be
   */
  public boolean await(long wanted, long timeoutNanos) {
    if (position() >= wanted) {
      return true;
    }
    subscriptions.checkMayAwait(this);
    subscriptions.stepTo(wanted);
    long deadline = System.nanoTime() + timeoutNanos;
    lock.lock();
    try {
      while (covered() < wanted) {
        checkGoesOn();
        long left = deadline - System.nanoTime();
        if (left <= 0 || (isInline() && !isRunning && !hasWork())) {
          return false;
        }
        if (!pumpInline()) {
          long unused = changed.awaitNanos(left);
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.UNAVAILABLE, "interrupted while waiting for a subscriber", e);
    } finally {
      lock.unlock();
    }
  }

  private void checkGoesOn() {
    Throwable reason = failure;
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the subscription is closed; subscribe again");
    }
    if (reason != null) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          "the subscriber of view '"
              + view.name()
              + "' was given up, delivered="
              + covered()
              + ": "
              + reason
              + "; restart() the subscription",
          reason);
    }
    subscriptions.checkUsable();
  }

  /** Lets those who wait look again. */
  void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends it; a call that has begun is finished. What the listener has not had it will not get. */
  public void close() {
    subscriptions.remove(this);
    end();
    if (ownThread != null) {
      ownThread.shutdown();
    }
  }

  private void end() {
    lock.lock();
    try {
      through = covered();
      isClosed = true;
      queue.clear();
      queuedRows = 0;
      base = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Ends it when the listener has had everything, or when the time is up.
   *
   * @param startNanos when the waiting for all began
   */
  void finish(long startNanos) {
    long deadline = startNanos + settings.closeTimeout().toNanos();
    boolean isDone = awaitIdle(deadline);
    if (!isDone) {
      LOG.warn(
          "the engine closes before a subscriber of view '{}' has had everything; delivered={}",
          view.name(),
          position());
    }
    end();
    if (ownThread != null) {
      ownThread.end(isDone, deadline);
    }
  }

  private boolean awaitIdle(long deadline) {
    boolean wasInterrupted = false;
    lock.lock();
    try {
      while (hasWork() || isRunning) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        try {
          if (!pumpInline()) {
            long unused = changed.awaitNanos(left);
          }
        } catch (InterruptedException e) {
          wasInterrupted = true;
        }
      }
      return true;
    } finally {
      lock.unlock();
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Where the host steps: calls the listener by this thread, which waits for it and so is the next
   * step. The lock is held, and let go meanwhile.
   *
   * @return false if another thread does that
   */
  private boolean pumpInline() {
    if (!isInline() || isRunning) {
      return false;
    }
    lock.unlock();
    try {
      pump();
    } finally {
      lock.lock();
    }
    return true;
  }
}
