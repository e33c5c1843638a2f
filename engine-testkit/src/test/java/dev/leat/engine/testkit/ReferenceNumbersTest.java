package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.ERROR;
import static dev.leat.engine.testkit.Rows.call;
import static dev.leat.engine.testkit.Rows.lit;
import static dev.leat.engine.testkit.Rows.nil;
import static dev.leat.engine.testkit.Rows.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

class ReferenceNumbersTest {
  private static final double NAN = Double.NaN;
  private static final double INFINITY = Double.POSITIVE_INFINITY;

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  private static Expr decimal(String value, int precision, int scale) {
    return new Expr.Literal(dec(value), Type.decimal(precision, scale));
  }

  @Test
  void integersGiveLongs() {
    assertThat(value(lit(Integer.MAX_VALUE).plus(1))).isEqualTo(2147483648L);
    assertThat(value(lit(7).minus(9L))).isEqualTo(-2L);
    assertThat(value(lit(-7).dividedBy(2))).isEqualTo(-3L);
    assertThat(value(lit(-7).modulo(2))).isEqualTo(-1L);
    assertThat(value(lit(7).modulo(-2))).isEqualTo(1L);
    assertThat(value(lit(Long.MIN_VALUE).modulo(-1))).isEqualTo(0L);
    assertThat(value(lit(5).negate())).isEqualTo(-5L);
    assertThat(value(lit(Integer.MIN_VALUE).abs())).isEqualTo(2147483648L);
  }

  @Test
  void longsDoNotWrap() {
    assertThat(value(lit(Long.MAX_VALUE).plus(1))).isEqualTo(ERROR);
    assertThat(value(lit(Long.MIN_VALUE).minus(1))).isEqualTo(ERROR);
    assertThat(value(lit(Long.MAX_VALUE).times(2))).isEqualTo(ERROR);
    assertThat(value(lit(Long.MIN_VALUE).dividedBy(-1))).isEqualTo(ERROR);
    assertThat(value(lit(Long.MIN_VALUE).negate())).isEqualTo(ERROR);
    assertThat(value(lit(Long.MIN_VALUE).abs())).isEqualTo(ERROR);
  }

  @Test
  void nothingIsDividedByZero() {
    assertThat(value(lit(1).dividedBy(0))).isEqualTo(ERROR);
    assertThat(value(lit(1).modulo(0))).isEqualTo(ERROR);
    assertThat(value(lit(1.0).dividedBy(0.0))).isEqualTo(ERROR);
    assertThat(value(lit(1.0).dividedBy(-0.0))).isEqualTo(ERROR);
    assertThat(value(lit(NAN).modulo(0))).isEqualTo(ERROR);
    assertThat(value(decimal("1", 5, 2).dividedBy(0))).isEqualTo(ERROR);
    assertThat(value(decimal("1", 5, 2).modulo(decimal("0", 5, 2)))).isEqualTo(ERROR);
    assertThat(value(lit(1).dividedBy(nil(Type.INT)))).isNull();
    assertThat(value(nil(Type.LONG).dividedBy(0))).isNull();
  }

  @Test
  void doublesHaveOneZeroAndOneNaN() {
    assertThat(value(lit(-0.0))).isEqualTo(0.0);
    assertThat(value(lit(0.0).negate())).isEqualTo(0.0);
    assertThat(value(lit(0.0).times(-1))).isEqualTo(0.0);
    assertThat(value(lit(-1.0).modulo(1.0))).isEqualTo(0.0);
    assertThat(value(lit(INFINITY).minus(INFINITY))).isEqualTo(NAN);
    assertThat(value(lit(Double.MAX_VALUE).times(2))).isEqualTo(INFINITY);
    assertThat(value(lit(1.0).dividedBy(NAN))).isEqualTo(NAN);
    assertThat(value(lit(-7.5).modulo(2))).isEqualTo(-1.5);
  }

  @Test
  void floatsAreWidened() {
    assertThat(value(lit(0.1f).plus(0.2f))).isEqualTo((double) 0.1f + (double) 0.2f);
    assertThat(value(lit(0.1f).negate())).isEqualTo(-(double) 0.1f);
    assertThat(value(lit(0.1f).eq(0.1f))).isEqualTo(true);
    assertThat(value(lit(0.1f).eq(0.1))).isEqualTo(false);
    assertThat(value(lit(0.5f).plus(decimal("0.25", 3, 2)))).isEqualTo(0.75);
  }

  @Test
  void decimalsAreExactAndThenFitTheirType() {
    assertThat(value(decimal("1.10", 5, 2).plus(decimal("2.205", 5, 3)))).isEqualTo(dec("3.305"));
    assertThat(value(decimal("1.10", 5, 2).times(3))).isEqualTo(dec("3.30"));
    assertThat(value(decimal("2", 5, 0).dividedBy(3))).isEqualTo(dec("0.666667"));
    assertThat(value(decimal("-1", 9, 7).dividedBy(6))).isEqualTo(dec("-0.1666667"));
    assertThat(value(decimal("-7.5", 5, 1).modulo(2))).isEqualTo(dec("-1.5"));
    assertThat(value(decimal("-1.5", 5, 1).abs())).isEqualTo(dec("1.5"));
    String nines = "9".repeat(38);
    assertThat(value(decimal(nines, 38, 0).plus(1))).isEqualTo(ERROR);
    assertThat(value(decimal(nines, 38, 0).plus(0))).isEqualTo(dec(nines));
    assertThat(value(decimal("0.00000000000000000001", 38, 20).times(decimal("0.5", 38, 20))))
        .isEqualTo(dec("0.000000"));
    assertThat(value(decimal("1", 38, 20).times(decimal("1.5", 38, 20))))
        .isEqualTo(dec("1.500000"));
    Expr large = decimal("1" + "0".repeat(17), 38, 20);
    assertThat(value(large.times(large))).isEqualTo(ERROR);
  }

  @Test
  void numbersAreComparedInTheirCommonType() {
    assertThat(value(lit((1L << 53) + 1).eq((double) (1L << 53)))).isEqualTo(true);
    assertThat(value(lit((1L << 53) + 1).eq(1L << 53))).isEqualTo(false);
    assertThat(value(lit((1L << 53) + 1).gt(decimal("9007199254740992.5", 18, 1)))).isEqualTo(true);
    assertThat(value(lit(NAN).eq(NAN))).isEqualTo(true);
    assertThat(value(lit(NAN).gt(INFINITY))).isEqualTo(true);
    assertThat(value(lit(NAN).le(1))).isEqualTo(false);
    assertThat(value(lit(0.0).eq(-0.0))).isEqualTo(true);
    assertThat(value(lit(0.0).lt(-0.0f))).isEqualTo(false);
    assertThat(value(decimal("1.50", 5, 2).eq(decimal("1.5", 5, 1)))).isEqualTo(true);
    assertThat(value(decimal("1.5", 5, 1).eq(1.5))).isEqualTo(true);
    String nines = "9".repeat(38);
    assertThat(value(decimal(nines, 38, 0).gt(decimal("0.5", 38, 38)))).isEqualTo(true);
  }

  @Test
  void oneDoubleAmongTheCandidatesMakesAllDoubles() {
    assertThat(value(lit((1L << 53) + 1).in(1L << 53))).isEqualTo(false);
    assertThat(value(lit((1L << 53) + 1).in(1L << 53, 1.5))).isEqualTo(true);
  }

  @Test
  void roundsHalfAwayFromZero() {
    assertThat(value(lit(2.5).round(0))).isEqualTo(3.0);
    assertThat(value(lit(-2.5).round(0))).isEqualTo(-3.0);
    assertThat(value(lit(-0.4).round(0))).isEqualTo(0.0);
    assertThat(value(lit(2.675).round(2))).isEqualTo(2.68);
    assertThat(value(lit(1e300).round(3))).isEqualTo(1e300);
    assertThat(value(lit(NAN).round(2))).isEqualTo(NAN);
    assertThat(value(lit(-INFINITY).round(2))).isEqualTo(-INFINITY);
    assertThat(value(lit(0.1f).round(1))).isEqualTo(0.1);
    assertThat(value(lit(7).round(2))).isEqualTo(7L);
    assertThat(value(decimal("1.25", 5, 2).round(1))).isEqualTo(dec("1.3"));
    assertThat(value(decimal("-1.25", 5, 2).round(1))).isEqualTo(dec("-1.3"));
    assertThat(value(decimal("999.99", 5, 2).round(1))).isEqualTo(dec("1000.0"));
    assertThat(value(decimal("1.25", 5, 2).round(9))).isEqualTo(dec("1.25"));
  }

  @Test
  void errorsWinOverNulls() {
    assertThat(value(call(Op.ADD, nil(Type.LONG), lit(1).dividedBy(0)))).isEqualTo(ERROR);
    assertThat(value(call(Op.EQ, lit(1).dividedBy(0), nil(Type.LONG)))).isEqualTo(ERROR);
  }
}
