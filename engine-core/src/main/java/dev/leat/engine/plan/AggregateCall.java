package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate of a group. Refinements return a copy.
 *
 * <pre>{@code
 * count().where(col(Click::eventType).eq("purchase")).as("purchases")
 * }</pre>
 *
 * @param function what is computed
 * @param operand what is aggregated; null only for {@code count()} of rows
 * @param where which rows count; null for all
 * @param isDistinct are equal operands counted once?
 * @param name the result column's name; null as long as none was given
 */
public record AggregateCall(
    AggregateFunction function,
    @Nullable Expr operand,
    @Nullable Expr where,
    boolean isDistinct,
    @Nullable String name) {
  public AggregateCall {
    Objects.requireNonNull(function, "function");
    if (operand == null && (function != AggregateFunction.COUNT || isDistinct)) {
      throw new IllegalArgumentException(function + " needs an operand");
    }
  }

  /**
   * Takes only rows for which a condition is true, as SQL's FILTER; a second condition must hold
   * too.
   */
  public AggregateCall where(Expr condition) {
    Expr both = where == null ? condition : where.and(condition);
    return new AggregateCall(function, operand, both, isDistinct, name);
  }

  /** Takes equal operands once. */
  public AggregateCall distinct() {
    return new AggregateCall(function, operand, where, true, name);
  }

  /**
   * The same over the rows around each row, for {@code with(...)} of rows in an order.
   *
   * @param frame which rows around it
   * @throws EngineException if it cannot be had over a frame
   */
  public OverCall over(Frame frame) {
    if (isDistinct) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          this + ": there are no distinct aggregates over a frame; use groupBy");
    }
    OverFunction over =
        switch (function) {
          case COUNT -> OverFunction.COUNT;
          case SUM -> OverFunction.SUM;
          case AVG -> OverFunction.AVG;
          case MIN, BOOL_AND -> OverFunction.MIN;
          case MAX, BOOL_OR -> OverFunction.MAX;
        };
    Expr value = operand;
    if (where != null) {
      Expr counted = operand == null ? Expr.of(1L) : operand;
      value = new Expr.Case(List.of(new Expr.When(where, counted)), null);
    }
    return new OverCall(over, value, 0, frame, name);
  }

  /** The expressions that it evaluates: its condition and its operand, where it has them. */
  public List<Expr> exprs() {
    return Stream.of(Optional.ofNullable(where), Optional.ofNullable(operand))
        .flatMap(Optional::stream)
        .toList();
  }

  /** Names the result column. */
  public AggregateCall as(String columnName) {
    return new AggregateCall(
        function, operand, where, isDistinct, Objects.requireNonNull(columnName, "columnName"));
  }

  @Override
  public String toString() {
    String call =
        function.name().toLowerCase(Locale.ROOT)
            + "("
            + (isDistinct ? "distinct " : "")
            + (operand == null ? "*" : operand)
            + ")"
            + (where == null ? "" : " where " + where);
    return name == null ? call : call + " as " + name;
  }
}
