package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.log.EventLog;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Builds views that no checkpoint has, from the first record of the log on, while the others go on.
 *
 * <p><b>How.</b> A dataflow of its own has their operators, and twins of those operators of the
 * engine that they read. It shares the engine's dictionary, so that its codes are the engine's. The
 * thread that steps takes a slice of the log through it after each epoch. When it has come to where
 * the engine is, between two epochs, the engine's dataflow takes its operators over. The twins have
 * then seen the same records as the operators that they are twins of, so they have the same keys
 * under the same numbers, and whoever read them goes on with the others.
 *
 * <p><b>Threading.</b> Slices by the thread that steps; what they change is guarded by the
 * runtime's {@code stateLock}, which is held for one record at a time.
 */
final class Backfill {
  private static final Logger LOG = LoggerFactory.getLogger(Backfill.class);

  /** More records than a step appends, or it would never come to the end. */
  private static final int SLICE_RECORDS = 2;

  private final List<String> views;
  private final RowsPool pool;
  private final int sliceRows;
  private final HeldFailures failures;
  private final Dataflow dataflow;
  private final InputFeed feed;
  private final EpochCodec codec;
  private final Sinks sinks;
  private final Dictionary dictionary;
  private final EngineClock clock;
  private volatile EventLog.@Nullable Reader reader;
  private volatile long position;
  private volatile boolean isDone;
  private volatile @Nullable EngineException failure;

  /**
   * Begins with nothing.
   *
   * @param part the views to build, with what is there already as twins
   * @param dictionary the engine's
   */
  Backfill(EngineState.Blueprint blueprint, PlanPart part, Dictionary dictionary) {
    this.views = part.viewNames();
    this.pool = blueprint.pool();
    this.sliceRows = 2 * blueprint.settings().epochRows();
    this.failures = new HeldFailures(dictionary, blueprint.settings().ledgerRows());
    this.dataflow = new Dataflow(blueprint.plan(), part, dictionary, failures);
    this.feed = new InputFeed(blueprint.plan(), dataflow);
    this.codec = EpochCodec.ofHistory(blueprint.plan(), pool);
    this.sinks = blueprint.settings().sinks();
    this.dictionary = dictionary;
    this.clock = new EngineClock(blueprint.plan().tickMicros());
    dataflow.step();
    offer();
  }

  /** Has the log keep its records, to read them. */
  void hold(EventLog log) {
    reader = log.reader("views that are being built: " + views, 1);
    LOG.info("building views from the log: views={} last_position={}", views, log.lastPosition());
  }

  /** Is there something left to do? */
  boolean isActive() {
    return !isDone && failure == null;
  }

  /**
   * Takes some records through.
   *
   * @param target how far to go at most
   * @param stateLock not held
   * @return true if it has come there
   */
  boolean slice(long target, ReentrantLock stateLock, EngineState state) {
    EventLog.Reader from = reader;
    if (from == null || !isActive()) {
      return false;
    }
    long[] rows = new long[1];
    try {
      for (int records = 0;
          position < target && (rows[0] < sliceRows || records < SLICE_RECORDS);
          records++) {
        sinks.awaitRoom();
        boolean isThere =
            from.next(
                (at, bytes, offset, length) -> {
                  Epoch epoch = codec.read(at, bytes, offset, length);
                  stateLock.lock();
                  try {
                    apply(epoch);
                    state.sweepIfWorthIt();
                  } finally {
                    stateLock.unlock();
                  }
                  rows[0] += 1 + epoch.rowCount();
                  pool.giveBack(epoch);
                });
        if (!isThere) {
          break;
        }
      }
      return position >= target;
    } catch (EngineException e) {
      fail(e);
      return false;
    }
  }

  private void apply(Epoch epoch) {
    failures.startEpoch(epoch.position());
    clock.read(epoch.tickMicros());
    feed.apply(epoch, clock.nowMicros());
    position = epoch.position();
    offer();
  }

  private void offer() {
    sinks.offer(position, dataflow.sinks(), dictionary.values());
  }

  private void fail(EngineException reason) {
    LOG.error("views cannot be built from the log: views={} position={}", views, position, reason);
    failure = reason;
    close();
  }

  /** Says when the engine was opened, which the next epoch will say. */
  void opened(long clockMicros) {
    feed.opened(clockMicros);
  }

  /** Says that the engine has taken it over. */
  void done() {
    isDone = true;
    LOG.info("views were built from the log: views={} position={}", views, position);
  }

  /** Does it have the log keep records? */
  boolean holdsLog() {
    return reader != null;
  }

  /** Lets go of the log. Closing twice is harmless. */
  void close() {
    EventLog.Reader open = reader;
    reader = null;
    if (open == null) {
      return;
    }
    try {
      open.close();
    } catch (EngineException e) {
      LOG.warn("a file that views were built from could not be closed; nothing is lost", e);
    }
  }

  /** The views that it builds. */
  List<String> views() {
    return views;
  }

  /** The last record that it has taken through. */
  long position() {
    return position;
  }

  /** Has the engine taken it over? */
  boolean isDone() {
    return isDone;
  }

  /** Why it cannot go on; null if it can. */
  @Nullable EngineException failure() {
    return failure;
  }

  Dataflow dataflow() {
    return dataflow;
  }

  HeldFailures failures() {
    return failures;
  }
}
