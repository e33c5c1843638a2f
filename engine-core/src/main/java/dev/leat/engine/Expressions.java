package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.OverFunction;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What queries are written with: columns, literals, conditions and aggregates. Made to be imported
 * statically.
 *
 * <pre>{@code
 * count().where(col(Click::eventType).eq("purchase")).as("purchases")
 * when(col("purchases").gt(0), "converted").otherwise("open")
 * }</pre>
 */
public final class Expressions {
  private Expressions() {}

  /** The column of a record's component: {@code col(Click::pageUrl)}. */
  public static <T> Expr col(Accessor<T, ?> accessor) {
    return new Expr.Column(Columns.name(accessor));
  }

  /** A column by name. */
  public static Expr col(String name) {
    return new Expr.Column(name);
  }

  /**
   * A value.
   *
   * @param value of a class that a column can have
   * @throws IllegalArgumentException if it is of another
   */
  public static Expr lit(Object value) {
    return Expr.of(value);
  }

  /** The null of a type. */
  public static Expr nullOf(Type type) {
    return new Expr.Literal(null, type);
  }

  /** Starts a case: what holds if a condition is true. */
  public static CaseBuilder when(Expr condition, Object result) {
    return new CaseBuilder(List.of(new Expr.When(condition, Expr.of(result))));
  }

  /** A case being written; what no condition is true for is null unless {@link #otherwise} says. */
  public static final class CaseBuilder {
    private final List<Expr.When> whens;

    private CaseBuilder(List<Expr.When> whens) {
      this.whens = whens;
    }

    /** What holds if no earlier condition is true and this one is. */
    public CaseBuilder when(Expr condition, Object result) {
      List<Expr.When> more = new ArrayList<>(whens);
      more.add(new Expr.When(condition, Expr.of(result)));
      return new CaseBuilder(more);
    }

    /** What holds if no condition is true. */
    public Expr otherwise(Object result) {
      return new Expr.Case(whens, Expr.of(result));
    }

    /** Null if no condition is true. */
    public Expr end() {
      return new Expr.Case(whens, null);
    }
  }

  /**
   * A function of the host's.
   *
   * @param name stands for the function: two with the same name must be the same, and state that
   *     was computed with it is found again by it. A function that changed needs another name, such
   *     as {@code is_bot_2}.
   * @param type of the result
   * @param arguments expressions, or values
   */
  public static Expr call(String name, Type type, UserFunction function, Object... arguments) {
    return new Expr.UserCall(name, type, function, Arrays.stream(arguments).map(Expr::of).toList());
  }

  /** Orders by a column, the smallest first and null last. */
  public static SortKey asc(String column) {
    return new SortKey(column, false);
  }

  /** Orders by a column, the smallest first and null last. */
  public static <T> SortKey asc(Accessor<T, ?> column) {
    return asc(Columns.name(column));
  }

  /** Orders by a column, null first and then the largest. */
  public static SortKey desc(String column) {
    return new SortKey(column, true);
  }

  /** Orders by a column, null first and then the largest. */
  public static <T> SortKey desc(Accessor<T, ?> column) {
    return desc(Columns.name(column));
  }

  private static AggregateCall aggregate(AggregateFunction function, @Nullable Expr operand) {
    return new AggregateCall(function, operand, null, false, null);
  }

  /** Number of rows. */
  public static AggregateCall count() {
    return aggregate(AggregateFunction.COUNT, null);
  }

  /** Number of rows in which an expression is not null. */
  public static AggregateCall count(Expr operand) {
    return aggregate(AggregateFunction.COUNT, operand);
  }

  /** Number of distinct values that are not null. */
  public static AggregateCall countDistinct(Expr operand) {
    return count(operand).distinct();
  }

  /** Number of distinct values that are not null. */
  public static <T> AggregateCall countDistinct(Accessor<T, ?> accessor) {
    return countDistinct(col(accessor));
  }

  /**
   * Exact sum; null of no values. A sum beyond its type is an error of the row, not a wrong number.
   */
  public static AggregateCall sum(Expr operand) {
    return aggregate(AggregateFunction.SUM, operand);
  }

  /** Exact sum; null of no values. */
  public static <T> AggregateCall sum(Accessor<T, ?> accessor) {
    return sum(col(accessor));
  }

  /** Mean; of integers a double. Null of no values. */
  public static AggregateCall avg(Expr operand) {
    return aggregate(AggregateFunction.AVG, operand);
  }

  /** Mean; of integers a double. Null of no values. */
  public static <T> AggregateCall avg(Accessor<T, ?> accessor) {
    return avg(col(accessor));
  }

  /** Least value; null of no values. */
  public static AggregateCall min(Expr operand) {
    return aggregate(AggregateFunction.MIN, operand);
  }

  /** Least value; null of no values. */
  public static <T> AggregateCall min(Accessor<T, ?> accessor) {
    return min(col(accessor));
  }

  /** Greatest value; null of no values. */
  public static AggregateCall max(Expr operand) {
    return aggregate(AggregateFunction.MAX, operand);
  }

  /** Greatest value; null of no values. */
  public static <T> AggregateCall max(Accessor<T, ?> accessor) {
    return max(col(accessor));
  }

  /** Is it true in any row? Null of no values. */
  public static AggregateCall boolOr(Expr operand) {
    return aggregate(AggregateFunction.BOOL_OR, operand);
  }

  /** Is it true in all rows? Null of no values. */
  public static AggregateCall boolAnd(Expr operand) {
    return aggregate(AggregateFunction.BOOL_AND, operand);
  }

  /** The number of a row's place in its partition, from 1; rows that tie have different ones. */
  public static OverCall rowNumber() {
    return over(OverFunction.ROW_NUMBER, null, 0);
  }

  /** One more than the rows before it; rows that tie have the same. */
  public static OverCall rank() {
    return over(OverFunction.RANK, null, 0);
  }

  /** One more than the different ranks before it; rows that tie have the same. */
  public static OverCall denseRank() {
    return over(OverFunction.DENSE_RANK, null, 0);
  }

  /** A value of the row before; null for the first. */
  public static OverCall lag(Expr operand) {
    return lag(operand, 1);
  }

  /** A value of the row before; null for the first. */
  public static <T> OverCall lag(Accessor<T, ?> accessor) {
    return lag(col(accessor));
  }

  /**
   * A value of the row so many places before; null if there is none.
   *
   * @param rows at least 1
   */
  public static OverCall lag(Expr operand, long rows) {
    return over(OverFunction.LAG, operand, rows);
  }

  /** A value of the row behind; null for the last. */
  public static OverCall lead(Expr operand) {
    return lead(operand, 1);
  }

  /** A value of the row behind; null for the last. */
  public static <T> OverCall lead(Accessor<T, ?> accessor) {
    return lead(col(accessor));
  }

  /**
   * A value of the row so many places behind; null if there is none.
   *
   * @param rows at least 1
   */
  public static OverCall lead(Expr operand, long rows) {
    return over(OverFunction.LEAD, operand, rows);
  }

  /** A value of the first row of the partition, or of a frame. */
  public static OverCall firstValue(Expr operand) {
    return over(OverFunction.FIRST_VALUE, operand, 0);
  }

  /** A value of the first row of the partition, or of a frame. */
  public static <T> OverCall firstValue(Accessor<T, ?> accessor) {
    return firstValue(col(accessor));
  }

  /** A value of the last row of the partition, or of a frame. */
  public static OverCall lastValue(Expr operand) {
    return over(OverFunction.LAST_VALUE, operand, 0);
  }

  /** A value of the last row of the partition, or of a frame. */
  public static <T> OverCall lastValue(Accessor<T, ?> accessor) {
    return lastValue(col(accessor));
  }

  private static OverCall over(OverFunction function, @Nullable Expr operand, long distance) {
    return new OverCall(function, operand, distance, Frame.all(), null);
  }
}
