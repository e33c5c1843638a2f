package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.lit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.UserFunction;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserCallTest {
  private static Expr call(Type type, UserFunction function, Expr... arguments) {
    return new Expr.UserCall("f", type, function, List.of(arguments));
  }

  private static Object only(Table table, Expr expr) {
    return table.eval(expr).get(0);
  }

  @Test
  void getsAndGivesJavaValues() {
    List<Object> seen = new ArrayList<>();
    Table table =
        Table.of(Type.LONG, Type.STRING, Type.INSTANT, Type.decimal(5, 2))
            .row(1L, "x", Instant.EPOCH, new BigDecimal("1.50"))
            .row(null, null, null, null);
    Expr all =
        call(
            Type.STRING,
            a -> {
              seen.addAll(Arrays.asList(a));
              return a[1] == null ? null : a[1] + "!";
            },
            col("a"),
            col("b"),
            col("c"),
            col("d"));
    Kernel kernel = ExprCompiler.compile(all, table.schema, table.dictionary);
    kernel.evaluate(table.batch, null, 2, new RowErrors());
    assertThat(seen)
        .containsExactly(1L, "x", Instant.EPOCH, new BigDecimal("1.50"), null, null, null, null);
    assertThat(table.eval(all)).containsExactly("x!", null);
  }

  @Test
  void whatItThrowsIsTheRowsFailure() {
    Table table = Table.of(Type.LONG).row(1L).row(2L);
    Expr throwing =
        call(
            Type.LONG,
            a -> {
              if ((Long) a[0] == 1) {
                throw new java.io.IOException("no");
              }
              return a[0];
            },
            col("a"));
    assertThat(table.eval(throwing))
        .containsExactly(Table.failed("java.io.IOException: no: f[opaque](a)"), 2L);
    Expr endless =
        call(
            Type.LONG,
            a -> {
              throw new StackOverflowError();
            });
    assertThat(only(table, endless)).isInstanceOf(Table.Failed.class);
    Expr asserting =
        call(
            Type.LONG,
            a -> {
              throw new AssertionError("wrong");
            });
    assertThat(only(table, asserting)).isInstanceOf(Table.Failed.class);
  }

  @Test
  void aValueOfTheWrongClassOrTooWideFails() {
    Table table = Table.of(Type.LONG).row(1L);
    assertThat(only(table, call(Type.LONG, a -> 1)))
        .isEqualTo(
            Table.failed(
                "the function gave a java.lang.Integer, not a java.lang.Long: f[opaque]()"));
    assertThat(only(table, call(Type.decimal(3, 1), a -> new BigDecimal("99.95"))))
        .isInstanceOf(Table.Failed.class);
    assertThat(only(table, call(Type.decimal(3, 1), a -> new BigDecimal("99.94"))))
        .isEqualTo(new BigDecimal("99.9"));
    assertThat(only(table, call(Type.array(Type.LONG), a -> List.of("x"))))
        .isInstanceOf(Table.Failed.class);
    assertThat(only(table, call(Type.INSTANT, a -> Instant.MAX))).isInstanceOf(Table.Failed.class);
  }

  @Test
  void isNotCalledForRowsThatFailed() {
    List<Object> seen = new ArrayList<>();
    Table table = Table.of(Type.LONG).row(0L).row(1L);
    Expr expr =
        call(
            Type.LONG,
            a -> {
              seen.add(a[0]);
              return a[0];
            },
            lit(5).dividedBy(col("a")));
    ExprCompiler.compile(expr, table.schema, table.dictionary)
        .evaluate(table.batch, null, 2, new RowErrors());
    assertThat(seen).containsExactly(5L);
  }
}
