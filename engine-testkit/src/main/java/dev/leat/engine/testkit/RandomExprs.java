package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Type.Kind;
import dev.leat.engine.plan.TypeRules;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/** Makes random expressions of a given type over the columns of one schema. */
final class RandomExprs {
  static final List<Type> DECIMALS =
      List.of(
          Type.decimal(9, 2),
          Type.decimal(18, 4),
          Type.decimal(20, 2),
          Type.decimal(38, 10),
          Type.decimal(3, 3),
          Type.decimal(5, 0),
          Type.decimal(38, 0),
          Type.decimal(1, 0));
  private static final List<Type> NUMBERS =
      List.of(Type.INT, Type.LONG, Type.LONG, Type.FLOAT, Type.DOUBLE, DECIMALS.get(0));
  private static final List<Type> INTEGERS = List.of(Type.INT, Type.LONG);
  private static final List<Type> FLOATS = List.of(Type.FLOAT, Type.DOUBLE);
  private static final List<Type> SCALARS =
      List.of(
          Type.BOOLEAN,
          Type.INT,
          Type.LONG,
          Type.DOUBLE,
          Type.FLOAT,
          Type.STRING,
          Type.INSTANT,
          Type.DATE,
          Type.DURATION,
          DECIMALS.get(1),
          DECIMALS.get(3));
  private static final List<Op> ARITHMETIC =
      List.of(Op.ADD, Op.SUBTRACT, Op.MULTIPLY, Op.DIVIDE, Op.MODULO);
  private static final List<Op> COMPARISONS =
      List.of(Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE, Op.EQ);
  private static final List<String> PATTERNS =
      List.of("%", "a%", "%b", "_", "a_b", "%\\%%", "_%_", "", "a\\_b", "%\ud83d\ude00%", "\\\\");

  private final RandomGenerator random;
  private final RandomValues values;
  private final Schema schema;
  private final int risk;

  /**
   * Makes expressions.
   *
   * @param risk how often an expression may be one that fails for many rows, in percent
   */
  RandomExprs(RandomGenerator random, Schema schema, int risk) {
    this.random = random;
    this.values = new RandomValues(random);
    this.schema = schema;
    this.risk = risk;
  }

  private boolean percent(int chance) {
    return values.percent(chance);
  }

  private Expr call(Op op, Expr... arguments) {
    return new Expr.Call(op, List.of(arguments));
  }

  static boolean isScalar(Type type) {
    return type.kind() != Kind.ARRAY;
  }

  /** The type of a column, so that expressions meet their own kind. */
  Type someType() {
    return values.pick(schema.fields()).type();
  }

  /** Has each value of a type a text? */
  static boolean isText(Type type) {
    return type.kind() != Kind.ARRAY && type.kind() != Kind.BYTES;
  }

  /** One of the types that have an order and a text. */
  Type someScalar() {
    return values.pick(SCALARS);
  }

  private Type someOrderedType() {
    Type type = someType();
    return isScalar(type) ? type : Type.BOOLEAN;
  }

  /** An expression of exactly this type. */
  Expr of(Type type, int depth) {
    if (depth <= 0 || percent(15)) {
      return leaf(type);
    }
    Expr expr = percent(30) ? general(type, depth - 1) : special(type, depth - 1);
    Type actual = TypeRules.typeOf(expr, schema);
    return actual.equals(type) ? expr : expr.cast(type);
  }

  /** A column of the type, else a literal. */
  private Expr leaf(Type type) {
    List<Field> columns = schema.fields().stream().filter(f -> f.type().equals(type)).toList();
    if (!columns.isEmpty() && percent(85)) {
      return new Expr.Column(values.pick(columns).name());
    }
    return new Expr.Literal(percent(6) ? null : values.value(type), type);
  }

  /** What there is for every type. */
  private Expr general(Type type, int depth) {
    switch (random.nextInt(7)) {
      case 0 -> {
        return choice(type, depth);
      }
      case 1 -> {
        return call(Op.COALESCE, of(type, depth), of(related(type), depth), of(type, 0));
      }
      case 2 -> {
        return call(Op.NULLIF, of(type, depth), of(related(type), 0));
      }
      case 4 -> {
        return new RandomArrays(random, this, schema).element(type, depth);
      }
      case 3 -> {
        return percent(risk)
            ? RandomFunctions.required(type, of(type, depth))
            : RandomFunctions.firstPresent(type, List.of(of(type, depth), of(type, 0)));
      }
      default -> {
        return cast(type, depth);
      }
    }
  }

  /** The type itself, or for a number mostly another number that goes with it. */
  private Type related(Type type) {
    if (!type.isNumeric() || percent(40)) {
      return type;
    }
    return switch (type.kind()) {
      case LONG -> Type.INT;
      case DOUBLE -> values.pick(NUMBERS);
      case DECIMAL -> percent(50) ? values.pick(DECIMALS) : values.pick(INTEGERS);
      default -> type;
    };
  }

  private Expr choice(Type type, int depth) {
    List<Expr.When> whens = new ArrayList<>();
    for (int i = random.nextInt(2); i >= 0; i--) {
      whens.add(new Expr.When(condition(depth), of(related(type), depth)));
    }
    return new Expr.Case(whens, percent(75) ? of(type, depth) : null);
  }

  private Expr cast(Type type, int depth) {
    if (type.kind() == Kind.BYTES || type.kind() == Kind.ARRAY) {
      return type.kind() == Kind.BYTES && percent(risk)
          ? RandomFunctions.encode(of(Type.STRING, depth))
          : leaf(type);
    }
    if (percent(15)) {
      return of(type, depth).cast(Type.STRING).cast(type);
    }
    if (percent(risk) && type.kind() != Kind.STRING) {
      return of(Type.STRING, depth).cast(type);
    }
    Type from =
        switch (type.kind()) {
          case INT, LONG -> percent(30) ? Type.BOOLEAN : values.pick(NUMBERS);
          case FLOAT, DOUBLE, DECIMAL -> percent(30) ? values.pick(DECIMALS) : values.pick(NUMBERS);
          case STRING -> values.pick(SCALARS);
          case INSTANT -> Type.DATE;
          case DATE -> Type.INSTANT;
          default -> type;
        };
    return of(from, depth).cast(type);
  }

  /** What gives just this type. */
  private Expr special(Type type, int depth) {
    return switch (type.kind()) {
      case BOOLEAN -> condition(depth);
      case LONG -> ofLong(depth);
      case DOUBLE -> ofDouble(depth);
      case DECIMAL -> ofDecimal(type, depth);
      case STRING -> ofString(depth);
      case INSTANT ->
          percent(50)
              ? of(type, depth).dateTrunc(values.pick(List.of(TruncUnit.values())))
              : call(sumOp(), of(type, depth), of(Type.DURATION, depth));
      case DATE -> call(sumOp(), of(type, depth), of(values.pick(INTEGERS), 0));
      case DURATION -> ofDuration(depth);
      default -> general(type, depth);
    };
  }

  private Op sumOp() {
    return random.nextBoolean() ? Op.ADD : Op.SUBTRACT;
  }

  private Expr arithmetic(Type a, Type b, int depth) {
    Op op = values.pick(ARITHMETIC);
    Expr divisor = of(b, depth);
    if ((op == Op.DIVIDE || op == Op.MODULO) && !percent(risk)) {
      divisor = call(Op.NULLIF, divisor, Expr.of(0));
    }
    return call(op, of(a, depth), divisor);
  }

  private Expr ofLong(int depth) {
    return switch (random.nextInt(10)) {
      case 9 -> new RandomArrays(random, this, schema).cardinality(depth);
      case 0 -> of(Type.STRING, depth).length();
      case 1 -> of(percent(50) ? Type.INSTANT : Type.DURATION, depth).epochSeconds();
      case 2 -> of(values.pick(INTEGERS), depth).round(random.nextInt(3));
      case 3 -> call(percent(50) ? Op.NEGATE : Op.ABS, of(values.pick(INTEGERS), depth));
      case 4 -> call(Op.SUBTRACT, of(Type.DATE, depth), of(Type.DATE, depth));
      case 5 -> RandomFunctions.countNulls(List.of(of(someType(), depth), of(someType(), depth)));
      case 6 ->
          percent(risk)
              ? RandomFunctions.unreliable(of(Type.LONG, depth))
              : arithmetic(Type.LONG, Type.INT, depth);
      default -> arithmetic(values.pick(INTEGERS), values.pick(INTEGERS), depth);
    };
  }

  private Expr ofDouble(int depth) {
    Type floating = values.pick(FLOATS);
    return switch (random.nextInt(5)) {
      case 0 -> of(floating, depth).round(random.nextInt(4));
      case 1 -> call(percent(50) ? Op.NEGATE : Op.ABS, of(floating, depth));
      case 2 -> arithmetic(values.pick(NUMBERS), floating, depth);
      default -> arithmetic(floating, values.pick(NUMBERS), depth);
    };
  }

  private Expr ofDecimal(Type type, int depth) {
    Type other = percent(60) ? values.pick(DECIMALS) : values.pick(INTEGERS);
    return switch (random.nextInt(5)) {
      case 0 -> of(type, depth).round(random.nextInt(4));
      case 1 -> call(percent(50) ? Op.NEGATE : Op.ABS, of(type, depth));
      case 2 -> arithmetic(other, type, depth);
      default -> arithmetic(type, other, depth);
    };
  }

  private Expr ofString(int depth) {
    Expr text = of(Type.STRING, depth);
    int least = percent(risk) ? -2 : 0;
    return switch (random.nextInt(8)) {
      case 7 -> new RandomArrays(random, this, schema).joined(depth);
      case 0 -> text.lower();
      case 1 -> text.upper();
      case 2 -> text.trim();
      case 3 -> text.substring(of(Type.INT, 0));
      case 4 -> text.substring(random.nextInt(-1, 3), random.nextInt(least, 3));
      case 5 -> text.concat(of(Type.STRING, 0), of(Type.STRING, depth));
      default -> text.concat(of(Type.STRING, 0));
    };
  }

  private Expr ofDuration(int depth) {
    Expr length = of(Type.DURATION, depth);
    return switch (random.nextInt(5)) {
      case 0 -> call(sumOp(), length, of(Type.DURATION, depth));
      case 1 -> length.times(of(values.pick(INTEGERS), 0));
      case 2 -> length.dividedBy(percent(risk) ? of(Type.LONG, 0) : Expr.of(random.nextInt(1, 4)));
      case 3 -> call(percent(50) ? Op.NEGATE : Op.ABS, length);
      default -> call(Op.SUBTRACT, of(Type.INSTANT, depth), of(Type.INSTANT, depth));
    };
  }

  /** A boolean expression of any kind. */
  Expr condition(int depth) {
    Type type = someOrderedType();
    return switch (random.nextInt(10)) {
      case 9 -> new RandomArrays(random, this, schema).contains(depth);
      case 0 -> call(Op.AND, of(Type.BOOLEAN, depth), of(Type.BOOLEAN, depth));
      case 1 -> call(Op.OR, of(Type.BOOLEAN, depth), of(Type.BOOLEAN, depth));
      case 2 -> of(Type.BOOLEAN, depth).not();
      case 3 -> call(percent(50) ? Op.IS_NULL : Op.IS_NOT_NULL, of(someType(), depth));
      case 4 -> of(Type.STRING, depth).like(values.pick(PATTERNS));
      case 5 -> in(type, depth);
      default ->
          call(values.pick(COMPARISONS), of(type, depth), of(related(type), random.nextInt(2)));
    };
  }

  private Expr in(Type type, int depth) {
    List<Expr> arguments = new ArrayList<>(List.of(of(type, depth)));
    for (int i = random.nextInt(4); i >= 0; i--) {
      arguments.add(of(related(type), 0));
    }
    return new Expr.Call(Op.IN, arguments);
  }

  /** A condition that is true for a good part of the rows. */
  Expr likelyCondition() {
    Field field = values.pick(schema.fields());
    Expr column = new Expr.Column(field.name());
    boolean isOrdered = isScalar(field.type());
    return switch (random.nextInt(6)) {
      case 0 -> column.isNotNull();
      case 1, 2 ->
          isOrdered
              ? column.ne(new Expr.Literal(values.value(field.type()), field.type()))
              : column.isNotNull();
      case 3 -> call(Op.OR, condition(1), likelyCondition());
      case 4 -> call(Op.IS_NOT_NULL, of(someType(), 2));
      default -> percent(50) ? condition(2) : call(Op.OR, condition(2), column.isNotNull());
    };
  }

  /** The columns in random order. */
  List<Field> shuffledColumns() {
    List<Field> fields = new ArrayList<>(schema.fields());
    for (int i = fields.size() - 1; i > 0; i--) {
      Collections.swap(fields, i, random.nextInt(i + 1));
    }
    return fields;
  }
}
