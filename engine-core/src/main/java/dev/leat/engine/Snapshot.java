package dev.leat.engine;

import dev.leat.engine.internal.exec.EngineRuntime;
import dev.leat.engine.internal.exec.ReadState;
import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.ViewReader;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.SortKey;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All views at one position; see {@link Engine#read}. Any thread. */
public final class Snapshot {
  private final EngineRuntime runtime;
  private final ReadState state;

  Snapshot(EngineRuntime runtime, ReadState state) {
    this.runtime = runtime;
    this.state = state;
  }

  /** The position that all views are at. */
  public Position position() {
    return new Position(state.position());
  }

  /** A view of rows. */
  public Of<Row> view(String name) {
    ViewHandle handle = runtime.view(name);
    return new Of<>(handle, RowMapping.ofRows(handle.schema()));
  }

  /** A view of records. */
  public <T extends Record> Of<T> view(String name, Class<T> record) {
    ViewHandle handle = runtime.view(name);
    return new Of<>(handle, Engine.mapping(handle, record));
  }

  /**
   * A view in this snapshot.
   *
   * @param <T> the type of the rows
   */
  public final class Of<T> {
    private final ViewHandle handle;
    private final RowMapping<T> mapping;

    private Of(ViewHandle handle, RowMapping<T> mapping) {
      this.handle = handle;
      this.mapping = mapping;
    }

    /** The row with a key; see {@link View#get}. */
    public Optional<T> get(@Nullable Object... key) {
      return Optional.ofNullable(new ViewReader(state, handle).get(runtime.reads(), key))
          .map(mapping::read);
    }

    /** All rows; see {@link View#scan}. */
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

    /** How many rows there are. */
    public long count() {
      return new ViewReader(state, handle).count();
    }

    private ViewQuery<T> query() {
      return new ViewQuery<>(handle, mapping, () -> new ViewReader(state, handle));
    }
  }
}
