package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine at run time: takes an epoch from the inbox, puts it into the log, takes it through the
 * graph, publishes all views at once.
 *
 * <p><b>Locks.</b> {@code stepLock}: one step at a time, and no checkpoint is captured meanwhile.
 * {@code stateLock}: the state of operators, views and dictionary; held during a step, and by
 * readers only for as long as it takes to look up a key or to take a snapshot. The inbox has its
 * own, which comes between the two: a step takes an epoch under it, and whoever writes rows into it
 * may read, and frees values that nothing holds where the state is too large. {@code closing}: one
 * thread closes, others wait for it; before all others.
 */
public final class EngineRuntime implements AutoCloseable, Subscriptions.Host {
  private static final Logger LOG = LoggerFactory.getLogger(EngineRuntime.class);

  private final Plan plan;
  private final RuntimeSettings settings;
  private final EpochLog log;
  private final RowsPool pool;
  private final LongSupplier clockMicros;
  private final Ticks ticks;
  private final StallWarnings stalls;
  private final EngineState state;
  private final Checkpointing checkpointer;
  private final StateBudget budget;
  private final Inbox inbox;
  private final EngineViews views;
  private final ViewReads reads;
  private final ReentrantLock closing = new ReentrantLock();
  private final ReentrantLock stepLock = new ReentrantLock(true);
  private final ReentrantLock stateLock = new ReentrantLock(true);
  private final Condition published = stateLock.newCondition();
  private final Subscriptions subscriptions;
  private final Backfilling backfilling;
  private final PositionWaits waits;
  private final Callers callers;
  private volatile @Nullable DaemonThread thread;

  /** Where the host steps: what the log had no space for, to be written next. */
  private volatile @Nullable Epoch refused;

  private volatile @Nullable EngineException failure;
  private volatile boolean isClosed;

  /**
   * A runtime that is not started yet, with the state of a checkpoint if there is one.
   *
   * @param log the runtime closes it
   * @param clockMicros microseconds since 1970
   * @param seed of the hashes; no result depends on it
   * @param checkpoints empty if none are taken
   * @throws EngineException CORRUPT if there is no state that the log goes on from, INVALID if only
   *     one that is not the pipeline's
   */
  public EngineRuntime(
      Plan plan,
      RuntimeSettings settings,
      EventLog log,
      LongSupplier clockMicros,
      long seed,
      Optional<Checkpoints> checkpoints) {
    this.plan = plan;
    this.settings = settings;
    this.clockMicros = clockMicros;
    Hashing hashing = new Hashing(seed);
    this.pool = new RowsPool(plan, hashing, log.keepsRecords());
    EngineState.Blueprint blueprint = new EngineState.Blueprint(plan, settings, hashing, pool);
    settings.sinks().open();
    Recovery recovery = new Recovery(blueprint, log);
    Recovery.Start start =
        checkpoints.isEmpty() ? recovery.empty() : recovery.find(checkpoints.get().store());
    this.state = start.state();
    this.ticks = new Ticks(state.clock(), state::tickToClose, clockMicros);
    this.stalls =
        new StallWarnings(
            plan.views().stream().map(ViewDefinition::name).toList(),
            state::closings,
            settings.stallMicros(),
            LOG::warn);
    // Before there is a checkpointer, which lets the log go of what no checkpoint needs.
    state.holdForBackfill(log);
    this.checkpointer =
        checkpoints.isEmpty()
            ? new NoCheckpoints()
            : new Checkpointer(
                checkpoints.get(), log, this::capture, settings.sinks(), start.facts());
    this.log = new EpochLog(log, state.codec(), settings.ownThread(), settings.awaitSync());
    this.budget = new StateBudget(settings.stateBytes(), state, stateLock);
    this.inbox = new Inbox(plan, pool, settings, state.producers(), budget);
    this.views = new EngineViews(plan, state);
    this.reads = new ViewReads(state, views, stateLock, clockMicros, this::checkUsable);
    this.subscriptions =
        new Subscriptions(
            views.all(),
            stateLock,
            view -> reads.now(List.of(view)),
            this,
            hashing,
            !settings.ownThread());
    this.callers = new Callers(inbox, subscriptions, settings.sinks(), stepLock);
    this.backfilling =
        new Backfilling(state, stateLock, published, subscriptions, checkpointer, budget);
    this.waits = new PositionWaits(this, state, stateLock, published, backfilling);
  }

  /**
   * Brings the views to the end of the log and starts the engine's threads, if it has some.
   *
   * @param progress is told where it begins, and then each replayed epoch
   */
  public void start(ReplayProgress progress) {
    progress.reached(state.position(), log.lastPosition());
    settings.sinks().start(settings.ownThread(), log::awaitSynced);
    log.replay(
        state.position() + 1,
        epoch -> {
          settings.sinks().awaitRoom();
          pool.giveBack(locked(() -> state.replay(epoch)));
          progress.reached(epoch.position(), log.lastPosition());
        });
    budget.warnIfExceeded();
    inbox.start(log.lastPosition() + 1);
    noteOpening();
    log.start(this::fail);
    checkpointer.passed(state.position(), log.recordBytes());
    if (settings.ownThread()) {
      DaemonThread own = DaemonThread.start("leat-engine", this::run);
      callers.steppedBy(own);
      thread = own;
      checkpointer.startThread();
    }
  }

  /** Notes that the engine goes on with its log now: the next epoch will say it. */
  public void noteOpening() {
    inbox.opened(locked(() -> state.opened(clockMicros.getAsLong())));
  }

  private void run() {
    try {
      while (!inbox.isClosed()) {
        if (!backfilling.isActive()) {
          long toLook = stalls.nanosToNext(clockMicros.getAsLong());
          inbox.awaitRows(Math.min(ticks.nanosToNext(), toLook));
        }
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

  private void fail(EngineException reason) {
    LOG.error("the engine stopped", reason);
    failure = reason;
    checkpointer.stop();
    inbox.close(reason);
    failUnwritten(reason);
    log.fail(reason);
    wake();
  }

  /** Tells whoever waits for rows that are not in the log that they will not be. */
  private void failUnwritten(EngineException reason) {
    Epoch waiting = refused;
    if (waiting != null) {
      waiting.fail(reason);
    }
    inbox.failRest(reason);
  }

  /** Lets those who wait for something see that it will not come. */
  private void wake() {
    stateLock.lock();
    try {
      published.signalAll();
    } finally {
      stateLock.unlock();
    }
    subscriptions.wake();
  }

  /**
   * Takes the rows that are waiting through the engine, and then some of the log through views that
   * are being built.
   *
   * @return how many there were, what was said of event time among them; 0 if none
   * @throws EngineException FULL if the log has no space; a host that steps can step again when
   *     there is some, and no row is lost
   */
  public int step() {
    callers.checkMayStep(
        "a subscriber must not step the engine that calls it, nor a sink or a function: others would"
            + " get changes out of order");
    checkUsable();
    try {
      return stepOnce();
    } finally {
      if (!settings.ownThread()) {
        // Also if the log is full: what it keeps may go by this.
        checkpointer.takeIfDue();
      }
    }
  }

  private int stepOnce() {
    EngineException full = null;
    int rows = 0;
    stepLock.lock();
    try {
      subscriptions.awaitRoom();
      settings.sinks().awaitRoom();
      Epoch epoch = refused != null ? refused : next();
      if (epoch != null) {
        rows = epoch.rowCount();
        full = write(epoch);
        if (full == null) {
          process(epoch);
          if (!settings.ownThread()) {
            log.awaitDurable(epoch);
          }
        } else {
          makeRoom();
        }
      }
      stalls.check(epoch == null ? clockMicros.getAsLong() : epoch.tickMicros());
      // Everybody else has his turn in every step; what these hold of a full log goes by that.
      if (backfilling.slice() || epoch == null || full != null) {
        deliver();
      }
    } catch (RuntimeException | Error e) {
      fail(Stopped.by(e));
      throw e;
    } finally {
      stepLock.unlock();
    }
    if (full != null && !settings.ownThread()) {
      throw full;
    }
    return rows;
  }

  /** The rows that wait; an epoch without rows if there are none and a tick is due. */
  private @Nullable Epoch next() {
    long now = clockMicros.getAsLong();
    Epoch epoch = inbox.take(now);
    boolean isTick = epoch == null && !inbox.isClosed() && ticks.isDue(now);
    return isTick ? inbox.takeTick(now) : epoch;
  }

  /**
   * Puts an epoch into the log.
   *
   * @return null; if the log has no space, why not. Whoever waits for it is told then, or it is the
   *     next to be written where the host steps: nobody waits there, so nobody would append again
   */
  private @Nullable EngineException write(Epoch epoch) {
    try {
      appendToLog(epoch);
      refused = null;
      return null;
    } catch (EngineException e) {
      if (e.kind() != Kind.FULL) {
        epoch.fail(e);
        throw e;
      }
      if (settings.ownThread()) {
        inbox.refuse(epoch, e);
      } else {
        refused = epoch;
      }
      return e;
    }
  }

  /** Has those hurry for whom a full log keeps records. */
  private void makeRoom() {
    settings.sinks().commitSoon();
    checkpointer.logIsFull();
  }

  private void appendToLog(Epoch epoch) {
    try {
      log.append(epoch);
    } catch (EngineException e) {
      if (e.kind() != Kind.FULL || !backfilling.letGoIfStored()) {
        throw e;
      }
      log.append(epoch);
    }
  }

  private void process(Epoch epoch) {
    stateLock.lock();
    try {
      subscriptions.beforeStep();
      state.apply(epoch);
      // Before codes are freed that only rows just taken back held.
      subscriptions.afterStep(state.position() - 1, state.position(), state.dictionary().values());
      state.sweepIfWorthIt();
      budget.measure();
      published.signalAll();
    } finally {
      stateLock.unlock();
    }
    checkpointer.passed(epoch.position(), log.recordBytes());
    pool.giveBack(epoch);
    deliver();
  }

  private void deliver() {
    subscriptions.deliver();
    settings.sinks().pump();
  }

  /** Frees the values that nothing holds, between two epochs; done unasked when worth it. */
  public void sweep() {
    stateLock.lock();
    try {
      state.sweep();
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
    checkMayAppend();
    if (inbox.isFull()) {
      checkMayWait();
      if (!settings.ownThread()) {
        step();
      }
    }
    return inbox.append(writer);
  }

  /** Throws if nothing can be appended now, or not by this thread. */
  void checkMayAppend() {
    checkUsable();
    callers.checkMayAppend();
  }

  /** Throws where the engine waits for this thread: what it waits for would not come. */
  void checkMayWait() {
    callers.checkMayWait();
  }

  /** Where appended rows are acknowledged. */
  EpochLog epochs() {
    return log;
  }

  /** Does the engine step itself? */
  public boolean hasOwnThread() {
    return settings.ownThread();
  }

  public Plan plan() {
    return plan;
  }

  /** What the clock says. */
  long clockMicros() {
    return clockMicros.getAsLong();
  }

  RowsPool pool() {
    return pool;
  }

  Producers producers() {
    return state.producers();
  }

  @Override
  public void checkUsable() {
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
    return views.named(name);
  }

  private <T extends @Nullable Object> T locked(Supplier<T> read) {
    stateLock.lock();
    try {
      return read.get();
    } finally {
      stateLock.unlock();
    }
  }

  /** The position of the last epoch that is in the views. */
  public long position() {
    return locked(state::position);
  }

  /** The position of the last record known to survive a power cut. */
  public long syncedPosition() {
    return log.syncedPosition();
  }

  /** What became of the rows since the log began. */
  public RowCounts rowCounts() {
    return locked(state::rowCounts);
  }

  /** About how many bytes the state takes, by what keeps it. */
  public Map<String, Long> stateBytes() {
    return locked(state::bytesByPart);
  }

  /** Lets callers wait for positions and views. */
  public PositionWaits waits() {
    return waits;
  }

  /** How far the views are built that are not there yet; null if all are there. */
  public @Nullable Building building() {
    return locked(backfilling::progress);
  }

  @Override
  public void stepTo(long wanted) {
    while (!settings.ownThread() && position() < wanted && step() > 0) {
      LOG.trace("stepping to position {}", wanted);
    }
  }

  /** The first view that is being built; null if these are sinks only. */
  @Nullable ViewHandle firstOf(Backfill building) {
    return views.firstOf(building);
  }

  /** Where changes go beside views. */
  public Sinks sinks() {
    return settings.sinks();
  }

  /** What readers see. */
  public ViewReads reads() {
    return reads;
  }

  /** Brings a listener the rows that a view has, and what changes from then on. */
  public Delivery subscribe(ViewHandle view, DeliverySettings how, ChangeListener listener) {
    checkUsable();
    return subscriptions.add(view, how, listener);
  }

  /** Captures the state between two steps, for a checkpoint. */
  private Checkpointer.Capture capture(Io clock) {
    stepLock.lock();
    stateLock.lock();
    try {
      checkUsable();
      long begin = clock.nanoTime();
      Map<String, StateImage> images = state.capture();
      backfilling.captured();
      settings.sinks().commitSoon();
      return new Checkpointer.Capture(state.position(), clock.nanoTime() - begin, images);
    } finally {
      stateLock.unlock();
      stepLock.unlock();
    }
  }

  /**
   * Takes a checkpoint of what is in the views now.
   *
   * @return its position
   * @throws EngineException FULL or UNAVAILABLE if that cannot be done now, and the engine goes on
   *     without; INVALID if the engine takes none
   */
  public long checkpoint() {
    checkUsable();
    callers.checkMayStep(
        "a subscriber must not take a checkpoint of the engine that waits for it, nor a sink or a"
            + " function");
    return checkpointer.take();
  }

  /** What is known of its checkpoints. */
  public CheckpointFacts checkpointFacts() {
    return checkpointer.facts();
  }

  /**
   * Processes what came in before, makes the log durable, and lets go of everything. Closing twice
   * is harmless; of two threads that close the second waits for the first.
   *
   * @throws EngineException INVALID if the engine calls this thread at the moment, and would wait
   *     for itself; where the host steps, FULL if the log has no space for the last rows: all else
   *     is closed then
   */
  @Override
  public void close() {
    if (isClosed) {
      return;
    }
    callers.checkMayClose();
    closing.lock();
    try {
      if (!isClosed) {
        closeOnce();
      }
    } finally {
      closing.unlock();
    }
  }

  private void closeOnce() {
    inbox.close(new EngineException(Kind.CLOSED, "the engine is closed; open a new one"));
    checkpointer.close();
    DaemonThread stepping = thread;
    if (stepping != null) {
      stepping.joinUninterruptibly();
    }
    try {
      while (failure == null && stepping == null && step() > 0) {
        LOG.debug("processing what came in before the engine was closed");
      }
    } finally {
      letGo();
    }
  }

  private void letGo() {
    try {
      if (failure == null) {
        settings.sinks().finish();
        checkpointer.takeLast();
      }
    } finally {
      failUnwritten(
          new EngineException(
              Kind.CLOSED, "the engine was closed before these rows were in the log"));
      waits.end();
      wake();
      subscriptions.close();
      settings.sinks().close();
      closeLog();
    }
  }

  private void closeLog() {
    stepLock.lock();
    try {
      isClosed = true;
      backfilling.close();
      log.close();
    } finally {
      stepLock.unlock();
      wake();
    }
  }
}
