package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import dev.leat.engine.plan.Type.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which types expressions take and give; the one home of these rules. An error names the place, the
 * expression and the way out.
 *
 * <p>Integer arithmetic gives long, arithmetic with a float or double gives double, with decimals
 * an exact decimal. Comparisons, {@code case}, {@code coalesce} and unions bring numbers to their
 * {@link #common} type.
 */
public final class TypeRules {
  private static final Type INT_AS_DECIMAL = Type.decimal(10, 0);
  private static final Type LONG_AS_DECIMAL = Type.decimal(19, 0);
  private static final int MAX_ROUND_DIGITS = 18;
  static final int DIVISION_SCALE = 6;

  /**
   * What an expression gives.
   *
   * @param type the type of its values
   * @param nullable may it be null?
   */
  public record Typed(Type type, boolean nullable) {}

  private final Schema schema;
  private final String place;
  private final Map<Expr, Typed> known = new HashMap<>();

  private TypeRules(Schema schema, String place) {
    this.schema = schema;
    this.place = place;
  }

  /**
   * Checks and types expressions over the columns of a schema, each once, however often it is asked
   * for or is a part of others. One thread.
   *
   * @param place where the expressions were written; error messages start with it
   */
  public static TypeRules over(Schema schema, String place) {
    return new TypeRules(schema, place);
  }

  /**
   * Checks an expression.
   *
   * @throws EngineException if a column is not there or a type does not fit
   */
  public Typed check(Expr expr) {
    Typed typed = known.get(expr);
    if (typed == null) {
      OfParts rules = new OfParts();
      for (Expr part : expr.parts()) {
        if (!known.containsKey(part)) {
          known.put(part, part.accept(rules));
        }
      }
      typed = Objects.requireNonNull(known.get(expr));
    }
    return typed;
  }

  /**
   * Checks an expression over the columns of a schema.
   *
   * @param place where the expression was written; error messages start with it
   * @throws EngineException if a column is not there or a type does not fit
   */
  public static Typed check(Expr expr, Schema schema, String place) {
    return new TypeRules(schema, place).check(expr);
  }

  /** The type of an expression that was checked before. */
  public static Type typeOf(Expr expr, Schema schema) {
    return check(expr, schema, "expression").type();
  }

  /**
   * Checks a condition.
   *
   * @throws EngineException if it is not a boolean expression over the columns of the schema
   */
  public static void checkCondition(Expr expr, Schema schema, String place) {
    TypeRules rules = new TypeRules(schema, place);
    Typed typed = rules.check(expr);
    if (typed.type().kind() != Kind.BOOLEAN) {
      throw rules.invalid(
          "a condition must be boolean, this is " + typed.type() + ": " + expr + "; compare it");
    }
  }

  /**
   * The type that values of both types can be brought to without a cast, or null where there is
   * none.
   */
  public static @Nullable Type common(Type a, Type b) {
    if (a.equals(b)) {
      return a;
    }
    if (!a.isNumeric() || !b.isNumeric()) {
      return null;
    }
    if (a.isFloating() || b.isFloating()) {
      return Type.DOUBLE;
    }
    if (a.isInteger() && b.isInteger()) {
      return Type.LONG;
    }
    Type x = asDecimal(a);
    Type y = asDecimal(b);
    int scale = Math.max(x.scale(), y.scale());
    int whole = Math.max(x.precision() - x.scale(), y.precision() - y.scale());
    return bounded(whole + scale, scale);
  }

  /** The column that holds the values of both of two columns of one name. */
  static Field common(Field a, Field b, String place) {
    Type type = common(a.type(), b.type());
    if (type == null) {
      throw Node.invalid(
          place + ": types do not go together: " + a + " and " + b + "; cast one of them");
    }
    return new Field(a.name(), type, a.nullable() || b.nullable());
  }

  /** The decimal type that holds every value of an integer or decimal type. */
  public static Type asDecimal(Type type) {
    return switch (type.kind()) {
      case INT -> INT_AS_DECIMAL;
      case LONG -> LONG_AS_DECIMAL;
      case DECIMAL -> type;
      default -> throw new IllegalArgumentException("not exact: " + type);
    };
  }

  /** Can values be added up? */
  static boolean isSummable(Type type) {
    return type.isNumeric() || type.kind() == Kind.DURATION;
  }

  /** Throws that something does not take a type, unless it does. */
  void require(boolean holds, Object what, String wanted, Type type) {
    if (!holds) {
      throw invalid(
          what + " takes " + wanted + ", not " + type + "; cast it or choose another column");
    }
  }

  /** An error at this place. */
  EngineException invalid(String message) {
    return new EngineException(EngineException.Kind.INVALID, place + ": " + message);
  }

  /** The type of each kind of expression, from those of its operands. */
  private final class OfParts implements Expr.Visitor<Typed> {
    @Override
    public Typed column(Expr.Column column) {
      Field field = schema.field(schema.indexOf(column.name(), place));
      return new Typed(field.type(), field.nullable());
    }

    @Override
    public Typed literal(Expr.Literal literal) {
      return new Typed(literal.type(), literal.value() == null);
    }

    @Override
    public Typed call(Expr.Call call) {
      return checkCall(call);
    }

    @Override
    public Typed choice(Expr.Case choice) {
      return checkCase(choice);
    }

    @Override
    public Typed cast(Expr.Cast cast) {
      Typed operand = check(cast.operand());
      require(
          canCast(operand.type(), cast.type()), cast, "a type that can be cast", operand.type());
      return new Typed(cast.type(), operand.nullable());
    }

    @Override
    public Typed userCall(Expr.UserCall call) {
      List<Type> types = call.arguments().stream().map(a -> check(a).type()).toList();
      try {
        call.function().check(types);
      } catch (IllegalArgumentException e) {
        throw invalid(e.getMessage() + ": " + call.arguments());
      }
      return new Typed(call.type(), true);
    }
  }

  private static boolean canCast(Type from, Type to) {
    if (from.equals(to) || (from.isNumeric() && to.isNumeric())) {
      return true;
    }
    boolean fromScalar = from.kind() != Kind.ARRAY && from.kind() != Kind.BYTES;
    boolean toScalar = to.kind() != Kind.ARRAY && to.kind() != Kind.BYTES;
    return (fromScalar && to.kind() == Kind.STRING)
        || (toScalar && from.kind() == Kind.STRING)
        || (from.kind() == Kind.BOOLEAN && to.isInteger())
        || (from.kind() == Kind.INSTANT && to.kind() == Kind.DATE)
        || (from.kind() == Kind.DATE && to.kind() == Kind.INSTANT);
  }

  private Typed checkCase(Expr.Case choice) {
    List<Typed> results = new ArrayList<>();
    for (Expr.When when : choice.whens()) {
      Type type = check(when.condition()).type();
      require(type.kind() == Kind.BOOLEAN, "a when", "a boolean condition", type);
      results.add(check(when.result()));
    }
    Expr otherwise = choice.otherwise();
    if (otherwise != null) {
      results.add(check(otherwise));
    }
    Typed common = checkCommon(results, choice);
    return new Typed(common.type(), common.nullable() || otherwise == null);
  }

  /** The common type of several expressions; nullable if one is. */
  private Typed checkCommon(List<Typed> all, Expr whole) {
    Type type = all.get(0).type();
    boolean nullable = all.get(0).nullable();
    for (Typed typed : all.subList(1, all.size())) {
      Type common = common(type, typed.type());
      if (common == null) {
        throw invalid(
            "types do not go together: "
                + type
                + " and "
                + typed.type()
                + " in "
                + whole
                + "; cast one of them");
      }
      type = common;
      nullable |= typed.nullable();
    }
    return new Typed(type, nullable);
  }

  private Typed checkCall(Expr.Call call) {
    if (call.op() == Op.NOW) {
      throw invalid(
          "now() has no meaning here, only in where(...), select(...) and with(...) of a relation;"
              + " compute what depends on it in a column before: .with(now().as(\"now\"))");
    }
    List<Typed> arguments = call.arguments().stream().map(this::check).toList();
    boolean nullable = arguments.stream().anyMatch(Typed::nullable);
    Type first = arguments.get(0).type();
    Op op = call.op();
    return switch (op) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO ->
          new Typed(arithmetic(call, first, arguments.get(1).type()), nullable);
      case NEGATE, ABS -> {
        require(isSummable(first), call, "a number or a duration", first);
        yield new Typed(signed(first), nullable);
      }
      case EQ, NE, IN, LT, LE, GT, GE -> {
        checkCommon(arguments, call);
        yield new Typed(Type.BOOLEAN, nullable);
      }
      case NULLIF -> {
        checkCommon(arguments, call);
        yield new Typed(first, true);
      }
      case COALESCE ->
          new Typed(
              checkCommon(arguments, call).type(), arguments.stream().allMatch(Typed::nullable));
      case AND, OR, NOT -> {
        arguments.forEach(
            a -> require(a.type().kind() == Kind.BOOLEAN, call, "boolean operands", a.type()));
        yield new Typed(Type.BOOLEAN, nullable);
      }
      case IS_NULL, IS_NOT_NULL -> new Typed(Type.BOOLEAN, false);
      case ROUND, LIKE, DATE_TRUNC -> checkWithLiteral(call, arguments.get(0));
      case EPOCH_SECONDS -> {
        require(
            first.kind() == Kind.INSTANT || first.kind() == Kind.DURATION,
            call,
            "an instant or a duration",
            first);
        yield new Typed(Type.LONG, nullable);
      }
      case LOWER, UPPER, TRIM, LENGTH, SUBSTRING, CONCAT -> checkString(call, arguments);
      case CARDINALITY, CONTAINS, ELEMENT, ARRAY_TO_STRING -> checkArray(call, arguments);
      case NOW -> throw new AssertionError("checked before");
    };
  }

  private static Type signed(Type type) {
    return switch (type.kind()) {
      case INT -> Type.LONG;
      case FLOAT -> Type.DOUBLE;
      default -> type;
    };
  }

  private Typed checkString(Expr.Call call, List<Typed> arguments) {
    boolean nullable = arguments.stream().anyMatch(Typed::nullable);
    for (int i = 0; i < arguments.size(); i++) {
      Type type = arguments.get(i).type();
      boolean isPosition = call.op() == Op.SUBSTRING && i > 0;
      if (isPosition) {
        require(type.isInteger(), call, "integer positions", type);
      } else {
        require(type.kind() == Kind.STRING, call, "strings", type);
      }
    }
    return new Typed(call.op() == Op.LENGTH ? Type.LONG : Type.STRING, nullable);
  }

  private Typed checkArray(Expr.Call call, List<Typed> arguments) {
    Type array = arguments.get(0).type();
    require(array.kind() == Kind.ARRAY, call, "an array", array);
    boolean nullable = arguments.stream().anyMatch(Typed::nullable);
    if (call.op() == Op.CARDINALITY) {
      return new Typed(Type.LONG, nullable);
    }
    Type element = array.elementType();
    Type other = arguments.get(1).type();
    switch (call.op()) {
      case CONTAINS -> {
        require(
            element.equals(common(element, other)), call, "a value that is a " + element, other);
        return new Typed(Type.BOOLEAN, true);
      }
      case ELEMENT -> {
        require(other.isInteger(), call, "an integer place", other);
        return new Typed(element, true);
      }
      default -> {
        require(canCast(element, Type.STRING), call, "elements that have a text", element);
        require(other.kind() == Kind.STRING, call, "a string between elements", other);
        return new Typed(Type.STRING, nullable);
      }
    }
  }

  private Typed checkWithLiteral(Expr.Call call, Typed operand) {
    Type type = operand.type();
    Object literal = call.arguments().get(1) instanceof Expr.Literal l ? l.value() : null;
    switch (call.op()) {
      case ROUND -> {
        require(type.isNumeric(), call, "a number", type);
        if (!(literal instanceof Integer digits) || digits < 0 || digits > MAX_ROUND_DIGITS) {
          throw invalid("round() takes 0 to " + MAX_ROUND_DIGITS + " digits: " + call);
        }
        return new Typed(roundType(type, digits), operand.nullable());
      }
      case LIKE -> {
        require(type.kind() == Kind.STRING, call, "a string", type);
        if (!(literal instanceof String pattern) || endsInEscape(pattern)) {
          throw invalid("like() takes a literal pattern that does not end in \\: " + call);
        }
        return new Typed(Type.BOOLEAN, operand.nullable());
      }
      default -> {
        require(type.kind() == Kind.INSTANT, call, "an instant", type);
        if (!(literal instanceof String unit) || !isUnit(unit)) {
          throw invalid("dateTrunc() takes one of " + List.of(TruncUnit.values()) + ": " + call);
        }
        return new Typed(Type.INSTANT, operand.nullable());
      }
    }
  }

  private static boolean endsInEscape(String pattern) {
    int escapes = 0;
    for (int i = pattern.length() - 1; i >= 0 && pattern.charAt(i) == '\\'; i--) {
      escapes++;
    }
    return escapes % 2 == 1;
  }

  private static boolean isUnit(String name) {
    return Arrays.stream(TruncUnit.values()).anyMatch(unit -> unit.name().equals(name));
  }

  private static Type roundType(Type type, int digits) {
    return switch (type.kind()) {
      case INT, LONG -> Type.LONG;
      case DECIMAL -> {
        int scale = Math.min(digits, type.scale());
        int whole = type.precision() - type.scale() + (digits < type.scale() ? 1 : 0);
        yield Type.decimal(Math.max(1, Math.min(Type.MAX_PRECISION, whole + scale)), scale);
      }
      default -> Type.DOUBLE;
    };
  }

  private Type arithmetic(Expr.Call call, Type a, Type b) {
    if (a.isNumeric() && b.isNumeric()) {
      if (a.isFloating() || b.isFloating()) {
        return Type.DOUBLE;
      }
      return a.isInteger() && b.isInteger()
          ? Type.LONG
          : decimalArithmetic(call.op(), asDecimal(a), asDecimal(b));
    }
    Type temporal = temporalArithmetic(call.op(), a, b);
    if (temporal == null) {
      throw invalid(
          "no " + call.op().sign() + " of " + a + " and " + b + ": " + call + "; cast one of them");
    }
    return temporal;
  }

  private static Type decimalArithmetic(Op op, Type a, Type b) {
    int scale = Math.max(a.scale(), b.scale());
    int whole = Math.max(a.precision() - a.scale(), b.precision() - b.scale());
    return switch (op) {
      case MULTIPLY -> bounded(a.precision() + b.precision(), a.scale() + b.scale());
      case DIVIDE -> Type.decimal(Type.MAX_PRECISION, Math.max(DIVISION_SCALE, a.scale()));
      case MODULO -> bounded(whole + scale, scale);
      default -> bounded(whole + scale + 1, scale);
    };
  }

  /**
   * A decimal of at most 38 digits. Where there would be more, digits behind the point are given
   * up, but not below six, so that large numbers fit.
   */
  private static Type bounded(int precision, int scale) {
    if (precision <= Type.MAX_PRECISION) {
      return Type.decimal(precision, scale);
    }
    int whole = precision - scale;
    int kept = Math.max(Type.MAX_PRECISION - whole, Math.min(scale, DIVISION_SCALE));
    return Type.decimal(Type.MAX_PRECISION, kept);
  }

  private static @Nullable Type temporalArithmetic(Op op, Type a, Type b) {
    boolean sum = op == Op.ADD || op == Op.SUBTRACT;
    boolean scaling = op == Op.MULTIPLY || op == Op.DIVIDE;
    if (a.kind() == Kind.INSTANT) {
      if (op == Op.SUBTRACT && b.kind() == Kind.INSTANT) {
        return Type.DURATION;
      }
      return sum && b.kind() == Kind.DURATION ? Type.INSTANT : null;
    }
    if (a.kind() == Kind.DURATION) {
      if (sum && b.kind() == Kind.DURATION) {
        return Type.DURATION;
      }
      return scaling && b.isInteger() ? Type.DURATION : null;
    }
    if (a.kind() == Kind.DATE) {
      if (op == Op.SUBTRACT && b.kind() == Kind.DATE) {
        return Type.LONG;
      }
      return sum && b.isInteger() ? Type.DATE : null;
    }
    return null;
  }
}
