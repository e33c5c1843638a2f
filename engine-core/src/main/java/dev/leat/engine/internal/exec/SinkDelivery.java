package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the changes of a relation to one sink, each exactly once: in the order of positions, with
 * the position in the same commit.
 *
 * <p><b>Law.</b> What the sink shows is what the relation was at the position that the sink stores.
 *
 * <p><b>How.</b> Changes stay here until they are committed. Whatever fails, the session is closed
 * and another one opened, which says what is stored: what that covers is dropped, the rest is
 * written again. So a reply that was lost, a commit that came too late, and one that never was need
 * no cases of their own. Nothing is committed before its records survive a power cut, or the sink
 * could be ahead of the log.
 *
 * <p><b>Somebody else.</b> A session commits only if the stored place is still the one it knows. If
 * it is neither that nor one that this run stored, another engine writes there: this one gives up.
 *
 * <p><b>Falling behind.</b> If the queue stays full for longer than steps may wait, the sink is set
 * aside: it commits what it has, takes no more, and goes on from there when the engine is opened
 * again, because checkpoint and log are kept for it.
 *
 * <p><b>Threading.</b> The engine's thread offers; one thread of the sink's own writes, or, where
 * the host steps, whoever steps, waits or closes, one at a time. {@code lock} guards what changes,
 * and is not held while writing.
 */
final class SinkDelivery {
  private static final Logger LOG = LoggerFactory.getLogger(SinkDelivery.class);
  private static final long FIRST_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long MAX_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long NONE = -1;

  /**
   * Where the host steps; each is made at once. A thread of its own tries for as long as it may.
   */
  private static final int HOST_CLOSING_ATTEMPTS = 3;

  private enum Work {
    WRITE,
    COMMIT,
    NOTHING
  }

  private final ViewDefinition definition;
  private final Schema schema;
  private final KeyLayout layout;
  private final SinkTarget target;
  private final SinkRules rules;
  private final SinkOrigin origin;
  private final LongSupplier nanos;
  private LongConsumer awaitDurable = position -> {};
  private boolean isInline;

  /** Held by the thread of the host that writes; taken before {@code lock}. */
  private final ReentrantLock writing = new ReentrantLock();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  private final SinkQueue queue = new SinkQueue();
  private long through = NONE;
  private long wanted = NONE;
  private SinkTarget.@Nullable Place known;
  private boolean isSetAside;
  private boolean isClosing;
  private int attempts;
  private long retryNanos;
  private @Nullable EngineException lastFailure;
  private @Nullable EngineException finalFailure;

  /** Used by the thread that writes only. */
  private SinkTarget.@Nullable Session session;

  private @Nullable Thread thread;

  SinkDelivery(
      ViewDefinition definition,
      SinkTarget target,
      SinkRules rules,
      String log,
      String run,
      LongSupplier nanos) {
    this.definition = definition;
    this.schema = definition.relation().schema();
    this.layout = KeyLayout.of(schema);
    this.target = target;
    this.rules = rules;
    this.origin = new SinkOrigin(definition, log, run);
    this.nanos = nanos;
  }

  String name() {
    return definition.name();
  }

  String describe() {
    return definition.describe();
  }

  /**
   * Asks the sink where it is, before anything else.
   *
   * @throws EngineException INVALID if that is no place of this log and query; what the sink throws
   */
  void open() {
    SinkTarget.Session first = target.open();
    session = first;
    SinkTarget.Place place = first.place();
    origin.check(place, rules);
    known = place;
    through = committed();
  }

  /** The position that is stored; -1 if none is. */
  long committed() {
    lock.lock();
    try {
      SinkTarget.Place place = known;
      return place == null ? NONE : place.position();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Begins to deliver.
   *
   * @param durable waits until a position survives a power cut
   */
  void start(boolean hasOwnThread, LongConsumer durable) {
    awaitDurable = durable;
    isInline = !hasOwnThread;
    if (hasOwnThread) {
      Thread own = new Thread(this::run, "leat-sink-" + name());
      own.setDaemon(true);
      thread = own;
      own.start();
    }
  }

  /** Takes what an epoch changed; under the state's lock. */
  void offer(long position, Batch output, Dictionary.Values values) {
    lock.lock();
    try {
      if (isSetAside || position <= through) {
        return;
      }
      if (!output.isEmpty()) {
        queue.add(new EpochChanges(through, position, schema, layout, output, values));
      }
      through = position;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for room in the queue; before a step. Sets the sink aside if there comes none. */
  void awaitRoom() {
    if (isInline) {
      if (isFull()) {
        pump();
      }
      setAsideIfFull();
      return;
    }
    long deadline = System.nanoTime() + rules.maxWaitNanos();
    lock.lock();
    try {
      while (isFull()) {
        long left = deadline - System.nanoTime();
        if (left <= 0 || finalFailure != null) {
          break;
        }
        long unused = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      // No reason to set it aside: the queue may be longer by an epoch.
      Thread.currentThread().interrupt();
      return;
    } finally {
      lock.unlock();
    }
    setAsideIfFull();
  }

  private boolean isFull() {
    lock.lock();
    try {
      return !isSetAside && queue.rows() >= rules.queueRows();
    } finally {
      lock.unlock();
    }
  }

  private void setAsideIfFull() {
    lock.lock();
    try {
      if (!isFull()) {
        return;
      }
      isSetAside = true;
      LOG.warn(
          "{} is too slow or fails, and is set aside behind position {}; it keeps its place, log"
              + " and checkpoint are kept for it, and it goes on when the engine is opened again:"
              + " committed={} queued_rows={}",
          definition.describe(),
          through,
          committed(),
          queue.rows(),
          lastFailure);
    } finally {
      lock.unlock();
    }
  }

  /** Asks for a commit of everything up to here. */
  void commitSoon() {
    lock.lock();
    try {
      wanted = through;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Where the host steps: writes what there is. */
  void pump() {
    // A sink that asks for itself while it is written is not written again within that.
    if (!isInline || isCallingInline()) {
      return;
    }
    writing.lock();
    try {
      Work next = next();
      while (next != Work.NOTHING && attempt(next)) {
        next = next();
      }
    } finally {
      writing.unlock();
    }
  }

  /** Is it this thread that writes to the sink? */
  boolean isCalling() {
    return isCallingInline() || thread == Thread.currentThread();
  }

  /** Is it this thread, one of the host's? */
  boolean isCallingInline() {
    return writing.isHeldByCurrentThread();
  }

  private void run() {
    try {
      while (true) {
        Work next = awaitWork();
        if (next == Work.NOTHING) {
          break;
        }
        boolean unused = attempt(next);
      }
    } catch (InterruptedException e) {
      LOG.debug("{} is interrupted, as its time is up", definition.describe(), e);
    }
    closeSession();
  }

  private Work awaitWork() throws InterruptedException {
    lock.lock();
    try {
      while (true) {
        long now = nanos.getAsLong();
        boolean mayTry = lastFailure == null || now - retryNanos >= 0;
        Work next = mayTry ? next() : Work.NOTHING;
        if (next != Work.NOTHING || isClosing) {
          return next;
        }
        if (!mayTry) {
          long unused = changed.awaitNanos(Math.max(1, retryNanos - now));
        } else if (queue.hasGiven() && rules.commitNanos() < Long.MAX_VALUE) {
          long unused =
              changed.awaitNanos(Math.max(1, rules.commitNanos() - (now - queue.givenSince())));
        } else {
          changed.await();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private Work next() {
    lock.lock();
    try {
      if (finalFailure != null || isClosing) {
        return Work.NOTHING;
      }
      EpochChanges head = queue.next();
      boolean isWanted = wanted > committed() && (head == null || head.position() > wanted);
      boolean isDue =
          queue.hasGiven()
              && (2 * queue.givenRows() >= rules.queueRows()
                  || nanos.getAsLong() - queue.givenSince() >= rules.commitNanos());
      if (isWanted || isDue) {
        return Work.COMMIT;
      }
      return head != null ? Work.WRITE : Work.NOTHING;
    } finally {
      lock.unlock();
    }
  }

  /** Does some work; false if that failed. */
  private boolean attempt(Work work) {
    try {
      SinkTarget.Session open = session;
      if (open == null) {
        reopen();
      } else if (work == Work.WRITE) {
        write(open);
      } else {
        commit(open);
      }
      return true;
    } catch (RuntimeException | Error e) {
      failed(e);
      return false;
    }
  }

  private void write(SinkTarget.Session open) {
    EpochChanges next;
    lock.lock();
    try {
      next = Objects.requireNonNull(queue.next());
    } finally {
      lock.unlock();
    }
    open.write(next);
    lock.lock();
    try {
      queue.given(next, nanos.getAsLong());
    } finally {
      lock.unlock();
    }
  }

  private void commit(SinkTarget.Session open) {
    long position;
    lock.lock();
    try {
      EpochChanges head = queue.next();
      position = head == null ? through : head.position() - 1;
    } finally {
      lock.unlock();
    }
    awaitDurable.accept(position);
    SinkTarget.Place place = origin.at(position);
    open.commit(place);
    committed(place);
  }

  private void committed(SinkTarget.Place place) {
    lock.lock();
    try {
      known = place;
      queue.drop(place.position());
      attempts = 0;
      lastFailure = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void reopen() {
    SinkTarget.Session again = target.open();
    session = again;
    SinkTarget.Place place = again.place();
    SinkTarget.Place before = known;
    if (Objects.equals(place, before)) {
      return;
    }
    if (place == null || !origin.isLater(place, before)) {
      throw new EngineException(
          Kind.INVALID,
          definition.describe()
              + " has been written to by somebody else; let one engine write to it, and open this"
              + " one again: expected="
              + before
              + " found="
              + place);
    }
    LOG.info(
        "a commit of {} whose reply was lost is there: position={}",
        definition.describe(),
        place.position());
    committed(place);
  }

  /** What failed, and why in the end: a disk that is full, say, which libraries wrap up. */
  private static String causes(Throwable reason) {
    Throwable root = reason;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    return "cause=" + reason + (root == reason ? "" : " root_cause=" + root);
  }

  private void failed(Throwable reason) {
    EngineException failure =
        reason instanceof EngineException known
            ? known
            : new EngineException(
                Kind.UNAVAILABLE, definition.describe() + " failed: " + causes(reason), reason);
    closeSession();
    lock.lock();
    try {
      queue.takeBack();
      lastFailure = failure;
      retryNanos =
          nanos.getAsLong()
              + Math.min(MAX_RETRY_NANOS, FIRST_RETRY_NANOS << Math.min(attempts, 20));
      attempts++;
      boolean isFinal =
          failure.kind() == Kind.INVALID
              || failure.kind() == Kind.CORRUPT
              || reason instanceof Error;
      if (isFinal) {
        finalFailure = failure;
        LOG.error(
            "{} is given up behind position {}, until the engine is opened again; log and"
                + " checkpoint are kept for it",
            definition.describe(),
            committed(),
            reason);
      } else if (attempts == 1) {
        LOG.warn("{} failed, and tries again", definition.describe(), reason);
      } else {
        LOG.info("{} failed again: attempt={} cause={}", definition.describe(), attempts, reason);
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void closeSession() {
    SinkTarget.Session open = session;
    session = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("{} could not let go of what was not committed", definition.describe(), e);
    }
  }

  /** How it is doing. */
  SinkFacts facts() {
    lock.lock();
    try {
      return new SinkFacts(
          committed(),
          through,
          queue.rows(),
          isSetAside,
          Optional.ofNullable(lastFailure).map(e -> String.valueOf(e.getMessage())));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a position is committed, and hastens it. Where the host steps, tries it once.
   *
   * @return false if the time is up
   * @throws EngineException if it will not be before the engine is opened again
   */
  boolean await(long position, long timeoutNanos) {
    commitSoon();
    pump();
    long deadline = System.nanoTime() + timeoutNanos;
    lock.lock();
    try {
      while (committed() < position) {
        checkGoesOn(position);
        long left = deadline - System.nanoTime();
        if (left <= 0 || isInline) {
          return false;
        }
        if (wanted < position) {
          wanted = Math.min(through, position);
        }
        long unused = changed.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(Kind.UNAVAILABLE, "interrupted while waiting for a sink", e);
    } finally {
      lock.unlock();
    }
  }

  private void checkGoesOn(long position) {
    EngineException reason = finalFailure;
    if (reason != null) {
      throw new EngineException(
          reason.kind(), definition.describe() + " was given up: " + reason.getMessage(), reason);
    }
    if (isSetAside && through < position) {
      throw new EngineException(
          Kind.UNAVAILABLE,
          definition.describe()
              + " is set aside behind position "
              + through
              + "; it goes on when the engine is opened again");
    }
    if (isClosing) {
      throw new EngineException(Kind.CLOSED, "the engine is closed; open a new one");
    }
  }

  /** Lets it commit what there is, for as long as its rules say; does not throw. */
  void finish() {
    long end;
    lock.lock();
    try {
      end = through;
    } finally {
      lock.unlock();
    }
    boolean isDone = false;
    try {
      for (int i = 0; i < (isInline ? HOST_CLOSING_ATTEMPTS : 1) && !isDone; i++) {
        isDone = await(end, rules.closeNanos());
      }
    } catch (EngineException e) {
      LOG.debug("{} does not commit the last changes", definition.describe(), e);
    }
    if (!isDone) {
      LOG.warn(
          "the engine closes before {} has everything; it gets the rest when the engine is opened"
              + " again: committed={} position={}",
          definition.describe(),
          committed(),
          end);
    }
  }

  /** Ends it. */
  void close() {
    lock.lock();
    try {
      isClosing = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    Thread own = thread;
    if (own == null) {
      closeSession();
      return;
    }
    try {
      own.join(TimeUnit.SECONDS.toMillis(5));
      if (own.isAlive()) {
        own.interrupt();
        own.join(TimeUnit.SECONDS.toMillis(1));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (own.isAlive()) {
      LOG.warn("{} does not come back from a call; it is left alone", definition.describe());
    }
  }
}
