package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.NamedAggregate;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes random aggregates of kinds that came later, and such over arrays. */
final class RandomCalls {
  private static final List<AggregateFunction> FUNCTIONS =
      List.of(
          AggregateFunction.ARRAY_AGG,
          AggregateFunction.ARRAY_AGG,
          AggregateFunction.STRING_AGG,
          AggregateFunction.FIRST,
          AggregateFunction.LAST,
          AggregateFunction.MIN,
          AggregateFunction.MAX,
          AggregateFunction.COUNT,
          AggregateFunction.VAR_SAMP,
          AggregateFunction.VAR_POP,
          AggregateFunction.STDDEV_SAMP,
          AggregateFunction.STDDEV_POP,
          AggregateFunction.COVAR_SAMP,
          AggregateFunction.COVAR_POP,
          AggregateFunction.PERCENTILE_DISC,
          AggregateFunction.PERCENTILE_CONT,
          AggregateFunction.MODE,
          AggregateFunction.BIT_AND,
          AggregateFunction.BIT_OR,
          AggregateFunction.BIT_XOR,
          AggregateFunction.USER,
          AggregateFunction.USER);

  /** Of two operands; picked in place of a covariance of a whole. */
  private static final List<AggregateFunction> OF_PAIRS =
      List.of(
          AggregateFunction.COVAR_POP,
          AggregateFunction.CORR,
          AggregateFunction.REGR_SLOPE,
          AggregateFunction.REGR_INTERCEPT);

  private static final List<Double> FRACTIONS =
      List.of(0.0, 1.0, 0.5, 0.25, 0.9, 0.07, 1.0 / 3, 0.999999, 1e-300);
  private static final List<String> SEPARATORS = List.of("", ",", " \ud83d\ude00 ");

  private final RandomGenerator random;
  private final RandomValues values;
  private final RandomExprs exprs;
  private final boolean isAppendOnly;

  /**
   * Of expressions over a relation.
   *
   * @param isAppendOnly are its rows only added?
   */
  RandomCalls(RandomGenerator random, RandomExprs exprs, boolean isAppendOnly) {
    this.isAppendOnly = isAppendOnly;
    this.random = random;
    this.values = new RandomValues(random);
    this.exprs = exprs;
  }

  /** An aggregate without a condition and a name. */
  AggregateCall call() {
    AggregateFunction function = values.pick(FUNCTIONS);
    return switch (function) {
      case ARRAY_AGG, FIRST, LAST -> ordered(function, exprs.someType(), null);
      case STRING_AGG -> ordered(function, Type.STRING, values.pick(SEPARATORS));
      case VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP ->
          new AggregateCall(function, operand(number()), null, values.percent(25), null);
      case COVAR_SAMP -> with(function, number(), List.of(operand(number())), null);
      case COVAR_POP -> with(values.pick(OF_PAIRS), number(), List.of(operand(number())), null);
      case PERCENTILE_DISC -> with(function, exprs.someType(), List.of(), values.pick(FRACTIONS));
      case PERCENTILE_CONT ->
          with(
              function,
              values.percent(20) ? Type.DURATION : number(),
              List.of(),
              values.pick(FRACTIONS));
      case MODE -> with(function, exprs.someType(), List.of(), null);
      case USER -> user();
      case BIT_AND, BIT_OR, BIT_XOR ->
          new AggregateCall(
              function,
              operand(values.percent(50) ? Type.INT : Type.LONG),
              null,
              values.percent(25),
              null);
      default ->
          new AggregateCall(function, operand(exprs.someType()), null, values.percent(50), null);
    };
  }

  private AggregateCall user() {
    if (isAppendOnly && values.percent(40)) {
      return least(values.percent(10));
    }
    NamedAggregate user =
        values.percent(30) ? RandomAggregates.size() : RandomAggregates.sum(values.percent(30));
    List<Expr> others = values.percent(50) ? List.of() : List.of(operand(exprs.someType()));
    return new AggregateCall(
        AggregateFunction.USER,
        operand(exprs.someType()),
        null,
        others.isEmpty() && values.percent(30),
        null,
        AggregateArguments.of(user, others));
  }

  /** One that cannot take rows back. */
  AggregateCall least(boolean isDistinct) {
    List<Expr> others =
        isDistinct || values.percent(50) ? List.of() : List.of(operand(exprs.someType()));
    return new AggregateCall(
        AggregateFunction.USER,
        operand(exprs.someType()),
        null,
        isDistinct,
        null,
        AggregateArguments.of(RandomAggregates.least(), others));
  }

  private AggregateCall with(
      AggregateFunction function, Type type, List<Expr> others, @Nullable Object constant) {
    AggregateArguments arguments = new AggregateArguments(others, List.of(), constant, null);
    return new AggregateCall(function, operand(type), null, false, null, arguments);
  }

  /** A type of numbers, mostly that of a column. */
  private Type number() {
    Type type = exprs.someType();
    return type.isNumeric() ? type : values.pick(List.of(Type.LONG, Type.DOUBLE));
  }

  private Expr operand(Type type) {
    return exprs.of(type, random.nextInt(3));
  }

  private AggregateCall ordered(AggregateFunction function, Type type, @Nullable Object constant) {
    boolean isEdge = function == AggregateFunction.FIRST || function == AggregateFunction.LAST;
    Expr operand = operand(type);
    boolean isDistinct = !isEdge && values.percent(40);
    List<SortKey> order = new ArrayList<>();
    if (!isDistinct) {
      for (Field field : exprs.shuffledColumns().subList(0, columns(isEdge))) {
        order.add(key(field.name()));
      }
    } else if (operand instanceof Expr.Column column && values.percent(70)) {
      order.add(key(column.name()));
    }
    return new AggregateCall(
        function, operand, null, isDistinct, null, AggregateArguments.of(order, constant));
  }

  private int columns(boolean isEdge) {
    int most = Math.min(2, exprs.shuffledColumns().size());
    return isEdge ? random.nextInt(1, most + 1) : random.nextInt(0, most + 1);
  }

  private SortKey key(String column) {
    return new SortKey(column, random.nextBoolean(), random.nextBoolean());
  }
}
