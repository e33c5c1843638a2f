package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.TypeRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates expressions for one row at a time, over the columns of one schema. Throws where a row
 * has no value.
 */
final class ReferenceExpressions {
  private final Schema schema;
  private final TypeRules types;
  private final Map<Expr, Optional<Object>> known = new HashMap<>();

  ReferenceExpressions(Schema schema) {
    this.schema = schema;
    this.types = TypeRules.over(schema, "expression");
  }

  Type typeOf(Expr expr) {
    return types.check(expr).type();
  }

  boolean isTrue(Expr condition, ReferenceRow row) {
    return Boolean.TRUE.equals(evaluate(condition, row));
  }

  @Nullable Object evaluate(Expr expr, ReferenceRow row) {
    known.clear();
    return value(expr, row);
  }

  /** The value of a part, computed once for a row: parts may be shared over and over. */
  private @Nullable Object value(Expr expr, ReferenceRow row) {
    Optional<Object> value = known.get(expr);
    if (value == null) {
      value = expr.accept(new OfParts(row));
      known.put(expr, value);
    }
    return value.orElse(null);
  }

  private boolean holds(Expr condition, ReferenceRow row) {
    return Boolean.TRUE.equals(value(condition, row));
  }

  /** The value of each kind of expression; empty for null. */
  private final class OfParts implements Expr.Visitor<Optional<Object>> {
    private final ReferenceRow row;

    private OfParts(ReferenceRow row) {
      this.row = row;
    }

    @Override
    public Optional<Object> column(Expr.Column column) {
      return Optional.ofNullable(row.value(schema.indexOf(column.name(), "expression")));
    }

    @Override
    public Optional<Object> literal(Expr.Literal literal) {
      return Optional.ofNullable(ReferenceValues.canonical(literal.type(), literal.value()));
    }

    @Override
    public Optional<Object> call(Expr.Call call) {
      return Optional.ofNullable(builtIn(call, row));
    }

    @Override
    public Optional<Object> choice(Expr.Case choice) {
      return Optional.ofNullable(choose(choice, row));
    }

    @Override
    public Optional<Object> cast(Expr.Cast cast) {
      return Optional.ofNullable(value(cast.operand(), row))
          .map(value -> ReferenceCasts.cast(value, typeOf(cast.operand()), cast.type()));
    }

    @Override
    public Optional<Object> userCall(Expr.UserCall call) {
      return Optional.ofNullable(apply(call, row));
    }
  }

  private @Nullable Object apply(Expr.UserCall call, ReferenceRow row) {
    @Nullable Object[] arguments = new @Nullable Object[call.arguments().size()];
    for (int i = 0; i < arguments.length; i++) {
      Expr argument = call.arguments().get(i);
      arguments[i] = ReferenceValues.toJava(typeOf(argument), value(argument, row));
    }
    try {
      return ReferenceValues.canonical(call.type(), call.function().apply(arguments));
    } catch (Exception e) {
      throw new RowError(call.name() + " failed", e);
    }
  }

  private @Nullable Object choose(Expr.Case choice, ReferenceRow row) {
    for (Expr.When when : choice.whens()) {
      if (holds(when.condition(), row)) {
        return converted(when.result(), row, typeOf(choice));
      }
    }
    Expr otherwise = choice.otherwise();
    return otherwise == null ? null : converted(otherwise, row, typeOf(choice));
  }

  private @Nullable Object converted(Expr expr, ReferenceRow row, Type type) {
    return ReferenceNumbers.convert(value(expr, row), typeOf(expr), type);
  }

  private @Nullable Object builtIn(Expr.Call call, ReferenceRow row) {
    List<Expr> arguments = call.arguments();
    return switch (call.op()) {
      case AND -> connect(arguments, row, false);
      case OR -> connect(arguments, row, true);
      case COALESCE -> {
        for (Expr argument : arguments) {
          Object value = converted(argument, row, typeOf(call));
          if (value != null) {
            yield value;
          }
        }
        yield null;
      }
      default -> strict(call, row);
    };
  }

  /**
   * The decisive value if an operand has it; later operands are not evaluated. Else null if one is
   * null.
   */
  private @Nullable Object connect(List<Expr> operands, ReferenceRow row, boolean decisive) {
    boolean sawNull = false;
    for (Expr operand : operands) {
      Object value = value(operand, row);
      if (value == null) {
        sawNull = true;
      } else if ((boolean) value == decisive) {
        return decisive;
      }
    }
    return sawNull ? null : (Object) !decisive;
  }

  /** The operations that evaluate all their arguments first. */
  private @Nullable Object strict(Expr.Call call, ReferenceRow row) {
    List<@Nullable Object> values = new ArrayList<>();
    for (Expr argument : call.arguments()) {
      values.add(value(argument, row));
    }
    switch (call.op()) {
      case IS_NULL -> {
        return values.get(0) == null;
      }
      case IS_NOT_NULL -> {
        return values.get(0) != null;
      }
      case IN -> {
        return isIn(call.arguments(), values);
      }
      case NULLIF -> {
        Type common = common(call.arguments());
        boolean equal = Boolean.TRUE.equals(areEqual(call.arguments(), values, 1, common));
        return equal ? null : values.get(0);
      }
      case CONTAINS -> {
        return contains(call.arguments(), values);
      }
      case ELEMENT -> {
        return values.get(0) instanceof List<?> list && values.get(1) instanceof Number place
            ? elementAt(list, place.longValue())
            : null;
      }
      default -> {
        List<Object> present = new ArrayList<>();
        for (Object value : values) {
          if (value == null) {
            return null;
          }
          present.add(value);
        }
        return compute(call, present);
      }
    }
  }

  private @Nullable Boolean contains(List<Expr> arguments, List<@Nullable Object> values) {
    Type element = typeOf(arguments.get(0)).elementType();
    Object value = ReferenceNumbers.convert(values.get(1), typeOf(arguments.get(1)), element);
    if (values.get(0) == null || value == null) {
      return null;
    }
    boolean sawNull = false;
    for (Object each : (List<?>) values.get(0)) {
      sawNull |= each == null;
      if (each != null && (each.equals(value) || isEqual(element, each, value))) {
        return true;
      }
    }
    return sawNull ? null : false;
  }

  private static boolean isEqual(Type type, Object a, Object b) {
    return ReferenceValues.compare(type, a, b) == 0;
  }

  private static @Nullable Object elementAt(List<?> list, long place) {
    return place >= 1 && place <= list.size() ? list.get((int) place - 1) : null;
  }

  private @Nullable Boolean isIn(List<Expr> arguments, List<@Nullable Object> values) {
    Type common = common(arguments);
    boolean sawNull = false;
    for (int i = 1; i < values.size(); i++) {
      Boolean equal = areEqual(arguments, values, i, common);
      if (equal == null) {
        sawNull = true;
      } else if (equal) {
        return true;
      }
    }
    return sawNull ? null : false;
  }

  private @Nullable Boolean areEqual(
      List<Expr> arguments, List<@Nullable Object> values, int other, Type common) {
    Object a = values.get(0);
    Object b = values.get(other);
    if (a == null || b == null) {
      return null;
    }
    if (common.kind() == Type.Kind.ARRAY) {
      return a.equals(b);
    }
    return compare(a, typeOf(arguments.get(0)), b, typeOf(arguments.get(other)), common) == 0;
  }

  /** The type that all arguments are brought to for a comparison. */
  private Type common(List<Expr> arguments) {
    Type common = typeOf(arguments.get(0));
    for (Expr argument : arguments) {
      Type type = TypeRules.common(common, typeOf(argument));
      if (type == null) {
        throw new IllegalArgumentException("types do not go together: " + arguments);
      }
      common = type;
    }
    return common;
  }

  private static int compare(Object a, Type aType, Object b, Type bType, Type common) {
    if (common.kind() == Type.Kind.DECIMAL) {
      return ReferenceNumbers.exact(a).compareTo(ReferenceNumbers.exact(b));
    }
    Object x = ReferenceNumbers.convert(a, aType, common);
    Object y = ReferenceNumbers.convert(b, bType, common);
    if (x == null || y == null) {
      throw new IllegalStateException("a value became null: " + a + ", " + b);
    }
    return ReferenceValues.compare(common, x, y);
  }

  /** The operations that are null where an argument is. */
  private Object compute(Expr.Call call, List<Object> values) {
    List<Expr> arguments = call.arguments();
    Object first = values.get(0);
    Op op = call.op();
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO -> arithmetic(call, first, values.get(1));
      case NEGATE, ABS -> ReferenceNumbers.signed(op, first, typeOf(call));
      case EQ -> Boolean.TRUE.equals(areEqual(arguments, nullable(values), 1, common(arguments)));
      case NE -> Boolean.FALSE.equals(areEqual(arguments, nullable(values), 1, common(arguments)));
      case LT -> order(arguments, values) < 0;
      case LE -> order(arguments, values) <= 0;
      case GT -> order(arguments, values) > 0;
      case GE -> order(arguments, values) >= 0;
      case NOT -> !(boolean) first;
      case LIKE -> ReferenceStrings.isLike((String) first, (String) values.get(1));
      case LOWER, UPPER, TRIM, LENGTH, SUBSTRING, CONCAT ->
          ReferenceStrings.compute(op, (String) first, values);
      case CARDINALITY -> (long) ((List<?>) first).size();
      case ARRAY_TO_STRING ->
          ReferenceStrings.join(
              (List<?>) first, typeOf(arguments.get(0)).elementType(), (String) values.get(1));
      case ROUND -> ReferenceNumbers.round(first, (int) values.get(1), typeOf(call));
      case DATE_TRUNC ->
          ReferenceTimes.truncate((Instant) first, TruncUnit.valueOf((String) values.get(1)));
      case EPOCH_SECONDS ->
          first instanceof Instant instant
              ? instant.getEpochSecond()
              : (Object) ((Duration) first).toSeconds();
      case AND, OR, COALESCE, NULLIF, IN, CONTAINS, ELEMENT, IS_NULL, IS_NOT_NULL, NOW ->
          throw new IllegalStateException("computed before: " + call);
    };
  }

  private static List<@Nullable Object> nullable(List<Object> values) {
    return new ArrayList<@Nullable Object>(values);
  }

  private int order(List<Expr> arguments, List<Object> values) {
    return compare(
        values.get(0),
        typeOf(arguments.get(0)),
        values.get(1),
        typeOf(arguments.get(1)),
        common(arguments));
  }

  private Object arithmetic(Expr.Call call, Object a, Object b) {
    Type result = typeOf(call);
    boolean isNumeric = typeOf(call.arguments().get(0)).isNumeric();
    return isNumeric
        ? ReferenceNumbers.arithmetic(call.op(), a, b, result)
        : ReferenceTimes.arithmetic(call.op(), a, b);
  }
}
