package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.failed;
import static dev.leat.engine.internal.expr.Table.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ArithmeticTest {
  private static final long MAX = Long.MAX_VALUE;
  private static final long MIN = Long.MIN_VALUE;

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  @Test
  void addsAndReportsOnlyTheRowsThatOverflow() {
    Table table =
        Table.of(Type.LONG, Type.LONG)
            .row(1L, 2L)
            .row(MAX, 1L)
            .row(null, MAX)
            .row(MIN, -1L)
            .row(MAX, null)
            .row(MAX, -1L);
    assertThat(table.eval(col("a").plus(col("b"))))
        .containsExactly(
            3L, failed("overflow: (a + b)"), null, failed("overflow: (a + b)"), null, MAX - 1);
  }

  @Test
  void subtracts() {
    Table table =
        Table.of(Type.LONG, Type.INT).row(1L, 2).row(MIN, 1).row(0L, null).row(MIN, -1).row(-1L, 1);
    assertThat(table.eval(col("a").minus(col("b"))))
        .containsExactly(-1L, failed("overflow: (a - b)"), null, MIN + 1, -2L);
    assertThat(table.eval(lit(0L).minus(col("a"))))
        .containsExactly(-1L, failed("overflow: (0 - a)"), 0L, failed("overflow: (0 - a)"), 1L);
  }

  @Test
  void multiplies() {
    Table table =
        Table.of(Type.LONG, Type.LONG)
            .row(3L, -4L)
            .row(MIN, -1L)
            .row(-1L, MIN)
            .row(1L << 32, 1L << 31)
            .row(1L << 32, -(1L << 31))
            .row(null, 5L);
    Table.Failed overflow = failed("overflow: (a * b)");
    assertThat(table.eval(col("a").times(col("b"))))
        .containsExactly(-12L, overflow, overflow, overflow, MIN, null);
  }

  @Test
  void dividesTowardsZero() {
    Table table =
        Table.of(Type.LONG, Type.INT)
            .row(7L, 2)
            .row(-7L, 2)
            .row(7L, 0)
            .row(MIN, -1)
            .row(null, 0)
            .row(7L, null)
            .row(-6L, -2)
            .row(MIN, 1);
    Table.Failed byZero = failed("division by zero: (a / b)");
    assertThat(table.eval(col("a").dividedBy(col("b"))))
        .containsExactly(3L, -3L, byZero, failed("overflow: (a / b)"), null, null, 3L, MIN);
    assertThat(table.eval(col("a").modulo(col("b"))))
        .containsExactly(1L, -1L, failed("division by zero: (a % b)"), 0L, null, null, 0L, 0L);
  }

  @Test
  void dividesByConstants() {
    Table table = Table.of(Type.LONG).row(7L).row(-7L).row(MIN).row((Object) null);
    assertThat(table.eval(col("a").dividedBy(2))).containsExactly(3L, -3L, MIN / 2, null);
    assertThat(table.eval(col("a").modulo(-1))).containsExactly(0L, 0L, 0L, null);
    Table.Failed overflow = failed("overflow: (a / -1)");
    assertThat(table.eval(col("a").dividedBy(-1))).containsExactly(-7L, 7L, overflow, null);
    Table.Failed byZero = failed("division by zero: (a / 0)");
    assertThat(table.eval(col("a").dividedBy(0))).containsExactly(byZero, byZero, byZero, null);
  }

  @Test
  void divisionByAConstantCannotFail() {
    Table table = Table.of(Type.LONG, Type.DOUBLE);
    for (Expr safe :
        new Expr[] {
          col("a").dividedBy(60), col("a").modulo(60), col("b").dividedBy(60), col("b").times(3)
        }) {
      assertThat(ExprCompiler.compile(safe, table.schema, table.dictionary).canFail()).isFalse();
    }
    Kernel kernel = ExprCompiler.compile(col("a").dividedBy(-1), table.schema, table.dictionary);
    assertThat(kernel.canFail()).isTrue();
  }

  @Test
  void computesWithDoubles() {
    Table table =
        Table.of(Type.DOUBLE, Type.DOUBLE)
            .row(1.5, 2.0)
            .row(Double.MAX_VALUE, 10.0)
            .row(Double.NaN, 1.0)
            .row(1.0, 0.0)
            .row(-1.0, -0.0)
            .row(null, 0.0)
            .row(-5.5, 2.0);
    assertThat(table.eval(col("a").times(col("b"))))
        .containsExactly(3.0, Double.POSITIVE_INFINITY, Double.NaN, 0.0, 0.0, null, -11.0);
    assertThat(table.eval(col("a").dividedBy(col("b"))))
        .containsExactly(
            0.75,
            Double.MAX_VALUE / 10,
            Double.NaN,
            failed("division by zero: (a / b)"),
            failed("division by zero: (a / b)"),
            null,
            -2.75);
    assertThat(table.eval(col("a").modulo(col("b"))).get(6)).isEqualTo(-1.5);
    assertThat(table.eval(col("a").plus(1)).get(0)).isEqualTo(2.5);
    assertThat(table.eval(col("a").minus(dec("0.5"))).get(0)).isEqualTo(1.0);
    assertThat(table.eval(col("b").negate()).get(3)).isEqualTo(0.0);
    assertThat(table.eval(col("a").abs())).contains(5.5, 1.0);
  }

  @Test
  void floatsAreComputedAsDoubles() {
    Table table = Table.of(Type.FLOAT, Type.INT).row(0.1f, 3).row(null, 1);
    assertThat(table.eval(col("a").times(col("b")))).containsExactly((double) 0.1f * 3, null);
    assertThat(table.eval(col("a").negate())).containsExactly(-(double) 0.1f, null);
  }

  @Test
  void negatesAndTakesAbsoluteValues() {
    Table table = Table.of(Type.LONG, Type.INT).row(MIN, -5).row(5L, null).row(null, 7);
    assertThat(table.eval(col("a").negate())).containsExactly(failed("overflow: -(a)"), -5L, null);
    assertThat(table.eval(col("a").abs())).containsExactly(failed("overflow: abs(a)"), 5L, null);
    assertThat(table.eval(col("b").negate())).containsExactly(5L, null, -7L);
    assertThat(table.eval(col("b").abs())).containsExactly(5L, null, 7L);
  }

  @Test
  void narrowDecimalsAreExact() {
    Table table =
        Table.of(Type.decimal(6, 2), Type.decimal(5, 3))
            .row(dec("1234.56"), dec("-1.234"))
            .row(dec("-9999.99"), dec("-99.999"))
            .row(null, dec("1.000"))
            .row(dec("10.00"), dec("0.000"));
    assertThat(table.eval(col("a").plus(col("b"))))
        .containsExactly(dec("1233.326"), dec("-10099.989"), null, dec("10.000"));
    assertThat(table.eval(col("a").minus(col("b"))).get(0)).isEqualTo(dec("1235.794"));
    assertThat(table.eval(col("a").times(col("b"))).get(0)).isEqualTo(dec("-1523.44704"));
    assertThat(table.eval(col("a").modulo(col("b"))))
        .containsExactly(dec("0.560"), dec("-0.090"), null, failed("division by zero: (a % b)"));
    assertThat(table.eval(col("a").dividedBy(col("b"))))
        .containsExactly(
            dec("-1000.453809"), dec("100.000900"), null, failed("division by zero: (a / b)"));
    assertThat(table.eval(col("a").negate()).get(0)).isEqualTo(dec("-1234.56"));
    assertThat(table.eval(col("a").abs()).get(1)).isEqualTo(dec("9999.99"));
    assertThat(
            ExprCompiler.compile(col("a").plus(col("b")), table.schema, table.dictionary).canFail())
        .isFalse();
  }

  @Test
  void wideDecimalsAreExactOrFail() {
    BigDecimal big = dec("9".repeat(38));
    Table table =
        Table.of(Type.decimal(38, 0), Type.LONG, Type.decimal(10, 2))
            .row(big, 1L, dec("2.50"))
            .row(dec("5"), MAX, null)
            .row(null, 3L, dec("-1.01"));
    Table.Failed tooWide = failed("a number of 39 digits does not fit decimal(38,0): (a + b)");
    assertThat(table.eval(col("a").plus(col("b"))))
        .containsExactly(tooWide, dec("9223372036854775812"), null);
    assertThat(table.eval(col("b").times(col("c"))))
        .containsExactly(dec("2.50"), null, dec("-3.03"));
    assertThat(table.eval(col("b").dividedBy(col("c"))))
        .containsExactly(dec("0.400000"), null, dec("-2.970297"));
    assertThat(table.eval(col("a").negate()).get(0)).isEqualTo(big.negate());
  }

  @Test
  void roundsHalfAwayFromZero() {
    Table table =
        Table.of(Type.DOUBLE, Type.decimal(6, 3), Type.decimal(20, 3), Type.INT)
            .row(2.5, dec("2.500"), dec("12345678901234567.500"), 7)
            .row(-2.5, dec("-2.500"), dec("-0.500"), -7)
            .row(1.005, dec("999.999"), dec("0.499"), 0)
            .row(Double.NaN, null, null, null)
            .row(Double.NEGATIVE_INFINITY, null, null, null)
            .row(1e300, null, null, null);
    assertThat(table.eval(col("a").round(0)))
        .containsExactly(3.0, -3.0, 1.0, Double.NaN, Double.NEGATIVE_INFINITY, 1e300);
    assertThat(table.eval(col("a").round(2)).get(2)).isEqualTo(1.01);
    assertThat(table.eval(col("b").round(0)).subList(0, 4))
        .containsExactly(dec("3"), dec("-3"), dec("1000"), null);
    assertThat(table.eval(col("b").round(2)).get(2)).isEqualTo(dec("1000.00"));
    assertThat(table.eval(col("b").round(9)).get(2)).isEqualTo(dec("999.999"));
    assertThat(table.eval(col("c").round(0)).subList(0, 4))
        .containsExactly(dec("12345678901234568"), dec("-1"), dec("0"), null);
    assertThat(table.eval(col("d").round(3)).subList(0, 4)).containsExactly(7L, -7L, 0L, null);
  }

  @Test
  void theShortWayOfRoundingGivesWhatTheTextGives() {
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 100_000; i++) {
      int digits = random.nextInt(19);
      double x =
          switch (random.nextInt(4)) {
            case 0 -> Double.longBitsToDouble(random.nextLong());
            case 1 -> random.nextLong(-1_000_000_000L, 1_000_000_000L) / 1000.0;
            case 2 -> (random.nextLong(-100_000L, 100_000L) + 0.5) / Math.pow(10, digits);
            default -> random.nextDouble() * 1e6;
          };
      if (Double.isFinite(x)) {
        double expected =
            new BigDecimal(Double.toString(x)).setScale(digits, RoundingMode.HALF_UP).doubleValue();
        if (DoubleLoops.round(x, digits) != expected) {
          fail("%s to %d digits is %s", x, digits, expected);
        }
      }
    }
  }
}
