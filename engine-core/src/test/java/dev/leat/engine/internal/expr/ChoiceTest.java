package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.failed;
import static dev.leat.engine.internal.expr.Table.lit;
import static dev.leat.engine.internal.expr.Table.nothing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChoiceTest {
  private final List<Object> calls = new ArrayList<>();

  /** Gives its argument and remembers for what it was called. */
  private Expr seen(Expr argument, Type type) {
    return new Expr.UserCall(
        "seen",
        type,
        a -> {
          calls.add(a[0]);
          return a[0];
        },
        List.of(argument));
  }

  private static Expr.When when(Expr condition, Expr result) {
    return new Expr.When(condition, result);
  }

  private static Table numbers() {
    return Table.of(Type.LONG, Type.LONG)
        .row(1L, 10L)
        .row(2L, 0L)
        .row(null, 30L)
        .row(3L, null)
        .row(0L, 0L);
  }

  @Test
  void theFirstTrueConditionDecides() {
    Expr choice =
        new Expr.Case(
            List.of(when(col("a").eq(1), lit("one")), when(col("a").le(2), lit("few"))),
            lit("many"));
    assertThat(numbers().eval(choice)).containsExactly("one", "few", "many", "many", "few");
    Expr withoutElse = new Expr.Case(List.of(when(col("a").eq(1), col("b"))), null);
    assertThat(numbers().eval(withoutElse)).containsExactly(10L, null, null, null, null);
    Expr withNulls = new Expr.Case(List.of(when(col("a").ge(2), col("b"))), col("a"));
    assertThat(numbers().eval(withNulls)).containsExactly(1L, 0L, null, null, 0L);
  }

  @Test
  void branchesThatCanFailAreEvaluatedOnlyWhereReached() {
    Table table = numbers();
    Expr choice =
        new Expr.Case(
            List.of(
                when(col("b").eq(0), lit(-1)),
                when(lit(100).dividedBy(col("b")).gt(5), lit(100).dividedBy(col("a")))),
            lit(100).dividedBy(col("a").minus(3)));
    assertThat(table.eval(choice))
        .containsExactly(100L, -1L, null, failed("division by zero: (100 / (a - 3))"), -1L);
  }

  @Test
  void callsFunctionsOnlyForRowsThatReachThem() {
    Table table = numbers();
    Expr choice =
        new Expr.Case(
            List.of(when(col("a").eq(1), seen(col("b"), Type.LONG))), seen(col("a"), Type.LONG));
    Kernel kernel = ExprCompiler.compile(choice, table.schema, table.dictionary);
    kernel.evaluate(table.batch, null, 5, new RowErrors());
    assertThat(calls).containsExactly(10L, 2L, null, 3L, 0L);
  }

  @Test
  void aRowWhoseConditionFailsGoesNowhere() {
    Table table = Table.of(Type.LONG).row(0L).row(1L);
    Expr choice =
        new Expr.Case(
            List.of(when(lit(1).dividedBy(col("a")).eq(1), seen(lit("yes"), Type.STRING))),
            seen(lit("no"), Type.STRING));
    Kernel kernel = ExprCompiler.compile(choice, table.schema, table.dictionary);
    kernel.evaluate(table.batch, null, 2, new RowErrors());
    assertThat(calls).containsExactly("yes");
    assertThat(table.eval(choice)).containsExactly(failed("division by zero: (1 / a)"), "yes");
  }

  @Test
  void whatIsMadeOfARowWhoseConditionFailedSeesNull() {
    Table table =
        Table.of(Type.LONG, Type.decimal(30, 2), Type.STRING).row(0L, null, "x").row(1L, null, "y");
    Expr choice = new Expr.Case(List.of(when(lit(1).dividedBy(col("a")).eq(1), col("b"))), null);
    assertThat(table.eval(choice.cast(Type.decimal(5, 2))))
        .containsExactly(failed("division by zero: (1 / a)"), null);
  }

  @Test
  void resultsAreBroughtToTheirCommonType() {
    Table table =
        Table.of(Type.INT, Type.decimal(4, 2), Type.DOUBLE)
            .row(1, new BigDecimal("2.50"), 0.5)
            .row(2, null, null);
    Expr decimal = new Expr.Case(List.of(when(col("a").eq(1), col("b"))), col("a"));
    assertThat(table.eval(decimal)).containsExactly(new BigDecimal("2.50"), new BigDecimal("2.00"));
    Expr floating = new Expr.Case(List.of(when(col("a").eq(1), col("b"))), lit(1.5));
    assertThat(table.eval(floating)).containsExactly(2.5, 1.5);
    assertThat(table.eval(col("c").coalesce(col("b"), col("a")))).containsExactly(0.5, 2.0);
    assertThat(table.eval(col("b").coalesce(7)))
        .containsExactly(new BigDecimal("2.50"), new BigDecimal("7.00"));
  }

  @Test
  void convertsToATargetType() {
    Table table =
        Table.of(Type.INT, Type.decimal(4, 2)).row(3, new BigDecimal("1.25")).row(null, null);
    assertThat(table.eval(col("a"), Type.INT)).containsExactly(3, null);
    assertThat(table.eval(col("a"), Type.LONG)).containsExactly(3L, null);
    assertThat(table.eval(col("a"), Type.DOUBLE)).containsExactly(3.0, null);
    assertThat(table.eval(col("a"), Type.decimal(12, 2)))
        .containsExactly(new BigDecimal("3.00"), null);
    assertThat(table.eval(col("b"), Type.decimal(30, 4)))
        .containsExactly(new BigDecimal("1.2500"), null);
    assertThat(table.eval(nothing(Type.INT), Type.decimal(12, 2))).containsOnlyNulls();
  }

  @Test
  void aConversionThatDoesNotFitFails() {
    BigDecimal big = new BigDecimal("9".repeat(38));
    Table table =
        Table.of(Type.decimal(38, 0), Type.decimal(10, 5)).row(big, null).row(BigDecimal.ONE, null);
    assertThat(table.eval(col("a").coalesce(col("b"))))
        .containsExactly(
            failed("a number of 38 digits does not fit decimal(38,5): coalesce(a, b)"),
            new BigDecimal("1.00000"));
  }

  @Test
  void coalesceTakesTheFirstThatIsNotNull() {
    Table table =
        Table.of(Type.STRING, Type.STRING, Type.LONG)
            .row("x", "y", 0L)
            .row(null, "y", 0L)
            .row(null, null, 1L)
            .row(null, null, 0L);
    assertThat(table.eval(col("a").coalesce(col("b")))).containsExactly("x", "y", null, null);
    assertThat(table.eval(col("a").coalesce(col("b"), "z"))).containsExactly("x", "y", "z", "z");
    Expr fails = lit(1).dividedBy(col("c")).cast(Type.STRING);
    assertThat(table.eval(col("a").coalesce(col("b"), fails)))
        .containsExactly("x", "y", "1", failed("division by zero: (1 / c)"));
  }

  @Test
  void nullIfComparesByValueAndKeepsTheFirstType() {
    Table table =
        Table.of(Type.INT, Type.decimal(6, 2), Type.DOUBLE)
            .row(5, new BigDecimal("5.00"), Double.NaN)
            .row(5, new BigDecimal("5.01"), 5.0)
            .row(5, null, null)
            .row(null, null, 1.0);
    assertThat(table.eval(col("a").nullIf(col("b")))).containsExactly(null, 5, 5, null);
    assertThat(table.eval(col("a").nullIf(col("c")))).containsExactly(5, null, 5, null);
    assertThat(table.eval(col("c").nullIf(lit(Double.NaN)))).containsExactly(null, 5.0, null, 1.0);
    assertThat(table.eval(lit(1).dividedBy(col("a").minus(5).nullIf(0))))
        .containsExactly(null, null, null, null);
  }

  @Test
  void inIsThreeValued() {
    Table table =
        Table.of(Type.LONG, Type.LONG).row(1L, 5L).row(9L, 9L).row(9L, null).row(null, 1L);
    assertThat(table.eval(col("a").in(1, 2, 3))).containsExactly(true, false, false, null);
    assertThat(table.eval(col("a").in(1, nothing(Type.LONG))))
        .containsExactly(true, null, null, null);
    assertThat(table.eval(col("a").in(1, col("b")))).containsExactly(true, true, null, null);
    assertThat(table.eval(col("a").in(1.0, new BigDecimal("9.0"))))
        .containsExactly(true, true, true, null);
    assertThat(table.eval(col("a").in(11, 12, 13, 14, 15, 16, 17, 18, 19, 9)))
        .containsExactly(false, true, true, null);
  }

  @Test
  void inEvaluatesAllItsArguments() {
    Table table = Table.of(Type.LONG, Type.LONG).row(1L, 0L).row(1L, 1L).row(null, 0L);
    Table.Failed failure = failed("division by zero: (1 / b)");
    assertThat(table.eval(col("a").in(1, lit(1).dividedBy(col("b")))))
        .containsExactly(failure, true, failure);
  }

  @Test
  void inLooksUpStringsAndNumbersOfOtherKinds() {
    Table table =
        Table.of(Type.STRING, Type.decimal(5, 2), Type.DOUBLE)
            .row("a", new BigDecimal("1.00"), Double.NaN)
            .row("z", new BigDecimal("1.50"), 0.0);
    assertThat(table.eval(col("a").in("a", "b"))).containsExactly(true, false);
    assertThat(table.eval(col("a").in("1", "2", "3", "4", "5", "6", "7", "8", "9", "z")))
        .containsExactly(false, true);
    assertThat(table.eval(col("b").in(1, 2))).containsExactly(true, false);
    assertThat(table.eval(col("b").in(new BigDecimal("1.5000")))).containsExactly(false, true);
    assertThat(table.eval(col("c").in(Double.NaN, -0.0))).containsExactly(true, true);
  }

  @Test
  void aRowWhoseConditionFailsHasNoValueForWhatReadsTheChoice() {
    Type wide = Type.decimal(38, 10);
    BigDecimal value = new BigDecimal("2.5");
    Table table =
        Table.of(Type.STRING, Type.LONG, wide).row("first", 0L, value).row("second", 1L, value);
    Expr choice =
        new Expr.Case(List.of(when(lit(1).dividedBy(col("b")).gt(0), col("c"))), col("c"));
    assertThat(table.eval(choice.cast(Type.decimal(18, 1))))
        .containsExactly(failed("division by zero: (1 / b)"), value);
  }
}
