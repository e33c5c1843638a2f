package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.op.ViewOperator;
import dev.leat.engine.internal.state.RowStore;
import dev.leat.engine.plan.Names;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine at run time: takes an epoch from the inbox, puts it into the log, takes it through the
 * graph, publishes all views at once.
 *
 * <p><b>Locks.</b> {@code stepLock}: one step at a time. {@code stateLock}: the state of operators,
 * views and dictionary; held during a step, and by readers only for as long as it takes to look up
 * a key or to take a snapshot. The inbox has its own, never held together with these for longer
 * than taking an epoch.
 */
public final class EngineRuntime implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineRuntime.class);

  private final Plan plan;
  private final RuntimeSettings settings;
  private final EpochLog log;
  private final RowsPool pool;
  private final LongSupplier clockMicros;
  private final Hashing hashing;
  private final Dictionary dictionary;
  private final Ledger ledger;
  private final Dataflow dataflow;
  private final InputFeed inputs;
  private final Producers producers;
  private final Inbox inbox;
  private final Map<String, ViewHandle> views = new LinkedHashMap<>();
  private final ReentrantLock stepLock = new ReentrantLock();
  private final ReentrantLock stateLock = new ReentrantLock(true);
  private final Condition published = stateLock.newCondition();
  private final ThreadLocal<@Nullable Boolean> inListener = new ThreadLocal<>();
  private @Nullable Thread thread;
  private @Nullable Epoch refused;
  private long position;
  private volatile @Nullable EngineException failure;
  private volatile boolean isClosed;

  /**
   * A runtime that is not started yet.
   *
   * @param log the runtime closes it
   * @param clockMicros microseconds since 1970
   * @param seed of the hashes; no result depends on it
   */
  public EngineRuntime(
      Plan plan, RuntimeSettings settings, EventLog log, LongSupplier clockMicros, long seed) {
    this.plan = plan;
    this.settings = settings;
    this.clockMicros = clockMicros;
    this.hashing = new Hashing(seed);
    this.dictionary = new Dictionary(hashing);
    this.ledger = new Ledger(dictionary, settings.ledgerRows());
    this.dataflow = new Dataflow(plan, dictionary, ledger);
    this.pool = new RowsPool(plan, hashing, ColumnUse.kept(plan, log.keepsRecords()));
    this.log = new EpochLog(log, new EpochCodec(plan, pool), settings.awaitSync());
    this.inputs = new InputFeed(plan, dataflow);
    this.producers = new Producers(settings.producers());
    this.inbox = new Inbox(plan, pool, settings, producers);
    for (ViewDefinition view : plan.views()) {
      ViewOperator operator = dataflow.view(view.name());
      views.put(
          view.name(),
          new ViewHandle(view.name(), operator.rows(), operator, view.relation().key()));
    }
    views.put(
        Plan.LEDGER,
        new ViewHandle(Plan.LEDGER, ledger.rows(), ledger, Optional.of(List.of("sequence"))));
  }

  /**
   * Brings the views to the end of the log and starts the engine's thread, if it has one.
   *
   * @param progress is told the position after each replayed epoch
   */
  public void start(LongConsumer progress) {
    dataflow.step();
    ledger.step();
    log.replay(
        epoch -> {
          stateLock.lock();
          try {
            apply(epoch);
            sweepIfWorthIt();
          } finally {
            stateLock.unlock();
          }
          recycle(epoch);
          progress.accept(epoch.position());
        });
    inbox.start(log.lastPosition() + 1);
    log.start(this::fail);
    if (settings.ownThread()) {
      Thread stepping = new Thread(this::run, "leat-engine");
      stepping.setDaemon(true);
      thread = stepping;
      stepping.start();
    }
  }

  private void run() {
    try {
      while (!inbox.isClosed()) {
        inbox.awaitRows();
        step();
      }
      while (step() > 0) {
        LOG.debug("processing what came in before the engine was closed");
      }
    } catch (InterruptedException e) {
      fail(new EngineException(Kind.CLOSED, "the engine's thread was interrupted", e));
    } catch (RuntimeException | Error e) {
      // The step that threw has told everyone.
      LOG.debug("the engine's thread ends", e);
    }
  }

  private static EngineException stopped(Throwable cause) {
    return new EngineException(
        cause instanceof EngineException known ? known.kind() : Kind.CLOSED,
        "the engine stopped: " + cause.getMessage() + "; close it and open it again",
        cause);
  }

  private void fail(EngineException reason) {
    LOG.error("the engine stopped", reason);
    failure = reason;
    inbox.close(reason);
    inbox.failRest(reason);
    log.fail(reason);
    stateLock.lock();
    try {
      published.signalAll();
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Takes the rows that are waiting through the engine.
   *
   * @return how many there were; 0 if none
   * @throws EngineException FULL if the log has no space; a host that steps can step again when
   *     there is some, and no row is lost
   */
  public int step() {
    inbox.checkNotWriting();
    if (inListener.get() != null) {
      throw new EngineException(
          Kind.INVALID,
          "a subscriber must not step the engine that calls it: others would get changes out of"
              + " order");
    }
    stepLock.lock();
    try {
      Epoch epoch = refused != null ? refused : inbox.take(clockMicros.getAsLong());
      refused = null;
      if (epoch == null) {
        return 0;
      }
      int rows = epoch.rowCount();
      if (write(epoch)) {
        process(epoch);
      }
      return rows;
    } catch (RuntimeException | Error e) {
      if (refused == null) {
        fail(stopped(e));
      }
      throw e;
    } finally {
      stepLock.unlock();
    }
  }

  /** Puts an epoch into the log; if it is not taken, whoever waits for it is told why. */
  private boolean write(Epoch epoch) {
    try {
      log.append(epoch);
      return true;
    } catch (EngineException e) {
      if (e.kind() != Kind.FULL) {
        epoch.fail(e);
        throw e;
      }
      if (!settings.ownThread()) {
        // Nobody waits for these rows, so nobody would append them again.
        refused = epoch;
        throw e;
      }
      inbox.refuse(epoch, e);
      return false;
    }
  }

  private void process(Epoch epoch) {
    List<Runnable> deliveries = new ArrayList<>();
    stateLock.lock();
    try {
      apply(epoch);
      for (ViewHandle view : views.values()) {
        if (!view.listeners().isEmpty() && !view.operator().output().isEmpty()) {
          for (ChangeListener listener : view.listeners()) {
            deliveries.add(
                listener.changed(position, view.operator().output(), dictionary.values()));
          }
        }
      }
      sweepIfWorthIt();
      published.signalAll();
    } finally {
      stateLock.unlock();
    }
    recycle(epoch);
    // Listeners may read, so they are called without the lock.
    deliveries.forEach(Runnable::run);
  }

  private void recycle(Epoch epoch) {
    for (Epoch.Section section : epoch.sections()) {
      pool.give(section.input(), section.rows());
    }
  }

  /** Takes an epoch through the graph. */
  private void apply(Epoch epoch) {
    ledger.startEpoch(epoch.position());
    for (Epoch.Reject reject : epoch.rejects()) {
      ledger.add(reject.source(), reject.reason(), reject.row());
    }
    producers.accept(epoch);
    inputs.stage(epoch);
    dataflow.step();
    ledger.step();
    position = epoch.position();
  }

  /** After listeners have decoded what was taken back: nothing but they may hold its values. */
  private void sweepIfWorthIt() {
    if (dictionary.wantsSweep()) {
      sweep();
    }
  }

  /** Frees the values that nothing holds, between two epochs; done unasked when worth it. */
  public void sweep() {
    stateLock.lock();
    try {
      CodeSet live = new CodeSet(dictionary.bound());
      dataflow.mark(live);
      ledger.mark(live);
      dictionary.retain(live);
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Puts rows into the inbox; waits for room, or makes some where the host steps.
   *
   * @return their epoch; a runtime without a thread of its own acknowledges it in {@link #step};
   *     null if there are none, and nothing to wait for
   */
  @Nullable Epoch append(Inbox.Writer writer) {
    checkUsable();
    inbox.checkNotWriting();
    if (inbox.isFull()) {
      checkMayWait();
      if (!settings.ownThread()) {
        step();
      }
    }
    return inbox.append(writer);
  }

  /** Throws where the engine waits for this thread: what it waits for would not come. */
  void checkMayWait() {
    boolean isListener = inListener.get() != null;
    if (Thread.currentThread() == thread || (settings.ownThread() && isListener)) {
      throw new EngineException(
          Kind.INVALID,
          "a subscriber must not append and wait, nor wait for a position, as the engine waits for"
              + " it: hand that to another thread");
    }
    inbox.checkNotWriting();
  }

  /** Calls a subscriber's listener, which must not make the engine wait for itself. */
  public void runListener(Runnable call) {
    inListener.set(Boolean.TRUE);
    try {
      call.run();
    } finally {
      inListener.remove();
    }
  }

  /**
   * Waits until an epoch is acknowledged at the level of the settings, if another thread steps.
   *
   * @return its position
   */
  long acknowledge(Epoch epoch) {
    if (!settings.ownThread()) {
      return epoch.position();
    }
    return log.acknowledge(epoch);
  }

  /** Waits until what repeats an earlier append may be acknowledged as that was. */
  long acknowledge(Producers.Earlier earlier) {
    Epoch epoch = earlier.epoch();
    return epoch == null ? log.acknowledge(earlier.position()) : acknowledge(epoch);
  }

  /** When an epoch is acknowledged at the level of the settings. */
  CompletableFuture<Long> acknowledgement(Epoch epoch) {
    return log.acknowledgement(epoch);
  }

  /** Does the engine step itself? */
  public boolean hasOwnThread() {
    return settings.ownThread();
  }

  /** The plan that it runs. */
  public Plan plan() {
    return plan;
  }

  /** An empty buffer for rows of an input. */
  StagedRows newRows(Node.Input input) {
    return pool.take(plan.inputs().indexOf(input));
  }

  private void checkUsable() {
    EngineException reason = failure;
    if (reason != null) {
      throw new EngineException(reason.kind(), String.valueOf(reason.getMessage()), reason);
    }
    if (isClosed) {
      throw new EngineException(Kind.CLOSED, "the engine is closed; open a new one");
    }
  }

  /**
   * A view by name.
   *
   * @throws EngineException if there is none; the message names the nearest
   */
  public ViewHandle view(String name) {
    ViewHandle view = views.get(name);
    if (view == null) {
      throw new EngineException(Kind.INVALID, Names.unknown("view", name, views.keySet()));
    }
    return view;
  }

  /** The position of the last epoch that is in the views. */
  public long position() {
    stateLock.lock();
    try {
      return position;
    } finally {
      stateLock.unlock();
    }
  }

  /** The position of the last record known to survive a power cut. */
  public long syncedPosition() {
    return log.syncedPosition();
  }

  /** How many rows each input brought, by name. */
  public Map<String, Long> acceptedRows() {
    stateLock.lock();
    try {
      return inputs.acceptedRows();
    } finally {
      stateLock.unlock();
    }
  }

  /** How many rows of each deduplicated input were left out, by name. */
  public Map<String, Long> duplicateRows() {
    stateLock.lock();
    try {
      return inputs.duplicateRows();
    } finally {
      stateLock.unlock();
    }
  }

  /** How many rows were left out, by source. */
  public Map<String, Long> ledgerCounts() {
    stateLock.lock();
    try {
      return ledger.counts();
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * Waits until the views are at a position.
   *
   * @return false if the time is up
   */
  public boolean await(long wanted, long timeoutNanos) {
    if (position() >= wanted) {
      return true;
    }
    checkMayWait();
    if (!settings.ownThread()) {
      while (position() < wanted && step() > 0) {
        LOG.trace("stepping to position {}", wanted);
      }
      return position() >= wanted;
    }
    stateLock.lock();
    try {
      long left = timeoutNanos;
      while (position < wanted) {
        checkUsable();
        if (left <= 0) {
          return false;
        }
        left = published.awaitNanos(left);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineException(
          Kind.UNAVAILABLE, "interrupted while waiting for position " + wanted, e);
    } finally {
      stateLock.unlock();
    }
  }

  /** Some views at one position. */
  public ReadState read(Collection<ViewHandle> wanted) {
    checkUsable();
    stateLock.lock();
    try {
      return state(wanted);
    } finally {
      stateLock.unlock();
    }
  }

  private ReadState state(Collection<ViewHandle> wanted) {
    Map<String, RowStore.Snapshot> snapshots = new HashMap<>();
    for (ViewHandle view : wanted) {
      snapshots.put(view.name(), view.rows().snapshot());
    }
    return new ReadState(position, snapshots, dictionary.values(), dictionary.generation());
  }

  /** All views, and the ledger, at one position. */
  public ReadState readAll() {
    return read(views.values());
  }

  /**
   * The codes of values, as they were when a state was read.
   *
   * @param values strings and bytes
   * @return -1 for a value that nothing holds; null if the codes of that state can no longer be
   *     told
   */
  long @Nullable [] codes(ReadState state, List<Object> values) {
    stateLock.lock();
    try {
      if (dictionary.generation() != state.generation()) {
        return null;
      }
      return values.stream().mapToLong(dictionary::find).toArray();
    } finally {
      stateLock.unlock();
    }
  }

  /**
   * The row of a view with a key, as it is now; null if there is none.
   *
   * @param key a value for each column of the view's key
   */
  public @Nullable Object @Nullable [] get(ViewHandle view, @Nullable Object[] key) {
    checkUsable();
    KeyLookup lookup = new KeyLookup(view, key);
    stateLock.lock();
    try {
      long[] codes = lookup.encoded().stream().mapToLong(dictionary::find).toArray();
      // Without a snapshot: looking one row up must not make the engine copy pages.
      return lookup.find(codes, view.rows(), dictionary.values());
    } finally {
      stateLock.unlock();
    }
  }

  /** Registers a listener; the state that comes back is what its first changes follow on. */
  public ReadState subscribe(ViewHandle view, ChangeListener listener) {
    checkUsable();
    stateLock.lock();
    try {
      view.listeners().add(listener);
      return state(List.of(view));
    } finally {
      stateLock.unlock();
    }
  }

  /** Takes a listener off. */
  public void unsubscribe(ViewHandle view, ChangeListener listener) {
    view.listeners().remove(listener);
  }

  /**
   * Processes what came in before, makes the log durable, and lets go of everything. Closing twice
   * is harmless.
   */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    Thread stepping = thread;
    if (stepping == Thread.currentThread() || inListener.get() != null) {
      throw new EngineException(Kind.INVALID, "a subscriber cannot close the engine that calls it");
    }
    inbox.checkNotWriting();
    inbox.close(new EngineException(Kind.CLOSED, "the engine is closed; open a new one"));
    if (stepping != null) {
      joinUninterruptibly(stepping);
    }
    stepLock.lock();
    try {
      if (isClosed) {
        return;
      }
      closeLog(failure == null && stepping == null);
    } finally {
      stepLock.unlock();
      stateLock.lock();
      try {
        published.signalAll();
      } finally {
        stateLock.unlock();
      }
    }
  }

  private void closeLog(boolean mustStep) {
    try {
      while (mustStep && step() > 0) {
        LOG.debug("processing what came in before the engine was closed");
      }
    } finally {
      isClosed = true;
      log.close();
    }
  }

  private static void joinUninterruptibly(Thread stepping) {
    boolean interrupted = false;
    while (stepping.isAlive()) {
      try {
        stepping.join(TimeUnit.SECONDS.toMillis(1));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
