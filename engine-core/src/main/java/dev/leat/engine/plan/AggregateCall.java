package dev.leat.engine.plan;

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
