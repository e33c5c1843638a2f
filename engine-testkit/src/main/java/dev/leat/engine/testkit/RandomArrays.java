package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Type.Kind;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random expressions over arrays: those of columns where there are any, else of literals. */
final class RandomArrays {
  private static final List<String> BETWEEN = List.of(",", "", ", ", "\ud83d\ude00");

  private final RandomGenerator random;
  private final RandomValues values;
  private final RandomExprs exprs;
  private final Schema schema;

  RandomArrays(RandomGenerator random, RandomExprs exprs, Schema schema) {
    this.random = random;
    this.values = new RandomValues(random);
    this.exprs = exprs;
    this.schema = schema;
  }

  /** The type of some array, mostly of a column. */
  private Type someArray() {
    List<Type> known =
        schema.fields().stream().map(Field::type).filter(t -> t.kind() == Kind.ARRAY).toList();
    return known.isEmpty() || values.percent(10)
        ? Type.array(exprs.someScalar())
        : values.pick(known);
  }

  Expr cardinality(int depth) {
    return exprs.of(someArray(), depth).cardinality();
  }

  /** A value that may be an element, or an element of the same array. */
  Expr contains(int depth) {
    Type type = someArray();
    Expr array = exprs.of(type, depth);
    boolean isOwn = values.percent(40);
    return array.contains(
        isOwn ? array.element(random.nextInt(1, 4)) : exprs.of(type.elementType(), 0));
  }

  /** An element of a type, from a place that may not be there. */
  Expr element(Type type, int depth) {
    Expr array = exprs.of(Type.array(type), depth);
    return values.percent(30)
        ? array.element(exprs.of(Type.LONG, 0))
        : array.element(random.nextInt(-1, 4));
  }

  /** The texts of elements. */
  Expr joined(int depth) {
    Type type = someArray();
    boolean hasTexts = RandomExprs.isText(type.elementType());
    return exprs
        .of(hasTexts ? type : Type.array(Type.STRING), depth)
        .arrayToString(values.pick(BETWEEN));
  }
}
