package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserAggregate;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The keys, operands and results of one aggregate operator. */
final class ReferenceAggregates {
  private static final Object COUNTED = "a row that counts";

  private final Node.Aggregate node;
  private final Schema schema;
  private final ReferenceExpressions expressions;

  ReferenceAggregates(Node.Aggregate node) {
    this.node = node;
    this.schema = node.input().schema();
    this.expressions = new ReferenceExpressions(schema);
  }

  List<@Nullable Object> key(ReferenceRow row) {
    List<@Nullable Object> key = new ArrayList<>();
    for (String name : node.keys()) {
      key.add(row.value(schema.indexOf(name, "key")));
    }
    return key;
  }

  /** What a row brings to each aggregate: null where it brings nothing. */
  List<@Nullable Object> operands(ReferenceRow row) {
    List<@Nullable Object> operands = new ArrayList<>();
    for (AggregateCall call : node.calls()) {
      Expr where = call.where();
      Expr operand = call.operand();
      if (where != null && !expressions.isTrue(where, row)) {
        operands.add(null);
      } else if (isOfTuples(call)) {
        operands.add(tuple(call, row));
      } else {
        operands.add(operand == null ? COUNTED : expressions.evaluate(operand, row));
      }
    }
    return operands;
  }

  private static boolean isOfTuples(AggregateCall call) {
    return call.function().takesOrder() || call.operands().size() > 1;
  }

  /**
   * What a row brings to an aggregate that reads several columns of it; null if it has several
   * operands and one is null.
   */
  private @Nullable List<@Nullable Object> tuple(AggregateCall call, ReferenceRow row) {
    List<@Nullable Object> tuple = new ArrayList<>();
    call.operands().forEach(operand -> tuple.add(expressions.evaluate(operand, row)));
    return !call.function().takesOrder() && tuple.contains(null) ? null : tuple;
  }

  /** The row of a group, from what its rows brought. */
  ReferenceRow result(List<@Nullable Object> key, List<List<@Nullable Object>> rows) {
    List<@Nullable Object> values = new ArrayList<>(key);
    for (int i = 0; i < node.calls().size(); i++) {
      List<Object> operands = new ArrayList<>();
      for (List<@Nullable Object> row : rows) {
        Object operand = row.get(i);
        if (operand != null) {
          operands.add(operand);
        }
      }
      AggregateCall call = node.calls().get(i);
      if (call.isDistinct()) {
        operands = new ArrayList<>(new LinkedHashSet<>(operands));
      }
      values.add(aggregate(call, operands, node.schema().field(key.size() + i).type()));
    }
    return new ReferenceRow(values);
  }

  private @Nullable Object aggregate(AggregateCall call, List<Object> operands, Type result) {
    Expr expr = call.operand();
    if (expr == null) {
      return (long) operands.size();
    }
    if (call.function().takesOrder()) {
      List<Type> types = call.operands().stream().map(expressions::typeOf).toList();
      return new ReferenceOrdered(call, types).result(operands);
    }
    Type type = expressions.typeOf(expr);
    return switch (call.function()) {
      case COUNT -> (long) operands.size();
      case MIN -> extreme(operands, type, -1);
      case MAX -> extreme(operands, type, 1);
      case BOOL_OR -> operands.isEmpty() ? null : (Object) operands.contains(true);
      case BOOL_AND -> operands.isEmpty() ? null : (Object) !operands.contains(false);
      case SUM -> operands.isEmpty() ? null : sum(operands, type, result);
      case AVG -> operands.isEmpty() ? null : average(operands, type, result);
      case VAR_SAMP, VAR_POP, STDDEV_SAMP, STDDEV_POP ->
          ReferenceStatistics.moment(call, operands.stream().map(List::of).toList());
      case COVAR_SAMP, COVAR_POP ->
          ReferenceStatistics.moment(
              call, operands.stream().map(tuple -> (List<?>) tuple).toList());
      case CORR, REGR_SLOPE, REGR_INTERCEPT ->
          ReferenceLines.of(call, operands.stream().map(tuple -> (List<?>) tuple).toList());
      case PERCENTILE_DISC -> percentile(call, false, operands, type);
      case PERCENTILE_CONT -> percentile(call, true, operands, type);
      case MODE -> ReferenceStatistics.mode(operands, type);
      case BIT_AND, BIT_OR, BIT_XOR ->
          operands.isEmpty() ? null : ReferenceStatistics.bits(call, operands);
      case USER -> user(call, operands, result);
      case FIRST, LAST, ARRAY_AGG, STRING_AGG ->
          throw new IllegalArgumentException("depends on an order: " + call);
    };
  }

  private @Nullable Object user(AggregateCall call, List<Object> tuples, Type result) {
    List<Type> types = new ArrayList<>();
    call.operands().forEach(operand -> types.add(expressions.typeOf(operand)));
    List<List<Object>> rows = new ArrayList<>();
    for (Object tuple : tuples) {
      List<Object> row = new ArrayList<>();
      // The last operand tells only whether the row is taken.
      for (int k = 0; k < types.size() - 1; k++) {
        row.add(
            Objects.requireNonNull(ReferenceValues.toJava(types.get(k), ((List<?>) tuple).get(k))));
      }
      rows.add(row);
    }
    UserAggregate<?> aggregate = Objects.requireNonNull(call.arguments().user()).aggregate();
    return rows.isEmpty()
        ? ReferenceValues.canonical(result, aggregate.resultOfNone())
        : folded(aggregate, rows, result);
  }

  private static <S> @Nullable Object folded(
      UserAggregate<S> aggregate, List<List<Object>> rows, Type result) {
    S state = aggregate.empty();
    for (List<Object> row : rows) {
      state = aggregate.add(state, row, 1);
    }
    try {
      Object value = aggregate.result(state);
      if (value == null && aggregate.resultOfNone() != null) {
        throw new IllegalStateException("null, though not for no rows");
      }
      return ReferenceValues.canonical(result, value);
    } catch (RuntimeException e) {
      throw new RowError("an aggregate of the user's failed", e);
    }
  }

  private static @Nullable Object percentile(
      AggregateCall call, boolean isBetween, List<Object> operands, Type type) {
    return operands.isEmpty()
        ? null
        : ReferenceStatistics.percentile(call, isBetween, operands, type);
  }

  private static @Nullable Object extreme(List<Object> operands, Type type, int sign) {
    Object extreme = null;
    for (Object operand : operands) {
      if (extreme == null || sign * ReferenceValues.compare(type, operand, extreme) > 0) {
        extreme = operand;
      }
    }
    return extreme;
  }

  private static Object sum(List<Object> operands, Type type, Type result) {
    return switch (type.kind()) {
      case INT, LONG -> sumOfIntegers(operands).longValueExact();
      case FLOAT, DOUBLE -> sumOfDoubles(operands);
      case DECIMAL -> ReferenceNumbers.fit(sumOfDecimals(operands), result);
      case DURATION -> ReferenceValues.duration(sumOfDurations(operands).longValueExact());
      default -> throw new IllegalArgumentException("no sum of " + type);
    };
  }

  private static Object average(List<Object> operands, Type type, Type result) {
    long count = operands.size();
    return switch (type.kind()) {
      case INT, LONG ->
          ReferenceValues.canonical(sumOfIntegers(operands).doubleValue() / (double) count);
      case FLOAT, DOUBLE -> ReferenceValues.canonical(sumOfDoubles(operands) / (double) count);
      case DECIMAL ->
          ReferenceNumbers.fit(
              sumOfDecimals(operands)
                  .divide(BigDecimal.valueOf(count), result.scale(), RoundingMode.HALF_UP),
              result);
      case DURATION ->
          ReferenceValues.duration(
              sumOfDurations(operands).divide(BigInteger.valueOf(count)).longValueExact());
      default -> throw new IllegalArgumentException("no mean of " + type);
    };
  }

  private static BigInteger sumOfIntegers(List<Object> operands) {
    BigInteger sum = BigInteger.ZERO;
    for (Object operand : operands) {
      sum = sum.add(BigInteger.valueOf(((Number) operand).longValue()));
    }
    return sum;
  }

  private static BigInteger sumOfDurations(List<Object> operands) {
    BigInteger sum = BigInteger.ZERO;
    for (Object operand : operands) {
      sum = sum.add(BigInteger.valueOf(ReferenceValues.micros((Duration) operand)));
    }
    return sum;
  }

  private static BigDecimal sumOfDecimals(List<Object> operands) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Object operand : operands) {
      sum = sum.add((BigDecimal) operand);
    }
    return sum;
  }

  /** The real sum, rounded once; infinities and NaN as in IEEE 754. */
  private static Double sumOfDoubles(List<Object> operands) {
    BigDecimal finite = BigDecimal.ZERO;
    double notFinite = 0;
    for (Object operand : operands) {
      double value = ((Number) operand).doubleValue();
      if (Double.isFinite(value)) {
        finite = finite.add(new BigDecimal(value));
      } else {
        notFinite += value;
      }
    }
    return ReferenceValues.canonical(notFinite == 0 ? finite.doubleValue() : notFinite);
  }
}
