package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.StoredRows;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What readers see of a running engine: views at one position, between two epochs.
 *
 * <p><b>Threading.</b> Any thread. The state's lock is held only for as long as it takes to look up
 * a key, or to take a snapshot, which copies nothing.
 */
public final class ViewReads {
  private final EngineState state;
  private final EngineViews views;
  private final ReentrantLock stateLock;
  private final LongSupplier clockMicros;
  private final Runnable checkUsable;

  /**
   * Reads of a state.
   *
   * @param stateLock guards the state
   * @param clockMicros microseconds since 1970
   * @param checkUsable throws if the engine stopped or is closed
   */
  ViewReads(
      EngineState state,
      EngineViews views,
      ReentrantLock stateLock,
      LongSupplier clockMicros,
      Runnable checkUsable) {
    this.clockMicros = clockMicros;
    this.state = state;
    this.views = views;
    this.stateLock = stateLock;
    this.checkUsable = checkUsable;
  }

  /** All views that are there, and the ledger, at one position. */
  public ReadState all() {
    return read(views.all());
  }

  /** A view as it is now; without it if it is still being built. */
  public ReadState of(ViewHandle view) {
    return read(List.of(view));
  }

  private ReadState read(Collection<ViewHandle> wanted) {
    checkUsable.run();
    stateLock.lock();
    try {
      return now(wanted);
    } finally {
      stateLock.unlock();
    }
  }

  /** What a view waits for, in sentences. */
  public List<String> whyStalled(String view) {
    stateLock.lock();
    try {
      return state.whyStalled(views.named(view).name(), clockMicros.getAsLong());
    } finally {
      stateLock.unlock();
    }
  }

  /** Some views as they are; under the state's lock. */
  ReadState now(Collection<ViewHandle> wanted) {
    Map<String, StoredRows.Snapshot> snapshots = new HashMap<>();
    for (ViewHandle view : wanted) {
      // Whoever asks for one that is being built is told so by its reader.
      if (view.isReady()) {
        snapshots.put(view.name(), view.rows().snapshot());
      }
    }
    Dictionary dictionary = state.dictionary();
    return new ReadState(
        state.position(),
        clockMicros.getAsLong(),
        snapshots,
        dictionary.values(),
        dictionary.generation());
  }

  /**
   * The codes of values, as they were when a state was read.
   *
   * @param values strings and bytes
   * @return -1 for a value that nothing holds; null if the codes of that state can no longer be
   *     told
   */
  long @Nullable [] codes(ReadState read, List<Object> values) {
    stateLock.lock();
    try {
      Dictionary dictionary = state.dictionary();
      if (dictionary.generation() != read.generation()) {
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
  public @Nullable Object @Nullable [] row(ViewHandle view, @Nullable Object[] key) {
    checkUsable.run();
    KeyLookup lookup = new KeyLookup(view, key);
    stateLock.lock();
    try {
      view.checkReady();
      Dictionary dictionary = state.dictionary();
      long[] codes = lookup.encoded().stream().mapToLong(dictionary::find).toArray();
      // Without a snapshot: looking one row up must not make the engine copy pages.
      return lookup.find(codes, view.rows(), dictionary.values());
    } finally {
      stateLock.unlock();
    }
  }
}
