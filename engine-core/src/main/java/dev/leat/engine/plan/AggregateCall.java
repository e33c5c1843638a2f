package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
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
 * @param arguments what it takes beside
 */
public record AggregateCall(
    AggregateFunction function,
    @Nullable Expr operand,
    @Nullable Expr where,
    boolean isDistinct,
    @Nullable String name,
    AggregateArguments arguments) {
  public AggregateCall {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(arguments, "arguments");
    if ((function == AggregateFunction.USER) != (arguments.user() != null)) {
      throw new IllegalArgumentException(
          "an aggregate of the user's needs the user's: " + function);
    }
    if (operand == null && (function != AggregateFunction.COUNT || isDistinct)) {
      throw new IllegalArgumentException(function + " needs an operand");
    }
  }

  /** An aggregate that takes nothing beside its operand. */
  public AggregateCall(
      AggregateFunction function,
      @Nullable Expr operand,
      @Nullable Expr where,
      boolean isDistinct,
      @Nullable String name) {
    this(function, operand, where, isDistinct, name, AggregateArguments.NONE);
  }

  /**
   * Takes only rows for which a condition is true, as SQL's FILTER; a second condition must hold
   * too.
   */
  public AggregateCall where(Expr condition) {
    Expr both = where == null ? condition : where.and(condition);
    return new AggregateCall(function, operand, both, isDistinct, name, arguments);
  }

  /** Takes equal operands once. */
  public AggregateCall distinct() {
    return new AggregateCall(function, operand, where, true, name, arguments);
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
          default ->
              throw new EngineException(
                  EngineException.Kind.INVALID,
                  this
                      + ": over a frame there are count, sum, avg, min, max, bool_and and bool_or; use"
                      + " groupBy for others");
        };
    Expr value = operand;
    if (where != null) {
      Expr counted = operand == null ? Expr.of(1L) : operand;
      value = new Expr.Case(List.of(new Expr.When(where, counted)), null);
    }
    return new OverCall(over, value, 0, frame, name);
  }

  /**
   * Takes the rows of a group in an order; further keys decide where those before tie. Rows that
   * tie in all of them are ordered by their value, ascending.
   */
  public AggregateCall orderBy(SortKey... keys) {
    List<SortKey> order = new ArrayList<>(arguments.order());
    order.addAll(List.of(keys));
    return new AggregateCall(
        function, operand, where, isDistinct, name, arguments.withOrder(order));
  }

  /** In which order it takes the rows of a group. */
  public List<SortKey> order() {
    return arguments.order();
  }

  /**
   * What it reads of each row that it takes: its operand, then further ones, then what it is
   * ordered by; nothing for an aggregate of rows. For one of the user's, also whether it takes the
   * row.
   */
  public List<Expr> operands() {
    List<Expr> operands = new ArrayList<>();
    if (operand != null) {
      operands.add(operand);
    }
    operands.addAll(arguments.others());
    order().forEach(key -> operands.add(new Expr.Column(key.column())));
    NamedAggregate user = arguments.user();
    if (user != null) {
      operands.add(user.takes(List.copyOf(operands)));
    }
    return operands;
  }

  /** The expressions that it evaluates: its condition, where it has one, and its operands. */
  public List<Expr> exprs() {
    List<Expr> exprs = new ArrayList<>();
    if (where != null) {
      exprs.add(where);
    }
    exprs.addAll(operands());
    return exprs;
  }

  /** Does it keep the distinct values of each group? Of those that never go only one may matter. */
  boolean keepsValues(boolean isAppendOnly) {
    return switch (function) {
      case ARRAY_AGG, STRING_AGG, PERCENTILE_DISC, PERCENTILE_CONT, MODE -> true;
      case MIN, MAX, FIRST, LAST -> !isAppendOnly;
      case BOOL_OR, BOOL_AND, BIT_OR, BIT_AND -> false;
      default -> isDistinct;
    };
  }

  /** Has its result a value of its own for each row of a group? */
  boolean holdsRows() {
    return function.holdsAll() && !isDistinct;
  }

  /** Names the result column. */
  public AggregateCall as(String columnName) {
    return new AggregateCall(
        function,
        operand,
        where,
        isDistinct,
        Objects.requireNonNull(columnName, "columnName"),
        arguments);
  }

  @Override
  public String toString() {
    NamedAggregate user = arguments.user();
    String word = function.name().toLowerCase(Locale.ROOT);
    StringBuilder text = new StringBuilder(user == null ? word : user.name() + "[opaque]");
    text.append('(');
    text.append(isDistinct ? "distinct " : "").append(operand == null ? "*" : operand);
    arguments.others().forEach(other -> text.append(", ").append(other));
    if (arguments.constant() != null) {
      text.append(", ").append(Expr.of(arguments.constant()));
    }
    for (int i = 0; i < order().size(); i++) {
      text.append(i == 0 ? " order by " : ", ").append(order().get(i));
    }
    text.append(')');
    if (where != null) {
      text.append(" where ").append(where);
    }
    return name == null ? text.toString() : text.append(" as ").append(name).toString();
  }
}
