package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An expression over the columns of one relation: immutable, compared by value. Its columns are
 * names until it is put into a relation; then {@link TypeRules} checks it.
 *
 * <p>An expression knows its {@link #identity} from the start, and comparing looks at nothing else.
 * So parts may be shared: {@code e = e.plus(e)}, sixty times over, is sixty expressions.
 *
 * <p>Arguments of type {@code Object} are expressions, or values that become literals.
 *
 * <pre>{@code
 * col("page_url").like("/products/%").and(col("page_url").ne("/products"))
 * }</pre>
 */
public abstract sealed class Expr {
  /**
   * How deep expressions may nest. A column is 1 deep, an operation one more than its deepest
   * argument; {@code and} and {@code or} in one another, as in {@code a.or(b).or(c)}, count once.
   */
  public static final int MAX_DEPTH = 1000;

  private static final int MAX_TEXT = 10_000;

  private final Fingerprint identity;
  private final int depth;

  private Expr(Canonical text, int depth) {
    if (depth > MAX_DEPTH) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "an expression nests too deep: depth="
              + depth
              + " limit="
              + MAX_DEPTH
              + "; compute a part of it in a column of a select(...) before: "
              + text);
    }
    this.identity = text.fingerprint();
    this.depth = depth;
  }

  /**
   * Does something for each kind of expression. A new kind is a method here, and so a compile error
   * wherever expressions are told apart.
   *
   * @param <R> what it gives
   */
  public interface Visitor<R> {
    R column(Column column);

    R literal(Literal literal);

    R call(Call call);

    R choice(Case choice);

    R cast(Cast cast);

    R userCall(UserCall call);
  }

  /** Has a visitor do what it does for this kind of expression. */
  public abstract <R> R accept(Visitor<R> visitor);

  /** The expressions that it computes with, in the order in which they are written. */
  public abstract List<Expr> operands();

  /** Equal for equal expressions, and only for them. */
  public final Fingerprint identity() {
    return identity;
  }

  /** How deep it nests, at most {@link #MAX_DEPTH}. */
  public final int depth() {
    return depth;
  }

  /** All expressions in this one, and itself: equal ones once, operands first. */
  public final List<Expr> parts() {
    return Postorder.of(List.of(this), Expr::operands);
  }

  /** The names of the columns that it reads, each once. */
  public final Set<String> columns() {
    Set<String> names = new LinkedHashSet<>();
    for (Expr part : parts()) {
      if (part instanceof Column column) {
        names.add(column.name());
      }
    }
    return names;
  }

  private static int deepest(Collection<Expr> exprs) {
    return exprs.stream().mapToInt(Expr::depth).max().orElse(0);
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other || (other instanceof Expr that && identity.equals(that.identity));
  }

  @Override
  public final int hashCode() {
    return identity.hashCode();
  }

  /** As SQL would write it; cut off where that is very long. */
  @Override
  public final String toString() {
    return toString(MAX_TEXT);
  }

  /** As SQL would write it, cut off behind a number of characters. */
  public final String toString(int maxLength) {
    return ExprText.of(this, maxLength);
  }

  /** A column of the relation. */
  public static final class Column extends Expr {
    private final String name;

    public Column(String name) {
      super(new Canonical("column").name(name), 1);
      this.name = name;
    }

    public String name() {
      return name;
    }

    @Override
    public List<Expr> operands() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.column(this);
    }
  }

  /** A value. */
  public static final class Literal extends Expr {
    private final @Nullable Object value;
    private final Type type;

    public Literal(@Nullable Object value, Type type) {
      super(text(value, type), 1);
      this.value = JavaTypes.copy(value);
      this.type = type;
    }

    private static Canonical text(@Nullable Object value, Type type) {
      JavaTypes.check(value, type);
      return new Canonical("literal").type(type).value(type, value);
    }

    public @Nullable Object value() {
      return JavaTypes.copy(value);
    }

    public Type type() {
      return type;
    }

    @Override
    public List<Expr> operands() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.literal(this);
    }
  }

  /** A built-in operation. */
  public static final class Call extends Expr {
    private final Op op;
    private final List<Expr> arguments;

    public Call(Op op, List<Expr> arguments) {
      super(text(op, arguments), depth(op, arguments));
      this.op = op;
      this.arguments = List.copyOf(arguments);
    }

    private static Canonical text(Op op, List<Expr> arguments) {
      if (arguments.size() < op.minArguments() || arguments.size() > op.maxArguments()) {
        throw new IllegalArgumentException(
            op + " does not take " + arguments.size() + " arguments: " + arguments);
      }
      return new Canonical("call").word(op.name()).exprs(arguments);
    }

    private static int depth(Op op, List<Expr> arguments) {
      int depth = 0;
      for (Expr argument : arguments) {
        boolean goesOn = op.isConnective() && argument instanceof Call call && call.op == op;
        depth = Math.max(depth, argument.depth() + (goesOn ? 0 : 1));
      }
      return depth;
    }

    public Op op() {
      return op;
    }

    public List<Expr> arguments() {
      return arguments;
    }

    @Override
    public List<Expr> operands() {
      return arguments;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.call(this);
    }
  }

  /** A condition and what holds when it is true. */
  public record When(Expr condition, Expr result) {
    public When {
      Objects.requireNonNull(condition, "condition");
      Objects.requireNonNull(result, "result");
    }
  }

  /**
   * The result of the first true condition; conditions and results are evaluated only as far as
   * needed.
   */
  public static final class Case extends Expr {
    private final List<When> whens;
    private final @Nullable Expr otherwise;

    public Case(List<When> whens, @Nullable Expr otherwise) {
      super(text(whens, otherwise), 1 + deepest(operands(whens, otherwise)));
      this.whens = List.copyOf(whens);
      this.otherwise = otherwise;
    }

    private static Canonical text(List<When> whens, @Nullable Expr otherwise) {
      if (whens.isEmpty()) {
        throw new IllegalArgumentException("a case needs at least one condition");
      }
      Canonical text = new Canonical("case").word("[");
      whens.forEach(when -> text.expr(when.condition()).expr(when.result()));
      return text.word("]").expr(otherwise);
    }

    private static List<Expr> operands(List<When> whens, @Nullable Expr otherwise) {
      List<Expr> operands = new ArrayList<>();
      for (When when : whens) {
        operands.add(when.condition());
        operands.add(when.result());
      }
      if (otherwise != null) {
        operands.add(otherwise);
      }
      return operands;
    }

    public List<When> whens() {
      return whens;
    }

    public @Nullable Expr otherwise() {
      return otherwise;
    }

    @Override
    public List<Expr> operands() {
      return operands(whens, otherwise);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.choice(this);
    }
  }

  /** A conversion to another type; a value that cannot be converted is an error of the row. */
  public static final class Cast extends Expr {
    private final Expr operand;
    private final Type type;

    public Cast(Expr operand, Type type) {
      super(new Canonical("cast").expr(operand).type(type), operand.depth() + 1);
      this.operand = operand;
      this.type = type;
    }

    public Expr operand() {
      return operand;
    }

    public Type type() {
      return type;
    }

    @Override
    public List<Expr> operands() {
      return List.of(operand);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.cast(this);
    }
  }

  /**
   * A named function of the user's. Two calls with the same name, type and arguments are equal: the
   * name stands for the function, and state that was computed with it is found again by the name. A
   * function that comes to mean something else needs another name, such as one with a version.
   */
  public static final class UserCall extends Expr {
    private final String name;
    private final Type type;
    private final UserFunction function;
    private final List<Expr> arguments;

    public UserCall(String name, Type type, UserFunction function, List<Expr> arguments) {
      super(new Canonical("user").name(name).type(type).exprs(arguments), 1 + deepest(arguments));
      this.name = name;
      this.type = type;
      this.function = Objects.requireNonNull(function, "function");
      this.arguments = List.copyOf(arguments);
    }

    public String name() {
      return name;
    }

    public Type type() {
      return type;
    }

    public UserFunction function() {
      return function;
    }

    public List<Expr> arguments() {
      return arguments;
    }

    @Override
    public List<Expr> operands() {
      return arguments;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.userCall(this);
    }
  }

  /**
   * A literal of a Java value, or the expression itself where it is one already.
   *
   * @throws IllegalArgumentException if there is no type for the value's class, or it is null
   */
  public static Expr of(@Nullable Object value) {
    if (value instanceof Expr expr) {
      return expr;
    }
    if (value == null) {
      throw new IllegalArgumentException(
          "null has no type: test with isNull() or isNotNull(), or write nullOf(type)");
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
  public final NamedExpr as(String name) {
    return new NamedExpr(name, this);
  }

  public final Expr eq(Object other) {
    return call(Op.EQ, this, other);
  }

  public final Expr ne(Object other) {
    return call(Op.NE, this, other);
  }

  public final Expr lt(Object other) {
    return call(Op.LT, this, other);
  }

  public final Expr le(Object other) {
    return call(Op.LE, this, other);
  }

  public final Expr gt(Object other) {
    return call(Op.GT, this, other);
  }

  public final Expr ge(Object other) {
    return call(Op.GE, this, other);
  }

  /** Between two bounds, both included. */
  public final Expr between(Object low, Object high) {
    return ge(low).and(le(high));
  }

  /** Is it one of these? */
  public final Expr in(Object... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("in() needs at least one value");
    }
    return spread(Op.IN, this, values);
  }

  public final Expr isNull() {
    return call(Op.IS_NULL, this);
  }

  public final Expr isNotNull() {
    return call(Op.IS_NOT_NULL, this);
  }

  public final Expr and(Expr other) {
    return call(Op.AND, this, other);
  }

  public final Expr or(Expr other) {
    return call(Op.OR, this, other);
  }

  public final Expr not() {
    return call(Op.NOT, this);
  }

  /** Sum of numbers; an instant or a duration and a duration. Integers give long, floats double. */
  public final Expr plus(Object other) {
    return call(Op.ADD, this, other);
  }

  /** Difference; of two instants it is a duration. */
  public final Expr minus(Object other) {
    return call(Op.SUBTRACT, this, other);
  }

  public final Expr times(Object other) {
    return call(Op.MULTIPLY, this, other);
  }

  /**
   * Quotient; of integers truncated. Division by zero is an error of the row: use {@link #nullIf}
   * to get null.
   */
  public final Expr dividedBy(Object other) {
    return call(Op.DIVIDE, this, other);
  }

  public final Expr modulo(Object other) {
    return call(Op.MODULO, this, other);
  }

  public final Expr negate() {
    return call(Op.NEGATE, this);
  }

  public final Expr abs() {
    return call(Op.ABS, this);
  }

  /** This, or where it is null, the first of these that is not. */
  public final Expr coalesce(Object... others) {
    return spread(Op.COALESCE, this, others);
  }

  /** Null where it equals a value. */
  public final Expr nullIf(Object value) {
    return call(Op.NULLIF, this, value);
  }

  /**
   * SQL pattern match: {@code %} is any run of characters, {@code _} any one, {@code \} takes the
   * next one literally.
   */
  public final Expr like(String pattern) {
    return call(Op.LIKE, this, pattern);
  }

  public final Expr lower() {
    return call(Op.LOWER, this);
  }

  public final Expr upper() {
    return call(Op.UPPER, this);
  }

  /** Without spaces at both ends. */
  public final Expr trim() {
    return call(Op.TRIM, this);
  }

  /** Number of characters. */
  public final Expr length() {
    return call(Op.LENGTH, this);
  }

  /** The characters from a position, counted from 1, to the end. */
  public final Expr substring(Object from) {
    return call(Op.SUBSTRING, this, from);
  }

  /** A number of characters from a position, counted from 1. */
  public final Expr substring(Object from, Object length) {
    return call(Op.SUBSTRING, this, from, length);
  }

  /**
   * This string and others, joined; null if one is null. More than 16,777,216 characters are an
   * error of the row.
   */
  public final Expr concat(Object... others) {
    return spread(Op.CONCAT, this, others);
  }

  /**
   * Rounded to a number of digits behind the point, half away from zero.
   *
   * @param digits 0 to 18
   */
  public final Expr round(int digits) {
    return call(Op.ROUND, this, digits);
  }

  /** An instant cut down to a unit, UTC. */
  public final Expr dateTrunc(TruncUnit unit) {
    return call(Op.DATE_TRUNC, this, unit.name());
  }

  /** How many elements an array has, nulls too. */
  public final Expr cardinality() {
    return call(Op.CARDINALITY, this);
  }

  /** Is a value in this array? Null if it is not and an element is null. */
  public final Expr contains(Object value) {
    return call(Op.CONTAINS, this, value);
  }

  /** The element of an array at a place, counted from 1; null where there is none. */
  public final Expr element(Object place) {
    return call(Op.ELEMENT, this, place);
  }

  /** The elements of an array as texts, without nulls, joined with a string between them. */
  public final Expr arrayToString(Object between) {
    return call(Op.ARRAY_TO_STRING, this, between);
  }

  /** Whole seconds of an instant since 1970-01-01T00:00:00Z, or of a duration, rounded down. */
  public final Expr epochSeconds() {
    return call(Op.EPOCH_SECONDS, this);
  }

  /** Converted to another type. */
  public final Expr cast(Type type) {
    return new Cast(this, type);
  }
}
