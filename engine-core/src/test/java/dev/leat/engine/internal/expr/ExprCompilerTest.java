package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExprCompilerTest {
  private static Kernel compile(Table table, Expr expr) {
    return ExprCompiler.compile(expr, table.schema, table.dictionary);
  }

  @Test
  void aColumnIsHandedOnAsItIs() {
    Table table = Table.of(Type.INT, Type.STRING).row(1, "x");
    Column result = compile(table, col("b")).evaluate(table.batch, null, 1, new RowErrors());
    assertThat(result).isSameAs(table.batch.column(1));
    Kernel asLong = ExprCompiler.compile(col("a"), Type.LONG, table.schema, table.dictionary);
    assertThat(asLong.evaluate(table.batch, null, 1, new RowErrors()))
        .isSameAs(table.batch.column(0));
  }

  @Test
  void anEarlierFailureDoesNotTouchTheColumnsOfTheBatch() {
    Table table = Table.of(Type.LONG, Type.LONG).row(5L, null).row(6L, 0L);
    for (Expr expr :
        List.of(
            col("a").coalesce(lit(1).dividedBy(col("b"))),
            col("a").nullIf(lit(1).dividedBy(col("b"))),
            new Expr.Case(
                List.of(new Expr.When(col("b").isNull(), col("a"))), lit(1).dividedBy(col("b"))))) {
      RowErrors errors = new RowErrors();
      errors.fail(0, "another expression");
      Column result = compile(table, expr).evaluate(table.batch, null, 2, errors);
      assertThat(result.isNull(0)).isTrue();
      assertThat(table.batch.column(0).word(0)).isEqualTo(5);
      assertThat(table.batch.column(0).isNull(0)).isFalse();
    }
  }

  @Test
  void aKernelServesBatchesOfAnySize() {
    Table table = Table.of(Type.LONG, Type.STRING);
    Kernel kernel =
        compile(
            table,
            new Expr.Case(
                List.of(new Expr.When(col("a").gt(1).and(col("b").eq("x")), lit(1).plus(col("a")))),
                lit(7)));
    for (int rows : new int[] {1, 100, 0, 65, 3000, 2}) {
      Table other = new Table(table.schema, table.dictionary);
      for (int i = 0; i < rows; i++) {
        other.row((long) i, i % 2 == 0 ? "x" : null);
      }
      if (rows == 0) {
        other.batch.fill(0, null);
      }
      Column result = kernel.evaluate(other.batch, null, rows, new RowErrors());
      for (int i = 0; i < rows; i++) {
        assertThat(result.word(i)).isEqualTo(i > 1 && i % 2 == 0 ? i + 1 : 7);
      }
    }
  }

  @Test
  void literalsAreFolded() {
    Table table = Table.of(Type.LONG);
    for (Expr constant :
        List.of(
            lit(1).plus(2),
            lit("a").concat("b"),
            lit(1).eq(1.0),
            lit("x").like("%x"),
            lit(5).in(1, 5),
            lit(5).nullIf(5),
            new Expr.Case(List.of(new Expr.When(lit(true), lit(1))), null).plus(1))) {
      Kernel kernel = compile(table, constant);
      assertThat(kernel.canFail()).as("%s", constant).isFalse();
    }
    assertThat(table.row(3L).eval(lit("a").concat("b").length())).containsExactly(2L);
  }

  @Test
  void whatDoesNotFitTheSchemaIsRefused() {
    Table table = Table.of(Type.LONG, Type.STRING, Type.INSTANT);
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> compile(table, col("zz")))
        .withMessageContaining("zz");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> ExprCompiler.compile(col("a"), Type.INT, table.schema, table.dictionary))
        .withMessageContaining("no conversion from long to int");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () -> compile(table, new Expr.Call(Op.DATE_TRUNC, List.of(col("c"), lit("AEON")))))
        .withMessageContaining("AEON");
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> compile(table, new Expr.Call(Op.DATE_TRUNC, List.of(col("c"), col("b")))))
        .withMessageContaining("date_trunc");
  }

  @Test
  void theReasonOfALongExpressionIsCutShort() {
    Table table = Table.of(Type.LONG).row(0L);
    Expr expr = lit(1).dividedBy(col("a"));
    for (int i = 0; i < 100; i++) {
      expr = expr.plus(1);
    }
    Expr divided = expr.minus(expr).dividedBy(col("a"));
    Object failure = table.eval(lit(1).dividedBy(divided.coalesce(0))).get(0);
    assertThat(((Table.Failed) failure).reason()).hasSizeLessThan(300);
  }

  @Test
  void anEmptyBatchGivesNothing() {
    Table table = Table.of(Type.LONG);
    Batch empty = new Batch(1);
    Kernel kernel = compile(table, col("a").plus(1).isNull().or(lit(1).dividedBy(col("a")).gt(1)));
    RowErrors errors = new RowErrors();
    kernel.evaluate(empty, null, 0, errors);
    assertThat(errors.isEmpty()).isTrue();
  }
}
