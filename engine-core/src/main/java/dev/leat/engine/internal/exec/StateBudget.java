package dev.leat.engine.internal.exec;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many bytes the state may take. While it takes more, rows that add to it are refused before
 * they come into the log; what is in the log is always applied. So it can be larger by what came in
 * before that was known, by what is found in the log on opening, and by views that are built from
 * the log.
 *
 * <p><b>Threading.</b> The thread that steps measures, under the state's lock; whoever appends
 * asks, and takes that lock only while the state is too large, to make room or to refuse.
 */
final class StateBudget {
  private static final Logger LOG = LoggerFactory.getLogger(StateBudget.class);
  private static final int SHOWN = 3;

  private final long budget;
  private final EngineState state;
  private final ReentrantLock stateLock;
  private volatile boolean isExceeded;

  /** The last epoch after which values that nothing holds were freed to make room. */
  private long sweptAt = -1;

  /** A budget for a state, which a lock guards. */
  StateBudget(long budget, EngineState state, ReentrantLock stateLock) {
    this.budget = budget;
    this.state = state;
    this.stateLock = stateLock;
  }

  /** Measures after an epoch; under the state's lock. */
  void measure() {
    boolean isMore = state.bytes() > budget;
    if (isMore && !isExceeded) {
      LOG.warn("rows are refused from now on: {}", describe());
    } else if (isExceeded && !isMore) {
      LOG.info("rows are taken again: state-bytes={} budget={}", state.bytes(), budget);
    }
    isExceeded = isMore;
  }

  /** Measures what was found on opening. */
  void warnIfExceeded() {
    stateLock.lock();
    try {
      measure();
    } finally {
      stateLock.unlock();
    }
  }

  /** Does the state take more than it may? */
  boolean isExceeded() {
    return isExceeded;
  }

  /**
   * Frees what nothing holds, if that may be enough.
   *
   * @throws EngineException FULL if it is not
   */
  void makeRoom() {
    stateLock.lock();
    try {
      long unshared = state.bytes() - state.dictionary().bytes();
      if (unshared <= budget && sweptAt != state.position()) {
        sweptAt = state.position();
        state.sweep();
        measure();
      }
      if (isExceeded) {
        throw new EngineException(
            Kind.FULL,
            describe()
                + "; nothing was appended. Delete rows of tables, which is still possible, open the"
                + " engine with more state-bytes (and a larger heap), or with a pipeline that keeps"
                + " fewer groups and rows");
      }
    } finally {
      stateLock.unlock();
    }
  }

  private String describe() {
    String largest =
        state.bytesByPart().entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
            .limit(SHOWN)
            .map(part -> part.getKey() + "=" + part.getValue())
            .collect(Collectors.joining(", "));
    return "the state of views and operators takes more than its budget: state-bytes="
        + state.bytes()
        + " budget="
        + budget
        + ", the largest: "
        + largest;
  }
}
