package dev.leat.engine.internal.expr;

import static dev.leat.engine.Expressions.when;
import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.failed;
import static dev.leat.engine.internal.expr.Table.lit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SharedKernelTest {
  private static final String REASON = "division by zero: (6 / a)";

  private final Table table =
      Table.of(Type.LONG).row(1L).row(0L).row((Object) null).row(3L).row(6L);
  private final List<Object> seen = new ArrayList<>();

  private Expr noted(Expr argument) {
    return new Expr.UserCall(
        "noted",
        Type.LONG,
        a -> {
          seen.add(a[0]);
          return a[0];
        },
        List.of(argument));
  }

  @Test
  void rowsThatOnePartLeftOutAreEvaluatedWhenAnotherAsks() {
    Expr part = lit(6).dividedBy(col("a"));
    Expr choice =
        when(col("a").eq(1), part)
            .when(col("a").eq(0), -1L)
            .when(col("a").eq(3), part.plus(part))
            .otherwise(part);
    assertThat(table.eval(choice)).containsExactly(6L, -1L, null, 4L, 1L);
  }

  @Test
  void aRowFailsOnlyIfAPartThatFailsIsAskedForIt() {
    Expr part = lit(6).dividedBy(col("a"));
    assertThat(table.eval(col("a").ne(0).and(part.gt(1)).and(part.lt(6))))
        .containsExactly(false, false, null, true, false);
    assertThat(table.eval(part.gt(1).and(col("a").ne(0)).and(part.lt(6))))
        .containsExactly(false, failed(REASON), null, true, false);
    assertThat(table.eval(part.isNull().or(part.isNotNull())))
        .containsExactly(true, failed(REASON), true, true, true);
  }

  @Test
  void aPartIsEvaluatedOnceForARow() {
    Expr part = noted(col("a"));
    Expr whole = when(part.gt(2), part.times(part)).otherwise(part.coalesce(part.minus(1), 7L));
    Kernel kernel = ExprCompiler.compile(whole, table.schema, table.dictionary);
    for (int times = 1; times <= 2; times++) {
      seen.clear();
      kernel.evaluate(table.batch, null, 5, new RowErrors());
      assertThat(seen).containsExactly(1L, 0L, null, 3L, 6L);
    }
    assertThat(table.eval(whole)).containsExactly(1L, 0L, 7L, 9L, 36L);
  }

  @Test
  @Timeout(20)
  void whetherAPartCanFailIsAskedOnce() {
    Expr whole = col("a");
    for (int i = 0; i < 60; i++) {
      whole = whole.concat(whole);
    }
    assertThat(Table.of(Type.STRING).row("").row((Object) null).eval(whole))
        .containsExactly("", null);
  }

  @Test
  void aConnectiveOfEqualOperandsIsThatOperand() {
    Expr condition = noted(col("a")).gt(0);
    Kernel kernel =
        ExprCompiler.compile(
            condition.and(condition).and(condition.and(condition)), table.schema, table.dictionary);
    kernel.evaluate(table.batch, null, 5, new RowErrors());
    assertThat(seen).hasSize(5);
    assertThat(table.eval(condition.and(condition))).containsExactly(true, false, null, true, true);
    assertThat(table.eval(condition.or(condition).or(col("a").eq(0))))
        .containsExactly(true, true, null, true, true);
  }
}
