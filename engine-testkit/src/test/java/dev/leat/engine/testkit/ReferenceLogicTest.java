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
import dev.leat.engine.plan.UserFunction;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceLogicTest {
  private static final Expr TRUE = lit(true);
  private static final Expr FALSE = lit(false);
  private static final Expr NULL = nil(Type.BOOLEAN);
  private static final Expr FAILS = lit(1).dividedBy(0).eq(1);

  @Test
  void andIsThreeValuedAndStopsAtFalse() {
    assertThat(value(TRUE.and(TRUE))).isEqualTo(true);
    assertThat(value(TRUE.and(NULL))).isNull();
    assertThat(value(NULL.and(NULL))).isNull();
    assertThat(value(NULL.and(FALSE))).isEqualTo(false);
    assertThat(value(FALSE.and(NULL))).isEqualTo(false);
    assertThat(value(FALSE.and(FAILS))).isEqualTo(false);
    assertThat(value(FAILS.and(FALSE))).isEqualTo(ERROR);
    assertThat(value(NULL.and(FAILS))).isEqualTo(ERROR);
    assertThat(value(TRUE.and(FAILS))).isEqualTo(ERROR);
    assertThat(value(call(Op.AND, TRUE, NULL, FALSE, FAILS))).isEqualTo(false);
  }

  @Test
  void orIsThreeValuedAndStopsAtTrue() {
    assertThat(value(FALSE.or(FALSE))).isEqualTo(false);
    assertThat(value(FALSE.or(NULL))).isNull();
    assertThat(value(NULL.or(TRUE))).isEqualTo(true);
    assertThat(value(TRUE.or(FAILS))).isEqualTo(true);
    assertThat(value(NULL.or(FAILS))).isEqualTo(ERROR);
    assertThat(value(FAILS.or(TRUE))).isEqualTo(ERROR);
    assertThat(value(NULL.not())).isNull();
    assertThat(value(TRUE.not())).isEqualTo(false);
  }

  @Test
  void nullsAreNotEqual() {
    assertThat(value(nil(Type.INT).eq(nil(Type.INT)))).isNull();
    assertThat(value(nil(Type.INT).ne(1))).isNull();
    assertThat(value(nil(Type.INT).isNull())).isEqualTo(true);
    assertThat(value(lit(1).isNotNull())).isEqualTo(true);
    assertThat(value(lit(1).dividedBy(0).isNull())).isEqualTo(ERROR);
  }

  @Test
  void inIsNullWhereItCannotSay() {
    assertThat(value(lit(1).in(2, 1))).isEqualTo(true);
    assertThat(value(lit(1).in(2, 3))).isEqualTo(false);
    assertThat(value(lit(1).in(nil(Type.INT), 1))).isEqualTo(true);
    assertThat(value(lit(1).in(nil(Type.INT), 2))).isNull();
    assertThat(value(nil(Type.INT).in(1, 2))).isNull();
    assertThat(value(lit(1L).in(1, lit(1).dividedBy(0)))).isEqualTo(ERROR);
  }

  @Test
  void caseTakesTheFirstTrueConditionAndNoMore() {
    Expr choice =
        new Expr.Case(
            List.of(
                new Expr.When(NULL, lit(1).dividedBy(0)),
                new Expr.When(TRUE, lit(2)),
                new Expr.When(FAILS, lit(3L))),
            lit(1).dividedBy(0));
    assertThat(value(choice)).isEqualTo(2L);
    assertThat(value(new Expr.Case(List.of(new Expr.When(FALSE, lit(2))), null))).isNull();
    assertThat(value(new Expr.Case(List.of(new Expr.When(FAILS, lit(2))), lit(1))))
        .isEqualTo(ERROR);
  }

  @Test
  void resultsAreConvertedToTheCommonType() {
    assertThat(value(lit(1).coalesce(2.5))).isEqualTo(1.0);
    assertThat(value(lit(1).coalesce(new BigDecimal("2.50")))).isEqualTo(new BigDecimal("1.00"));
    assertThat(value(new Expr.Case(List.of(new Expr.When(TRUE, lit(0.5f))), lit(1L))))
        .isEqualTo(0.5);
    Expr wide = new Expr.Literal(new BigDecimal("5"), Type.decimal(38, 0));
    Expr fine = new Expr.Literal(new BigDecimal("0.5"), Type.decimal(38, 38));
    assertThat(value(wide.coalesce(fine))).isEqualTo(new BigDecimal("5.000000"));
    Expr widest = new Expr.Literal(new BigDecimal("9".repeat(38)), Type.decimal(38, 0));
    assertThat(value(widest.coalesce(fine))).isEqualTo(ERROR);
  }

  @Test
  void coalesceStopsAtTheFirstValue() {
    assertThat(value(nil(Type.STRING).coalesce("b", "c"))).isEqualTo("b");
    assertThat(value(lit(1L).coalesce(lit(1).dividedBy(0)))).isEqualTo(1L);
    assertThat(value(nil(Type.LONG).coalesce(lit(1).dividedBy(0), 1))).isEqualTo(ERROR);
    assertThat(value(nil(Type.LONG).coalesce(nil(Type.INT)))).isNull();
  }

  @Test
  void nullifKeepsTheTypeOfTheFirst() {
    assertThat(value(lit(1).nullIf(1.0))).isNull();
    assertThat(value(lit(1).nullIf(2.5))).isEqualTo(1);
    assertThat(value(lit(1).nullIf(nil(Type.INT)))).isEqualTo(1);
    assertThat(value(nil(Type.INT).nullIf(1))).isNull();
    assertThat(value(nil(Type.LONG).nullIf(lit(1).dividedBy(0)))).isEqualTo(ERROR);
  }

  @Test
  void userFunctionsSeeNullsAndJavaValues() {
    assertThat(value(user(Type.STRING, a -> a[0] + "!", nil(Type.STRING)))).isEqualTo("null!");
    assertThat(value(user(Type.LONG, a -> (long) ((byte[]) a[0]).length, lit(new byte[3]))))
        .isEqualTo(3L);
    assertThat(value(user(Type.LONG, a -> null))).isNull();
    assertThat(value(user(Type.DOUBLE, a -> -0.0))).isEqualTo(0.0);
    assertThat(value(user(Type.decimal(5, 2), a -> new BigDecimal("1.005"))))
        .isEqualTo(new BigDecimal("1.01"));
    assertThat(value(user(Type.INSTANT, a -> Instant.ofEpochSecond(-1, 999_999_999))))
        .isEqualTo(Instant.ofEpochSecond(-1, 999_999_000));
  }

  @Test
  void arraysAreEqualByTheirElements() {
    Expr ab = lit(List.of("a", "b"));
    assertThat(value(ab.eq(List.of("a", "b")))).isEqualTo(true);
    assertThat(value(ab.ne(List.of("b", "a")))).isEqualTo(true);
    assertThat(value(ab.in(List.of("a"), List.of("a", "b")))).isEqualTo(true);
    assertThat(value(ab.nullIf(List.of("a", "b")))).isNull();
    Expr bytes = lit(List.of(new byte[] {1}));
    assertThat(value(user(Type.INT, a -> ((byte[]) ((List<?>) a[0]).get(0)).length, bytes)))
        .isEqualTo(1);
  }

  @Test
  void userFunctionsThatFailAreErrors() {
    assertThat(value(user(Type.LONG, a -> 1))).isEqualTo(ERROR);
    assertThat(value(user(Type.decimal(2, 0), a -> new BigDecimal("100")))).isEqualTo(ERROR);
    assertThat(value(user(Type.LONG, a -> a[5]))).isEqualTo(ERROR);
    UserFunction failing =
        a -> {
          throw new Exception("no");
        };
    assertThat(value(user(Type.LONG, failing))).isEqualTo(ERROR);
  }

  private static Expr user(Type type, UserFunction function, Expr... arguments) {
    return new Expr.UserCall("f", type, function, List.of(arguments));
  }
}
