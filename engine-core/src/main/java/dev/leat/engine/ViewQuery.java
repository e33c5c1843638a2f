package dev.leat.engine;

import dev.leat.engine.internal.exec.ViewHandle;
import dev.leat.engine.internal.exec.ViewReader;
import dev.leat.engine.plan.ClockRules;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.TypeRules;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A read of a view. Refinements return a copy; {@link #toList} reads.
 *
 * @param <T> the type of the rows
 */
public final class ViewQuery<T> {
  private final ViewHandle view;
  private final RowMapping<T> mapping;
  private final Supplier<ViewReader> reader;
  private final @Nullable Expr condition;
  private final List<SortKey> order;
  private final long limit;

  ViewQuery(ViewHandle view, RowMapping<T> mapping, Supplier<ViewReader> reader) {
    this(view, mapping, reader, null, List.of(), Long.MAX_VALUE);
  }

  private ViewQuery(
      ViewHandle view,
      RowMapping<T> mapping,
      Supplier<ViewReader> reader,
      @Nullable Expr condition,
      List<SortKey> order,
      long limit) {
    this.view = view;
    this.mapping = mapping;
    this.reader = reader;
    this.condition = condition;
    this.order = order;
    this.limit = limit;
  }

  /**
   * Only the rows for which a condition is true; a second condition must hold too. {@link
   * Expressions#now} is what the engine's clock says when it reads, not a tick.
   *
   * @throws EngineException if it does not fit the view's columns
   */
  public ViewQuery<T> where(Expr moreCondition) {
    TypeRules.checkCondition(
        ClockRules.at(moreCondition, 0), view.schema(), "where on view '" + view.name() + "'");
    Expr both = condition == null ? moreCondition : condition.and(moreCondition);
    return new ViewQuery<>(view, mapping, reader, both, order, limit);
  }

  /**
   * In an order: by the first column, then the next. Rows that are equal in them come as without an
   * order.
   *
   * @throws EngineException if there is no such column
   */
  public ViewQuery<T> orderBy(SortKey... keys) {
    for (SortKey key : keys) {
      view.schema().indexOf(key.column(), "orderBy on view '" + view.name() + "'");
    }
    return new ViewQuery<>(view, mapping, reader, condition, List.of(keys), limit);
  }

  /**
   * So many rows at most.
   *
   * @param rows not negative
   */
  public ViewQuery<T> limit(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("a limit is not negative: limit=" + rows);
    }
    return new ViewQuery<>(view, mapping, reader, condition, order, rows);
  }

  /**
   * Reads.
   *
   * @throws EngineException if the condition fails for a row
   */
  public List<T> toList() {
    return reader.get().read(condition, order, limit).stream().map(mapping::read).toList();
  }

  /** The first row, if there is one. */
  public Optional<T> first() {
    return limit(Math.min(limit, 1)).toList().stream().findFirst();
  }
}
