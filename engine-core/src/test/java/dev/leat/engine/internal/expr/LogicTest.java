package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.failed;
import static dev.leat.engine.internal.expr.Table.lit;
import static dev.leat.engine.internal.expr.Table.nothing;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogicTest {
  private static final Boolean[] THREE = {true, false, null};

  private static Boolean and(Boolean a, Boolean b) {
    if (Boolean.FALSE.equals(a) || Boolean.FALSE.equals(b)) {
      return false;
    }
    return (a == null || b == null) ? null : (Boolean) true;
  }

  private static Boolean or(Boolean a, Boolean b) {
    Boolean neither = and(not(a), not(b));
    return not(neither);
  }

  private static Boolean not(Boolean a) {
    return a == null ? null : (Boolean) !a;
  }

  /**
   * Gives its argument, but counts as an expression that can fail, so that it is evaluated only
   * where it is needed.
   */
  private static Expr opaque(Expr argument) {
    return new Expr.UserCall("same", Type.BOOLEAN, a -> a[0], List.of(argument));
  }

  @Test
  void isThreeValued() {
    Table table = Table.of(Type.BOOLEAN, Type.BOOLEAN, Type.BOOLEAN);
    List<Object> ands = new ArrayList<>();
    List<Object> ors = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      for (Boolean a : THREE) {
        for (Boolean b : THREE) {
          for (Boolean c : THREE) {
            table.row(a, b, c);
            ands.add(and(and(a, b), c));
            ors.add(or(or(a, b), c));
          }
        }
      }
    }
    Expr a = col("a");
    Expr b = col("b");
    Expr c = col("c");
    assertThat(table.eval(a.and(b).and(c))).isEqualTo(ands);
    assertThat(table.eval(a.and(b.and(c)))).isEqualTo(ands);
    assertThat(table.eval(a.and(opaque(b)).and(c))).isEqualTo(ands);
    assertThat(table.eval(opaque(a).and(b).and(opaque(c)))).isEqualTo(ands);
    assertThat(table.eval(a.or(b).or(c))).isEqualTo(ors);
    assertThat(table.eval(a.or(opaque(b)).or(opaque(c)))).isEqualTo(ors);
    assertThat(table.eval(a.not().and(b.not()).and(c.not()).not())).isEqualTo(ors);
    assertThat(table.eval(a.and(nothing(Type.BOOLEAN))))
        .isEqualTo(table.eval(a.and(opaque(nothing(Type.BOOLEAN)))));
  }

  @Test
  void aFailingRightSideIsNotEvaluatedWhereTheLeftDecides() {
    Table table =
        Table.of(Type.LONG, Type.LONG)
            .row(4L, 2L)
            .row(4L, 0L)
            .row(4L, null)
            .row(null, 2L)
            .row(1L, 2L);
    Expr quotient = col("a").dividedBy(col("b")).gt(1);
    assertThat(table.eval(col("b").ne(0).and(quotient)))
        .containsExactly(true, false, null, null, false);
    assertThat(table.eval(col("b").eq(0).or(quotient)))
        .containsExactly(true, true, null, null, false);
    assertThat(table.eval(quotient.and(col("b").ne(0))))
        .containsExactly(true, failed("division by zero: (a / b)"), null, null, false);
  }

  @Test
  void aNullOnTheLeftDoesNotStop() {
    Table table = Table.of(Type.BOOLEAN, Type.LONG).row(null, 0L).row(null, 1L).row(false, 0L);
    Expr fails = lit(1).dividedBy(col("b")).eq(1);
    assertThat(table.eval(col("a").and(fails)))
        .containsExactly(failed("division by zero: (1 / b)"), null, false);
    assertThat(table.eval(col("a").or(fails)))
        .containsExactly(
            failed("division by zero: (1 / b)"), true, failed("division by zero: (1 / b)"));
  }

  @Test
  void aFailedRowStaysFailedWhateverIsMadeOfIt() {
    Table table = Table.of(Type.LONG).row(0L).row(1L);
    Expr fails = lit(1).dividedBy(col("a"));
    Table.Failed failure = failed("division by zero: (1 / a)");
    assertThat(table.eval(fails.isNull())).containsExactly(failure, false);
    assertThat(table.eval(fails.isNotNull())).containsExactly(failure, true);
    assertThat(table.eval(fails.coalesce(7))).containsExactly(failure, 1L);
    assertThat(table.eval(fails.eq(1).and(lit(false)))).containsExactly(failure, false);
    assertThat(table.eval(nothing(Type.LONG).plus(fails))).containsExactly(failure, null);
  }

  @Test
  void testsForNull() {
    Table table = Table.of(Type.STRING, Type.LONG).row("a", 1L).row(null, 2L);
    assertThat(table.eval(col("a").isNull())).containsExactly(false, true);
    assertThat(table.eval(col("a").isNotNull())).containsExactly(true, false);
    assertThat(table.eval(col("b").isNull())).containsExactly(false, false);
    assertThat(table.eval(col("b").isNotNull())).containsExactly(true, true);
  }

  @Test
  void selectsWhatIsTrueAndDidNotFail() {
    Table table = Table.of(Type.LONG).row(0L).row(1L).row((Object) null).row(2L).row(-1L);
    Kernel kernel =
        ExprCompiler.compile(lit(2).dividedBy(col("a")).gt(0), table.schema, table.dictionary);
    RowErrors errors = new RowErrors();
    int[] out = new int[5];
    assertThat(Selections.select(kernel, table.batch, null, 5, errors, out)).isEqualTo(2);
    assertThat(Arrays.copyOf(out, 2)).containsExactly(1, 3);
    assertThat(errors.isFailed(0)).isTrue();
    assertThat(errors.size()).isEqualTo(1);
    int[] some = {1, 2, 4};
    assertThat(Selections.select(kernel, table.batch, some, 3, new RowErrors(), some)).isEqualTo(1);
    assertThat(some[0]).isEqualTo(1);
  }

  @Test
  void rowsThatFailedBeforeAreNotSelected() {
    Table table = Table.of(Type.LONG).row(1L).row(2L);
    Kernel kernel = ExprCompiler.compile(col("a").gt(0), table.schema, table.dictionary);
    RowErrors errors = new RowErrors();
    errors.fail(0, "another expression");
    int[] out = new int[2];
    assertThat(Selections.select(kernel, table.batch, null, 2, errors, out)).isEqualTo(1);
    assertThat(out[0]).isEqualTo(1);
  }
}
