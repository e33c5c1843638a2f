package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import dev.leat.engine.plan.Type.Kind;
import dev.leat.engine.plan.TypeRules.Typed;
import java.util.Objects;

/** Which operands and orders aggregates take, and which type they give; the one home of that. */
final class AggregateRules {
  private final AggregateCall call;
  private final Schema schema;
  private final String place;
  private final TypeRules types;

  private AggregateRules(AggregateCall call, Schema schema, String place) {
    this.call = call;
    this.schema = schema;
    this.place = place;
    this.types = TypeRules.over(schema, place);
  }

  /**
   * The type of an aggregate over rows of a schema.
   *
   * @throws EngineException if a column is not there, or something does not fit the aggregate
   */
  static Typed check(AggregateCall call, Schema schema, String place) {
    return new AggregateRules(call, schema, place).check();
  }

  private Typed check() {
    Expr where = call.where();
    if (where != null) {
      TypeRules.checkCondition(where, schema, place + ", where of " + call);
    }
    checkOrder();
    if (call.isDistinct()
        && !(call.function().takesDistinct() && call.arguments().others().isEmpty())) {
      throw types.invalid(
          call + ": not of distinct values; make the rows distinct before, with .distinct()");
    }
    Expr operand = call.operand();
    if (operand == null) {
      return new Typed(Type.LONG, false);
    }
    Type type = types.check(operand).type();
    for (Expr other : call.arguments().others()) {
      Type ofOther = types.check(other).type();
      if (call.function() != AggregateFunction.USER) {
        checkNumber(ofOther);
      }
    }
    return new Typed(resultType(type), isNullable());
  }

  private boolean isNullable() {
    NamedAggregate user = call.arguments().user();
    return user == null
        ? call.function() != AggregateFunction.COUNT
        : user.aggregate().resultOfNone() == null;
  }

  /**
   * Checks that an aggregate that cannot take rows back does not have to.
   *
   * @throws EngineException if rows of its input can be taken back
   */
  static void checkTakesBack(AggregateCall call, Node input, String place) {
    NamedAggregate user = call.arguments().user();
    if (user == null || user.aggregate().takesBack() || input.isAppendOnly()) {
      return;
    }
    String instead = user.aggregate().insteadOfIt();
    throw Node.invalid(
        place
            + ": "
            + call
            + " cannot take rows back, and rows of this relation can be; "
            + (instead == null ? "" : "use " + instead + ", or ")
            + "aggregate what is only added to: a stream itself, filtered or with windows, a lookup"
            + " join of one, or windows that close (.closing(...))");
  }

  private void checkOrder() {
    if (call.order().isEmpty()) {
      if (call.function().needsOrder()) {
        throw types.invalid(
            call
                + " needs an order, for rows come in any: add .orderBy(...), as in"
                + " .orderBy(asc(\"event_time\"))");
      }
      return;
    }
    if (!call.function().takesOrder()) {
      throw types.invalid(
          call + ": what it gives does not depend on an order; leave out .orderBy(...)");
    }
    for (SortKey key : call.order()) {
      schema.indexOf(key.column(), place + ", orderBy of " + call);
      if (call.isDistinct() && !new Expr.Column(key.column()).equals(call.operand())) {
        throw types.invalid(
            call
                + ": distinct values can only be ordered by themselves, for rows with the same"
                + " value may differ in '"
                + key.column()
                + "'");
      }
    }
  }

  private Type resultType(Type type) {
    return switch (call.function()) {
      case COUNT -> Type.LONG;
      case MIN, MAX, FIRST, LAST -> type;
      case ARRAY_AGG -> Type.array(type);
      case STRING_AGG -> {
        types.require(type.kind() == Kind.STRING, call, "a string", type);
        yield type;
      }
      case BOOL_OR, BOOL_AND -> {
        types.require(type.kind() == Kind.BOOLEAN, call, "a boolean", type);
        yield type;
      }
      case SUM -> {
        types.require(TypeRules.isSummable(type), call, "a number or a duration", type);
        yield sumType(type);
      }
      case AVG -> {
        types.require(TypeRules.isSummable(type), call, "a number or a duration", type);
        yield averageType(type);
      }
      case VAR_SAMP,
          VAR_POP,
          STDDEV_SAMP,
          STDDEV_POP,
          COVAR_SAMP,
          COVAR_POP,
          CORR,
          REGR_SLOPE,
          REGR_INTERCEPT -> {
        checkNumber(type);
        yield Type.DOUBLE;
      }
      case PERCENTILE_CONT -> {
        types.require(TypeRules.isSummable(type), call, "a number or a duration", type);
        yield type.kind() == Kind.DURATION ? type : Type.DOUBLE;
      }
      case PERCENTILE_DISC, MODE -> type;
      case BIT_AND, BIT_OR, BIT_XOR -> {
        types.require(type.isInteger(), call, "an integer", type);
        yield type;
      }
      case USER -> Objects.requireNonNull(call.arguments().user(), "user").type();
    };
  }

  private void checkNumber(Type type) {
    types.require(type.isNumeric(), call, "numbers", type);
  }

  private static Type sumType(Type type) {
    return switch (type.kind()) {
      case INT, LONG -> Type.LONG;
      case FLOAT, DOUBLE -> Type.DOUBLE;
      case DECIMAL -> Type.decimal(Type.MAX_PRECISION, type.scale());
      default -> type;
    };
  }

  private static Type averageType(Type type) {
    return switch (type.kind()) {
      case DECIMAL -> {
        int whole = type.precision() - type.scale();
        int scale = Math.min(TypeRules.DIVISION_SCALE, Type.MAX_PRECISION - whole);
        yield Type.decimal(Type.MAX_PRECISION, Math.max(type.scale(), scale));
      }
      case DURATION -> type;
      default -> Type.DOUBLE;
    };
  }
}
