package dev.leat.engine;

import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.ViewReader;
import dev.leat.engine.internal.exec.WaitTime;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A view, for reading: always the result of its query over everything up to some position of the
 * log. Any thread. A view that is new to the engine's directory may be unavailable for a while
 * after the engine was opened, see {@link Engine#backfill}. Each read sees the newest position; for
 * several reads at one position see {@link Engine#read}.
 *
 * @param <T> the type of the rows
 */
public final class View<T> {
  private final EngineRuntime runtime;
  private final ViewHandle handle;
  private final RowMapping<T> mapping;

  View(EngineRuntime runtime, ViewHandle handle, RowMapping<T> mapping) {
    this.runtime = runtime;
    this.handle = handle;
    this.mapping = mapping;
  }

  /** Its name. */
  public String name() {
    return handle.name();
  }

  /** Its columns. */
  public Schema schema() {
    return handle.schema();
  }

  /**
   * The columns by which {@link #get} finds a row; none for a view of one row; empty if rows can be
   * equal.
   */
  public Optional<List<String>> key() {
    return handle.key();
  }

  /**
   * Waits until the view is at a position, for a minute at most. A view that is still being built
   * from the log is waited for too.
   *
   * @return this view
   * @throws EngineException UNAVAILABLE if the time is up
   */
  public View<T> await(Position position) {
    return await(position, Duration.ofMinutes(1));
  }

  /**
   * Waits until the view is at a position.
   *
   * @param atMost not at all if it is zero or negative; for ever if it is longer than 292 years
   * @return this view
   * @throws EngineException UNAVAILABLE if the time is up
   */
  public View<T> await(Position position, Duration atMost) {
    if (!runtime.waits().await(handle, position.value(), WaitTime.nanos(atMost))) {
      throw new EngineException(
          EngineException.Kind.UNAVAILABLE,
          "view '"
              + name()
              + (handle.isReady() ? "' is at position " : "' is still being built; others are at ")
              + runtime.position()
              + ", not yet at "
              + position.value()
              + (runtime.hasOwnThread() ? "; wait longer" : "; append rows and call step()"));
    }
    return this;
  }

  /**
   * The row with a key, as it is now.
   *
   * @param key a value for each column of the view's key, in its order
   * @throws EngineException if the view has no key, or the values do not fit it
   */
  public Optional<T> get(@Nullable Object... key) {
    return Optional.ofNullable(runtime.reads().row(handle, key)).map(mapping::read);
  }

  /** All rows, in an order that is the same whenever this pipeline replays the log. */
  public List<T> scan() {
    return query().toList();
  }

  /** Only the rows for which a condition is true. */
  public ViewQuery<T> where(Expr condition) {
    return query().where(condition);
  }

  /** The rows in an order. */
  public ViewQuery<T> orderBy(SortKey... keys) {
    return query().orderBy(keys);
  }

  /** So many rows at most. */
  public ViewQuery<T> limit(long rows) {
    return query().limit(rows);
  }

  /** How many rows there are. */
  public long count() {
    return new ViewReader(runtime.reads().of(handle), handle).count();
  }

  private ViewQuery<T> query() {
    return new ViewQuery<>(
        handle, mapping, () -> new ViewReader(runtime.reads().of(handle), handle));
  }

  /** Tells a listener the rows and what changes, with the default settings. */
  public Subscription subscribe(Consumer<Changes<T>> listener) {
    return subscribe(SubscriptionSettings.defaults(), listener);
  }

  /**
   * Tells a listener the rows that are there now, and then what changes, epoch by epoch, leaving
   * out none. After each call, the sum of all that it was told is the view at the position that it
   * was told. A subscription lives as long as the program: a subscriber that is to go on from the
   * position that it had, after a restart too, is a {@link Sink} of the relation, see {@link
   * Relation#to}; it gets each change exactly once.
   *
   * <p><b>Calls</b> come one at a time, in the order of positions; what the listener did in one
   * call it sees in the next. They come on a thread of the subscription's own, or by the executor
   * of the settings. With {@link Threading#HOST} and no executor, there is no other thread: the
   * first call is made before this method returns, and those of a step before {@link Engine#step}
   * returns, by the thread that calls it. A view that an epoch does not change makes no call.
   *
   * <p><b>A slow listener</b> does not hold the engine up: changes are queued, and when the queue
   * is full, it gets in one call, of kind {@link Changes.Kind#DIFFERENCE}, what became of all that
   * came since. With {@link SubscriptionSettings#maxWait} the engine waits for it first, so that it
   * gets each epoch if it can.
   *
   * <p><b>A listener that throws</b> gets the same changes again, some times; then the subscription
   * is given up, with {@link Subscription#failure}, and keeps its place for {@link
   * Subscription#restart}: what is queued, and a snapshot of the view, until it is closed. The
   * engine goes on.
   *
   * <p><b>What a listener may do:</b> read, append, wait for positions of views, close its
   * subscription. It must not close the engine, nor wait for its own subscription; one that is
   * called by the thread that steps must not step nor wait. These throw an {@link EngineException}.
   *
   * <p><b>Closing the engine</b> first delivers what there is, waiting at most {@link
   * SubscriptionSettings#closeTimeout} for a listener; one that takes longer is interrupted if its
   * thread is the subscription's own.
   */
  public Subscription subscribe(SubscriptionSettings settings, Consumer<Changes<T>> listener) {
    return Subscription.start(
        runtime,
        handle,
        mapping,
        Objects.requireNonNull(settings, "settings"),
        Objects.requireNonNull(listener, "listener"));
  }
}
