package dev.leat.engine;

import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.ViewReader;
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
 * log. Any thread. Each read sees the newest position; for several reads at one position see {@link
 * Engine#read}.
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
   * Waits until the view is at a position, for a minute at most.
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
   * @return this view
   * @throws EngineException UNAVAILABLE if the time is up
   */
  public View<T> await(Position position, Duration atMost) {
    if (!runtime.await(position.value(), atMost.toNanos())) {
      throw new EngineException(
          EngineException.Kind.UNAVAILABLE,
          "view '"
              + name()
              + "' is at position "
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
    return Optional.ofNullable(runtime.get(handle, key)).map(mapping::read);
  }

  /** All rows, in an order that is the same whenever the log is replayed. */
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
    return new ViewReader(runtime.read(List.of(handle)), handle).count();
  }

  private ViewQuery<T> query() {
    return new ViewQuery<>(
        handle, mapping, () -> new ViewReader(runtime.read(List.of(handle)), handle));
  }

  /**
   * Tells a listener the rows that are there now, and then what changes, epoch by epoch, leaving
   * out none.
   *
   * <p>The first call is made by this thread before this method returns; the others by the thread
   * that steps the engine, which waits for the listener: it should be quick, and must not call the
   * engine except to read. If it throws, the subscription ends, with {@link
   * Subscription#failure()}; the engine goes on.
   */
  public Subscription subscribe(Consumer<Changes<T>> listener) {
    return Subscription.start(
        runtime, handle, mapping, Objects.requireNonNull(listener, "listener"));
  }
}
