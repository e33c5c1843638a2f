package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After the first calls a kernel allocates nothing. */
class KernelAllocationTest {
  private static final int ROWS = 1000;

  private static Expr expr(String name) {
    return switch (name) {
      case "filter" -> col("b").eq("v7").and(col("a").gt(10)).or(col("c").lt(0.5));
      case "like" -> col("b").like("v%3").and(col("b").gt("v4"));
      case "string functions" -> col("b").upper().concat("-").substring(2, 3).length();
      case "long arithmetic" -> col("a").plus(1).times(3).minus(col("a")).modulo(17);
      case "double arithmetic" -> col("c").times(2).dividedBy(3).round(2).plus(col("a"));
      case "decimals" -> col("d").plus(1).times(new BigDecimal("1.19")).gt(col("a"));
      case "times" -> col("e").dateTrunc(TruncUnit.MONTH).epochSeconds();
      case "case" ->
          new Expr.Case(
              List.of(
                  new Expr.When(col("a").gt(500), col("a").plus(1)),
                  new Expr.When(col("b").in("v1", "v2"), col("a"))),
              col("a").coalesce(0).nullIf(7));
      default -> col("a").cast(Type.INT).cast(Type.decimal(12, 2)).cast(Type.DOUBLE);
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "filter",
        "like",
        "string functions",
        "long arithmetic",
        "double arithmetic",
        "decimals",
        "times",
        "case",
        "casts"
      })
  void allocatesNothing(String name) {
    Table table = Table.of(Type.LONG, Type.STRING, Type.DOUBLE, Type.decimal(8, 2), Type.INSTANT);
    for (int i = 0; i < ROWS; i++) {
      table.row(
          i % 11 == 0 ? null : (Long) (long) i,
          "v" + i % 10,
          i / 7.0,
          BigDecimal.valueOf(i, 2),
          Instant.ofEpochSecond(i * 100_000L));
    }
    Kernel kernel = ExprCompiler.compile(expr(name), table.schema, table.dictionary);
    int[] out = new int[ROWS];
    int[] selection = table.step(0, 2);
    boolean isCondition = kernel.type().equals(Type.BOOLEAN);
    RowErrors errors = new RowErrors();
    Runnable step =
        () -> {
          if (isCondition) {
            Selections.select(kernel, table.batch, null, ROWS, errors, out);
          }
          kernel.evaluate(table.batch, null, ROWS, errors);
          kernel.evaluate(table.batch, selection, ROWS / 2, errors);
        };
    assertThat(allocated(step, 50) / 50).as("bytes for each step").isLessThan(200);
    assertThat(errors.isEmpty()).isTrue();
  }

  /** Bytes allocated by a number of runs, after as many to get warm. */
  private static long allocated(Runnable step, int runs) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().getId();
    for (int i = 0; i < 20; i++) {
      step.run();
    }
    long before = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < runs; i++) {
      step.run();
    }
    return threads.getThreadAllocatedBytes(id) - before;
  }
}
