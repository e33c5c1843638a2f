package dev.leat.engine;

import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Elements;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.NamedAggregate;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.OverFunction;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
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

  /**
   * The time of the pipeline: the greatest multiple of the tick interval ({@link
   * PipelineBuilder#tickEvery}) at or before what the engine's clock said when the last rows were
   * taken, or when a tick was due. It never goes back, and is the same when the log is replayed.
   *
   * <p>In {@code where(...)}, rows enter and leave as it moves, with no new event; a comparison
   * with a time of the row costs what enters and leaves: {@code
   * where(now().minus(col(Cart::lastEvent)).between(minutes(15), minutes(60)))}. In {@code
   * select(...)} and {@code with(...)} it is a column that each tick refreshes in all rows.
   */
  public static Expr now() {
    return new Expr.Call(Op.NOW, List.of());
  }

  /** The day of {@link #now}, UTC; it moves once a day. */
  public static Expr currentDate() {
    return now().cast(Type.DATE);
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

  /**
   * The elements of the arrays in a column, for {@code unnest}.
   *
   * @param column the column of the arrays
   * @param name of the column that gets the elements
   */
  public static Elements elements(String column, String name) {
    return new Elements(column, name, null, false);
  }

  /** The elements of the arrays in a column, for {@code unnest}. */
  public static <T> Elements elements(Accessor<T, ? extends List<?>> column, String name) {
    return elements(Columns.name(column), name);
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

  /**
   * The value of the first row, in the order of {@code orderBy}, whose value is not null; null of
   * no values. Of rows that tie it is the least value.
   */
  public static AggregateCall first(Expr operand) {
    return aggregate(AggregateFunction.FIRST, operand);
  }

  /** The value of the first row, in the order of {@code orderBy}, whose value is not null. */
  public static <T> AggregateCall first(Accessor<T, ?> accessor) {
    return first(col(accessor));
  }

  /**
   * The value of the last row, in the order of {@code orderBy}, whose value is not null; null of no
   * values. Of rows that tie it is the greatest value.
   */
  public static AggregateCall last(Expr operand) {
    return aggregate(AggregateFunction.LAST, operand);
  }

  /** The value of the last row, in the order of {@code orderBy}, whose value is not null. */
  public static <T> AggregateCall last(Accessor<T, ?> accessor) {
    return last(col(accessor));
  }

  /**
   * The value of the row in which a column is least, of the rows in which neither is null; null of
   * none. Of rows that tie it is the least value.
   */
  public static AggregateCall argMin(Expr operand, String column) {
    return first(operand).orderBy(asc(column)).where(col(column).isNotNull());
  }

  /** The value of the row in which another column is least; null of none. */
  public static <T> AggregateCall argMin(Accessor<T, ?> operand, Accessor<T, ?> column) {
    return argMin(col(operand), Columns.name(column));
  }

  /**
   * The value of the row in which a column is greatest, of the rows in which neither is null; null
   * of none. Of rows that tie it is the least value.
   */
  public static AggregateCall argMax(Expr operand, String column) {
    return first(operand).orderBy(desc(column)).where(col(column).isNotNull());
  }

  /** The value of the row in which another column is greatest; null of none. */
  public static <T> AggregateCall argMax(Accessor<T, ?> operand, Accessor<T, ?> column) {
    return argMax(col(operand), Columns.name(column));
  }

  /**
   * All values, nulls too, in an array; null of no rows. In the order of {@code orderBy}, and where
   * that leaves it open in that of the values, so that the order in which rows came does not
   * matter.
   */
  public static AggregateCall arrayAgg(Expr operand) {
    return aggregate(AggregateFunction.ARRAY_AGG, operand);
  }

  /** All values, nulls too, in an array; null of no rows. */
  public static <T> AggregateCall arrayAgg(Accessor<T, ?> accessor) {
    return arrayAgg(col(accessor));
  }

  /**
   * All strings that are not null, one behind the other; null of none. In the order of {@code
   * orderBy}, and where that leaves it open in that of the strings.
   *
   * @param separator stands between two of them
   */
  public static AggregateCall stringAgg(Expr operand, String separator) {
    return new AggregateCall(
        AggregateFunction.STRING_AGG,
        operand,
        null,
        false,
        null,
        AggregateArguments.of(List.of(), separator));
  }

  /** All strings that are not null, one behind the other with a separator between; null of none. */
  public static <T> AggregateCall stringAgg(Accessor<T, ?> accessor, String separator) {
    return stringAgg(col(accessor), separator);
  }

  /** The bits that are set in all integers; null of none. */
  public static AggregateCall bitAnd(Expr operand) {
    return aggregate(AggregateFunction.BIT_AND, operand);
  }

  /** The bits that are set in any integer; null of none. */
  public static AggregateCall bitOr(Expr operand) {
    return aggregate(AggregateFunction.BIT_OR, operand);
  }

  /** The bits that are set in an odd number of integers; null of none. */
  public static AggregateCall bitXor(Expr operand) {
    return aggregate(AggregateFunction.BIT_XOR, operand);
  }

  /**
   * An aggregate of the host's.
   *
   * @param name stands for the aggregate: two with the same name must be the same, and state that
   *     was computed with it is found again by it. An aggregate that changed needs another name.
   * @param type of the result
   * @param operands expressions, at least one
   */
  public static AggregateCall aggregate(
      String name, Type type, UserAggregate<?> aggregate, Expr... operands) {
    if (operands.length == 0) {
      throw new IllegalArgumentException("aggregate '" + name + "' needs an operand");
    }
    List<Expr> others = List.of(operands).subList(1, operands.length);
    return new AggregateCall(
        AggregateFunction.USER,
        operands[0],
        null,
        false,
        null,
        AggregateArguments.of(new NamedAggregate(name, type, aggregate), others));
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
