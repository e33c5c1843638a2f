package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Makes random expressions that mean the same in SQL, and fail for no row. Left out is what engines
 * define differently (decision 0006):
 *
 * <ul>
 *   <li>division: by zero it is an error of the row here, and null there;
 *   <li>products of columns: beyond 64 bits a row is an error here, and the query there;
 *   <li>{@code round}, and doubles and instants as text: other digits, other forms;
 *   <li>casts that can fail: an error of the row here, of the query there;
 *   <li>comparisons of different types of numbers: exact here, as doubles there;
 *   <li>{@code substring} from before the first character;
 *   <li>lower and upper case of what is not ASCII.
 * </ul>
 */
final class SqlExprs {
  static final List<Type> TYPES =
      List.of(Type.LONG, Type.STRING, Type.INSTANT, Type.BOOLEAN, Type.DOUBLE);

  private static final List<Op> COMPARISONS = List.of(Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE);
  private static final List<String> PATTERNS =
      List.of("%", "a%", "%b", "_", "a_b", "%\\%%", "_%_", "", "a\\_b");

  private final SplittableRandom random;
  private final PlainValues values;
  private final Schema schema;
  private final Set<String> rounded;

  /**
   * Over the columns of a relation.
   *
   * @param rounded columns of doubles that are no small sums of quarters: means
   */
  SqlExprs(SplittableRandom random, Schema schema, Set<String> rounded) {
    this.random = random;
    this.values = new PlainValues(random);
    this.schema = schema;
    this.rounded = rounded;
  }

  /** The type of a column. */
  Type someType() {
    return values.pick(schema.fields()).type();
  }

  private static Expr call(Op op, Expr... arguments) {
    return new Expr.Call(op, List.of(arguments));
  }

  /**
   * An operand that can be added up: without rounding, so that no order of adding shows, and so
   * small that no sum of sums is too large.
   */
  Expr summable(Type type) {
    List<Field> columns =
        schema.fields().stream()
            .filter(f -> f.type().equals(type) && !rounded.contains(f.name()))
            .toList();
    Expr column =
        columns.isEmpty()
            ? new Expr.Literal(values.value(type), type)
            : new Expr.Column(values.pick(columns).name());
    return values.percent(80) ? column : column.plus(new Expr.Literal(values.value(type), type));
  }

  Expr condition() {
    return values.percent(60) ? bool(1) : bool(1).or(bool(1));
  }

  /** An expression of exactly this type. */
  Expr of(Type type, int depth) {
    if (depth <= 0 || values.percent(25)) {
      return leaf(type);
    }
    int choice = random.nextInt(10);
    if (choice == 0) {
      return new Expr.Case(
          List.of(new Expr.When(bool(depth - 1), of(type, depth - 1))),
          random.nextBoolean() ? of(type, depth - 1) : null);
    }
    if (choice == 1) {
      return call(Op.COALESCE, of(type, depth - 1), leaf(type));
    }
    if (choice == 2) {
      return call(Op.NULLIF, of(type, depth - 1), leaf(type));
    }
    return switch (type.kind()) {
      case LONG -> number(depth);
      case STRING -> string(depth);
      case INSTANT -> instant(depth);
      case BOOLEAN -> bool(depth);
      default -> type.equals(Type.DOUBLE) ? real(depth) : leaf(type);
    };
  }

  private Expr leaf(Type type) {
    List<Field> columns = schema.fields().stream().filter(f -> f.type().equals(type)).toList();
    return !columns.isEmpty() && values.percent(85)
        ? new Expr.Column(values.pick(columns).name())
        : new Expr.Literal(values.percent(6) ? null : values.value(type), type);
  }

  private Expr small(long most) {
    return Expr.of(random.nextLong(1, most + 1));
  }

  private Expr number(int depth) {
    Expr first = of(Type.LONG, depth - 1);
    return switch (random.nextInt(7)) {
      case 0 -> first.plus(leaf(Type.LONG));
      case 1 -> first.minus(leaf(Type.LONG));
      case 2 -> first.times(small(3));
      case 3 -> first.modulo(small(5));
      case 4 -> random.nextBoolean() ? first.negate() : first.abs();
      case 5 -> new Expr.Cast(of(Type.STRING, depth - 1).length(), Type.LONG);
      default -> of(Type.INSTANT, depth - 1).epochSeconds();
    };
  }

  private Expr real(int depth) {
    return switch (random.nextInt(3)) {
      case 0 ->
          of(Type.DOUBLE, depth - 1).plus(new Expr.Literal(values.value(Type.DOUBLE), Type.DOUBLE));
      case 1 -> of(Type.DOUBLE, depth - 1).abs();
      default -> new Expr.Cast(of(Type.LONG, depth - 1), Type.DOUBLE);
    };
  }

  private Expr string(int depth) {
    Expr first = of(Type.STRING, depth - 1);
    return switch (random.nextInt(5)) {
      case 0 -> first.concat(leaf(Type.STRING));
      case 1 -> random.nextBoolean() ? first.lower() : first.upper();
      case 2 -> first.trim();
      case 3 -> first.substring(small(3), Expr.of(random.nextLong(3)));
      default -> new Expr.Cast(of(Type.LONG, depth - 1), Type.STRING);
    };
  }

  private Expr instant(int depth) {
    Expr first = of(Type.INSTANT, depth - 1);
    return switch (random.nextInt(3)) {
      case 0 -> first.plus(Duration.ofSeconds(random.nextInt(100)));
      case 1 -> first.minus(Duration.ofMillis(random.nextInt(100_000)));
      default -> first.dateTrunc(values.pick(List.of(TruncUnit.values())));
    };
  }

  private Expr bool(int depth) {
    if (depth <= 0) {
      return leaf(Type.BOOLEAN);
    }
    Type type = someType();
    return switch (random.nextInt(9)) {
      case 0 -> bool(depth - 1).and(bool(depth - 1));
      case 1 -> bool(depth - 1).or(bool(depth - 1));
      case 2 -> bool(depth - 1).not();
      case 3 -> of(type, depth - 1).isNull();
      case 4 -> of(type, depth - 1).isNotNull();
      case 5 -> of(type, depth - 1).in(leaf(type), leaf(type));
      case 6 -> of(Type.STRING, depth - 1).like(values.pick(PATTERNS));
      default -> call(values.pick(COMPARISONS), of(type, depth - 1), leaf(type));
    };
  }
}
