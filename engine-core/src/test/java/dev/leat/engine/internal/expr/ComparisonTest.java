package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.lit;
import static dev.leat.engine.internal.expr.Table.nothing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final Op[] ALL = {Op.EQ, Op.NE, Op.LT, Op.LE, Op.GT, Op.GE};

  private static boolean holds(Op op, int compared) {
    return switch (op) {
      case EQ -> compared == 0;
      case NE -> compared != 0;
      case LT -> compared < 0;
      case LE -> compared <= 0;
      case GT -> compared > 0;
      default -> compared >= 0;
    };
  }

  /**
   * Compares every pair of values, with null among them, column with column and column with literal
   * on both sides.
   */
  private static <A, B> void compareAll(
      Type typeA, List<A> as, Type typeB, List<B> bs, Comparator<Object> order) {
    Table table = Table.of(typeA, typeB);
    List<Object[]> pairs = new ArrayList<>();
    for (Object a : withNull(as)) {
      for (Object b : withNull(bs)) {
        pairs.add(new Object[] {a, b});
        table.row(a, b);
      }
    }
    for (Op op : ALL) {
      BiPredicate<Object, Object> test = (a, b) -> holds(op, order.compare(a, b));
      assertThat(table.eval(call(op, col("a"), col("b"))))
          .as("%s %s %s", typeA, op, typeB)
          .isEqualTo(expected(pairs, test));
      for (B b : bs) {
        List<Object[]> withLiteral = new ArrayList<>();
        pairs.forEach(p -> withLiteral.add(new Object[] {p[0], b}));
        assertThat(table.eval(call(op, col("a"), new Expr.Literal(b, typeB))))
            .as("%s %s %s literal %s", typeA, op, typeB, b)
            .isEqualTo(expected(withLiteral, test));
      }
      for (A a : as) {
        List<Object[]> withLiteral = new ArrayList<>();
        pairs.forEach(p -> withLiteral.add(new Object[] {a, p[1]}));
        assertThat(table.eval(call(op, new Expr.Literal(a, typeA), col("b"))))
            .as("%s literal %s %s %s", typeA, a, op, typeB)
            .isEqualTo(expected(withLiteral, test));
      }
      assertThat(table.eval(call(op, col("a"), nothing(typeB)))).containsOnlyNulls();
      assertThat(table.eval(call(op, nothing(typeA), col("b")))).containsOnlyNulls();
    }
  }

  private static List<Object> withNull(List<?> values) {
    List<Object> all = new ArrayList<>(values);
    all.add(null);
    return all;
  }

  private static List<Object> expected(List<Object[]> pairs, BiPredicate<Object, Object> test) {
    List<Object> expected = new ArrayList<>();
    for (Object[] pair : pairs) {
      expected.add((pair[0] == null || pair[1] == null) ? null : test.test(pair[0], pair[1]));
    }
    return expected;
  }

  private static Expr call(Op op, Expr... arguments) {
    return new Expr.Call(op, List.of(arguments));
  }

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  private static final Comparator<Object> EXACT =
      (a, b) -> dec(a.toString()).compareTo(dec(b.toString()));

  /** As numbers of type double; NaN equals itself and is largest. */
  private static final Comparator<Object> FLOATING =
      (a, b) -> Double.compare(((Number) a).doubleValue() + 0.0, ((Number) b).doubleValue() + 0.0);

  private static final List<Long> LONGS =
      List.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, -5L, -1L, 0L, 1L, 5L, 12L, Long.MAX_VALUE);
  private static final List<Double> DOUBLES =
      List.of(
          Double.NaN,
          Double.NEGATIVE_INFINITY,
          Double.POSITIVE_INFINITY,
          -5.5,
          -0.0,
          0.0,
          5.0,
          0x1p63,
          Double.MIN_VALUE);

  @Test
  void comparesIntegers() {
    compareAll(Type.LONG, LONGS, Type.LONG, LONGS, EXACT);
    compareAll(Type.LONG, LONGS, Type.INT, List.of(Integer.MIN_VALUE, -1, 0, 5), EXACT);
  }

  @Test
  void comparesFloatingNumbers() {
    List<Float> floats = List.of(Float.NaN, -5.5f, 0f, 0.1f, Float.POSITIVE_INFINITY);
    compareAll(Type.DOUBLE, DOUBLES, Type.DOUBLE, DOUBLES, FLOATING);
    compareAll(Type.FLOAT, floats, Type.FLOAT, floats, FLOATING);
    compareAll(Type.FLOAT, floats, Type.DOUBLE, DOUBLES, FLOATING);
    compareAll(Type.LONG, LONGS, Type.DOUBLE, DOUBLES, FLOATING);
    compareAll(Type.LONG, LONGS, Type.FLOAT, floats, FLOATING);
  }

  @Test
  void comparesDecimalsByValue() {
    List<BigDecimal> two = List.of(dec("-5.00"), dec("0.00"), dec("4.99"), dec("5.00"));
    List<BigDecimal> four = List.of(dec("-5.0001"), dec("0.0000"), dec("5.0000"), dec("4.9999"));
    List<BigDecimal> wide =
        List.of(dec("-5.0000000000"), dec("99999999999999999999.0"), dec("5.00"), dec("5.001"));
    compareAll(Type.decimal(5, 2), two, Type.decimal(6, 2), two, EXACT);
    compareAll(Type.decimal(5, 2), two, Type.decimal(9, 4), four, EXACT);
    compareAll(Type.decimal(9, 4), four, Type.decimal(5, 2), two, EXACT);
    compareAll(Type.decimal(5, 2), two, Type.decimal(30, 10), wide, EXACT);
    compareAll(Type.decimal(30, 10), wide, Type.decimal(31, 10), wide, EXACT);
    compareAll(
        Type.decimal(38, 0),
        List.of(dec("5"), dec("-1")),
        Type.decimal(38, 38),
        List.of(dec("0.5"), dec("0")),
        EXACT);
    compareAll(Type.LONG, LONGS, Type.decimal(9, 4), four, EXACT);
    compareAll(Type.LONG, LONGS, Type.decimal(30, 10), wide, EXACT);
    compareAll(Type.decimal(18, 18), List.of(dec("0.5"), dec("-0.1")), Type.LONG, LONGS, EXACT);
    compareAll(Type.INT, List.of(5, 0, -5), Type.decimal(5, 2), two, EXACT);
    compareAll(Type.DOUBLE, DOUBLES, Type.decimal(5, 2), two, FLOATING);
    compareAll(Type.DOUBLE, DOUBLES, Type.decimal(30, 10), wide, FLOATING);
  }

  @Test
  void comparesStringsByCodePoint() {
    List<String> strings = List.of("", "a", "ab", "b", "\uFFFD", "\uD83D\uDE00", "ä", "Z");
    Comparator<Object> order =
        (a, b) ->
            Arrays.compare(
                a.toString().codePoints().toArray(), b.toString().codePoints().toArray());
    compareAll(Type.STRING, strings, Type.STRING, strings, order);
  }

  @Test
  void comparesBytesUnsignedAndBooleans() {
    List<byte[]> bytes = List.of(new byte[] {}, new byte[] {1}, new byte[] {-1}, new byte[] {1, 0});
    compareAll(
        Type.BYTES,
        bytes,
        Type.BYTES,
        bytes,
        (a, b) -> Arrays.compareUnsigned((byte[]) a, (byte[]) b));
    compareAll(
        Type.BOOLEAN,
        List.of(true, false),
        Type.BOOLEAN,
        List.of(true, false),
        (a, b) -> Boolean.compare((Boolean) a, (Boolean) b));
  }

  @Test
  void comparesArraysForEquality() {
    Type array = Type.array(Type.STRING);
    Table table =
        Table.of(array, array)
            .row(List.of("a", "b"), List.of("a", "b"))
            .row(List.of("a"), List.of("a", "b"))
            .row(null, List.of());
    assertThat(table.eval(col("a").eq(col("b")))).containsExactly(true, false, null);
    assertThat(table.eval(col("a").ne(col("b")))).containsExactly(false, true, null);
    assertThat(table.eval(col("a").nullIf(col("b")))).containsExactly(null, List.of("a"), null);
    assertThat(table.eval(col("a").in(col("b"), lit(List.of("a")))))
        .containsExactly(true, true, null);
  }

  @Test
  void aLiteralNeverInTheDictionaryIsPinned() {
    Table table = Table.of(Type.STRING).row("x").row("y");
    Kernel kernel = ExprCompiler.compile(col("a").eq("late"), table.schema, table.dictionary);
    var live = new CodeSet(table.dictionary.bound());
    live.add(table.batch.column(0).word(0));
    live.add(table.batch.column(0).word(1));
    table.dictionary.retain(live);
    table.dictionary.intern("other");
    table.row("late");
    assertThat(table.eval(kernel)).containsExactly(false, false, true);
  }
}
