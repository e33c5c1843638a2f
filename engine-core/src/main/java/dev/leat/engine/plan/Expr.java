package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An expression over the columns of one relation: immutable, compared by value. Its columns are
 * names until it is put into a relation; then {@link TypeRules} checks it.
 *
 * <p>Arguments of type {@code Object} are expressions, or values that become literals.
 *
 * <pre>{@code
 * col("page_url").like("/products/%").and(col("page_url").ne("/products"))
 * }</pre>
 */
public sealed interface Expr {

  /** A column of the relation. */
  record Column(String name) implements Expr {
    public Column {
      Objects.requireNonNull(name, "name");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A value. */
  record Literal(@Nullable Object value, Type type) implements Expr {
    public Literal {
      JavaTypes.check(value, type);
      value = value instanceof byte[] bytes ? bytes.clone() : value;
    }

    @Override
    public @Nullable Object value() {
      return value instanceof byte[] bytes ? bytes.clone() : value;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Literal that
          && type.equals(that.type)
          && Objects.deepEquals(value, that.value);
    }

    @Override
    public int hashCode() {
      return Arrays.deepHashCode(new Object[] {value, type});
    }

    @Override
    public String toString() {
      return value instanceof String s ? "'" + s.replace("'", "''") + "'" : JavaTypes.text(value);
    }
  }

  /** A built-in operation. */
  record Call(Op op, List<Expr> arguments) implements Expr {
    public Call {
      Objects.requireNonNull(op, "op");
      arguments = List.copyOf(arguments);
      if (arguments.size() < op.minArguments() || arguments.size() > op.maxArguments()) {
        throw new IllegalArgumentException(
            op + " does not take " + arguments.size() + " arguments: " + arguments);
      }
    }

    @Override
    public String toString() {
      return ExprText.of(this);
    }
  }

  /** A condition and what holds when it is true. */
  record When(Expr condition, Expr result) {
    public When {
      Objects.requireNonNull(condition, "condition");
      Objects.requireNonNull(result, "result");
    }
  }

  /**
   * The result of the first true condition; conditions and results are evaluated only as far as
   * needed.
   */
  record Case(List<When> whens, @Nullable Expr otherwise) implements Expr {
    public Case {
      whens = List.copyOf(whens);
      if (whens.isEmpty()) {
        throw new IllegalArgumentException("a case needs at least one condition");
      }
    }

    @Override
    public String toString() {
      return whens.stream()
          .map(w -> " when " + w.condition() + " then " + w.result())
          .collect(
              Collectors.joining(
                  "", "case", (otherwise == null ? "" : " else " + otherwise) + " end"));
    }
  }

  /** A conversion to another type; a value that cannot be converted is an error of the row. */
  record Cast(Expr operand, Type type) implements Expr {
    public Cast {
      Objects.requireNonNull(operand, "operand");
      Objects.requireNonNull(type, "type");
    }

    @Override
    public String toString() {
      return "cast(" + operand + " as " + type + ")";
    }
  }

  /**
   * A named function of the user's. Two calls with the same name, type and arguments are equal: the
   * name stands for the function.
   */
  record UserCall(String name, Type type, UserFunction function, List<Expr> arguments)
      implements Expr {
    public UserCall {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(type, "type");
      Objects.requireNonNull(function, "function");
      arguments = List.copyOf(arguments);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof UserCall that
          && name.equals(that.name)
          && type.equals(that.type)
          && arguments.equals(that.arguments);
    }

    @Override
    public int hashCode() {
      return Objects.hash(name, type, arguments);
    }

    @Override
    public String toString() {
      return arguments.stream()
          .map(Expr::toString)
          .collect(Collectors.joining(", ", name + "[opaque](", ")"));
    }
  }

  /**
   * A literal of a Java value, or the expression itself where it is one already.
   *
   * @throws IllegalArgumentException if there is no type for the value's class, or it is null
   */
  static Expr of(Object value) {
    if (value instanceof Expr expr) {
      return expr;
    }
    if (value instanceof AggregateCall || value instanceof NamedExpr) {
      throw new IllegalArgumentException(
          "not an expression over columns: " + value + "; aggregate first, then use its column");
    }
    return new Literal(value, JavaTypes.typeOf(value));
  }

  private static Expr call(Op op, Object... arguments) {
    return new Call(op, Arrays.stream(arguments).map(Expr::of).toList());
  }

  private static Expr spread(Op op, Expr first, Object... rest) {
    List<Expr> arguments = new ArrayList<>();
    arguments.add(first);
    Arrays.stream(rest).map(Expr::of).forEach(arguments::add);
    return new Call(op, arguments);
  }

  /** Names the column that this makes. */
  default NamedExpr as(String name) {
    return new NamedExpr(name, this);
  }

  default Expr eq(Object other) {
    return call(Op.EQ, this, other);
  }

  default Expr ne(Object other) {
    return call(Op.NE, this, other);
  }

  default Expr lt(Object other) {
    return call(Op.LT, this, other);
  }

  default Expr le(Object other) {
    return call(Op.LE, this, other);
  }

  default Expr gt(Object other) {
    return call(Op.GT, this, other);
  }

  default Expr ge(Object other) {
    return call(Op.GE, this, other);
  }

  /** Between two bounds, both included. */
  default Expr between(Object low, Object high) {
    return ge(low).and(le(high));
  }

  /** Is it one of these? */
  default Expr in(Object... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("in() needs at least one value");
    }
    return spread(Op.IN, this, values);
  }

  default Expr isNull() {
    return call(Op.IS_NULL, this);
  }

  default Expr isNotNull() {
    return call(Op.IS_NOT_NULL, this);
  }

  default Expr and(Expr other) {
    return call(Op.AND, this, other);
  }

  default Expr or(Expr other) {
    return call(Op.OR, this, other);
  }

  default Expr not() {
    return call(Op.NOT, this);
  }

  /** Sum of numbers; an instant or a duration and a duration. Integers give long, floats double. */
  default Expr plus(Object other) {
    return call(Op.ADD, this, other);
  }

  /** Difference; of two instants it is a duration. */
  default Expr minus(Object other) {
    return call(Op.SUBTRACT, this, other);
  }

  default Expr times(Object other) {
    return call(Op.MULTIPLY, this, other);
  }

  /**
   * Quotient; of integers truncated. Division by zero is an error of the row: use {@link #nullIf}
   * to get null.
   */
  default Expr dividedBy(Object other) {
    return call(Op.DIVIDE, this, other);
  }

  default Expr modulo(Object other) {
    return call(Op.MODULO, this, other);
  }

  default Expr negate() {
    return call(Op.NEGATE, this);
  }

  default Expr abs() {
    return call(Op.ABS, this);
  }

  /** This, or where it is null, the first of these that is not. */
  default Expr coalesce(Object... others) {
    return spread(Op.COALESCE, this, others);
  }

  /** Null where it equals a value. */
  default Expr nullIf(Object value) {
    return call(Op.NULLIF, this, value);
  }

  /**
   * SQL pattern match: {@code %} is any run of characters, {@code _} any one, {@code \} takes the
   * next one literally.
   */
  default Expr like(String pattern) {
    return call(Op.LIKE, this, pattern);
  }

  default Expr lower() {
    return call(Op.LOWER, this);
  }

  default Expr upper() {
    return call(Op.UPPER, this);
  }

  /** Without spaces at both ends. */
  default Expr trim() {
    return call(Op.TRIM, this);
  }

  /** Number of characters. */
  default Expr length() {
    return call(Op.LENGTH, this);
  }

  /** The characters from a position, counted from 1, to the end. */
  default Expr substring(Object from) {
    return call(Op.SUBSTRING, this, from);
  }

  /** A number of characters from a position, counted from 1. */
  default Expr substring(Object from, Object length) {
    return call(Op.SUBSTRING, this, from, length);
  }

  /** This string and others, joined; null if one is null. */
  default Expr concat(Object... others) {
    return spread(Op.CONCAT, this, others);
  }

  /**
   * Rounded to a number of digits behind the point, half away from zero.
   *
   * @param digits 0 to 18
   */
  default Expr round(int digits) {
    return call(Op.ROUND, this, digits);
  }

  /** An instant cut down to a unit, UTC. */
  default Expr dateTrunc(TruncUnit unit) {
    return call(Op.DATE_TRUNC, this, unit.name());
  }

  /** Whole seconds of an instant since 1970-01-01T00:00:00Z, or of a duration, rounded down. */
  default Expr epochSeconds() {
    return call(Op.EPOCH_SECONDS, this);
  }

  /** Converted to another type. */
  default Expr cast(Type type) {
    return new Cast(this, type);
  }
}
