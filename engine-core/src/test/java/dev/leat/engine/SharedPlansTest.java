package dev.leat.engine;

import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Type;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Plans that are deep, and plans whose parts are shared over and over. What is not linear in the
 * number of distinct parts would not end here at all, so the time limit may be generous.
 */
@Timeout(120)
class SharedPlansTest {
  private static final int SMALL_STACK = 512 * 1024;
  private static final int LONG_CHAIN = 5000;
  private static final int LEVELS = 60;
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  record Reading(long n, String text) {}

  private interface Body {
    void run() throws Exception;
  }

  private static void onSmallStack(Body body) throws Exception {
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              body.run();
              return true;
            });
    new Thread(null, task, "small stack", SMALL_STACK).start();
    assertThat(task.get()).isTrue();
  }

  /**
   * One row over the readings 1, 2 and 3, computed on this thread: how many rows, and the greatest
   * n.
   */
  private static List<Object> summary(UnaryOperator<Relation<Row>> query) {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                query
                    .apply(p.stream("readings", Reading.class).select("n", "text"))
                    .aggregate(count().as("rows"), max(col("n")).as("max"))
                    .materialize("view"));
    assertThat(pipeline.explain()).contains("stream 'readings'");
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      engine.stream("readings", Reading.class)
          .append(List.of(new Reading(1, "a"), new Reading(2, "b"), new Reading(3, "c")));
      engine.step();
      assertThat(engine.ledger().scan()).isEmpty();
      return engine.view("view").get().orElseThrow().values();
    }
  }

  private static <T> T repeated(int times, T start, UnaryOperator<T> step) {
    T last = start;
    for (int i = 0; i < times; i++) {
      last = step.apply(last);
    }
    return last;
  }

  @Test
  void aLongChainOfRelationsIsBuiltExplainedAndRunOnASmallStack() throws Exception {
    onSmallStack(
        () -> {
          assertThat(summary(r -> repeated(LONG_CHAIN, r, more -> more.where(col("n").gt(1)))))
              .containsExactly(2L, 3L);
          assertThat(
                  summary(
                      r -> repeated(LONG_CHAIN, r, more -> more.with(col("n").plus(1).as("n")))))
              .containsExactly(3L, 3L + LONG_CHAIN);
          assertThat(summary(r -> repeated(LONG_CHAIN, r, more -> more.named("again"))))
              .containsExactly(3L, 3L);
        });
  }

  @Test
  void relationsThatAreSharedOverAndOverAreEachOneOperator() throws Exception {
    UnaryOperator<Relation<Row>> query =
        r -> repeated(LEVELS, r, shared -> shared.union(shared).distinct());
    Pipeline pipeline =
        Pipeline.define(
            p -> query.apply(p.stream("readings", Reading.class).select("n")).materialize("view"));
    Pipeline again =
        Pipeline.define(
            p -> query.apply(p.stream("readings", Reading.class).select("n")).materialize("view"));
    // The input, the select, and two for each level.
    assertThat(pipeline.plan().nodes()).hasSize(2 + 2 * LEVELS);
    assertThat(again.plan()).isEqualTo(pipeline.plan());
    // A line for each, another for each that is read twice, and one for the view.
    assertThat(pipeline.explain().lines()).hasSize(2 + 2 * LEVELS + LEVELS + 1);
    onSmallStack(() -> assertThat(summary(query)).containsExactly(3L, 3L));
  }

  @Test
  void aRelationUnitedWithItselfHasItsRowsAsOftenAsTheLimitAllows() {
    assertThat(summary(r -> repeated(16, r, shared -> shared.union(shared))))
        .containsExactly(3L << 16, 3L);
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> summary(r -> repeated(LEVELS, r, shared -> shared.union(shared))))
        .withMessageContaining("copies=" + 2 * Node.MAX_COPIES + " limit=" + Node.MAX_COPIES)
        .satisfies(e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID));
  }

  @Test
  void expressionsThatAreSharedOverAndOverAreEvaluatedOnceForARow() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Expr one =
        call(
            "one",
            Type.LONG,
            a -> {
              calls.incrementAndGet();
              return 1L;
            },
            col("n"));
    Expr sum = repeated(LEVELS, one, e -> e.plus(e));
    assertThat(sum.parts()).hasSize(2 + LEVELS);
    assertThat(sum).isEqualTo(repeated(LEVELS, one, e -> e.plus(e)));
    assertThat(sum.toString()).hasSizeLessThan(11_000).startsWith("((((").endsWith("...");
    onSmallStack(
        () -> assertThat(summary(r -> r.with(sum.as("n")))).containsExactly(3L, 1L << LEVELS));
    assertThat(calls).hasValue(3);

    Expr both = repeated(LEVELS, col("n").gt(1), e -> e.and(e).or(e.and(e)));
    onSmallStack(() -> assertThat(summary(r -> r.where(both))).containsExactly(2L, 3L));
  }

  /** The ways in which an expression can nest in another. */
  static List<Named<UnaryOperator<Expr>>> nestings() {
    return List.of(
        Named.of("sum", e -> e.plus(1)),
        Named.of("decimal", e -> e.cast(Type.decimal(38, 0)).cast(Type.LONG)),
        Named.of("text", e -> e.cast(Type.STRING).concat("").trim().cast(Type.LONG)),
        Named.of("case", e -> when(col("n").lt(0), 0L).otherwise(e)),
        Named.of("condition", e -> when(e.gt(1), e).otherwise(col("n"))),
        Named.of("coalesce", e -> e.nullIf(-1L).coalesce(e)),
        Named.of("in", e -> when(e.in(7L, col("n")), e).end()),
        Named.of(
            "logic", e -> when(e.gt(0).and(lit(6).dividedBy(e).gt(-1)).not(), 0L).otherwise(e)),
        Named.of("user", e -> call("same", Type.LONG, a -> a[0], e)));
  }

  @ParameterizedTest
  @MethodSource("nestings")
  void expressionsNestAsDeepAsTheLimitOnASmallStack(UnaryOperator<Expr> nesting) throws Exception {
    Expr deepest = col("n");
    Expr next = nesting.apply(deepest);
    int grows = next.depth() - deepest.depth();
    while (next.depth() + grows <= Expr.MAX_DEPTH) {
      deepest = next;
      next = nesting.apply(deepest);
    }
    Expr allowed = next;
    assertThat(allowed.depth()).isGreaterThan(Expr.MAX_DEPTH - 2 * grows);
    onSmallStack(() -> assertThat(summary(r -> r.with(allowed.as("n"))).get(0)).isEqualTo(3L));
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(() -> nesting.apply(nesting.apply(allowed)))
        .withMessageContaining("limit=" + Expr.MAX_DEPTH)
        .satisfies(e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID));
  }

  @Test
  void aLongDisjunctionIsNotDeep() throws Exception {
    Expr[] any = {col("n").eq(2)};
    for (int i = 0; i < LONG_CHAIN; i++) {
      any[0] = any[0].or(col("n").eq(10 + i));
    }
    assertThat(any[0].depth()).isEqualTo(3);
    onSmallStack(() -> assertThat(summary(r -> r.where(any[0]))).containsExactly(1L, 2L));
  }

  @Test
  void describingADeepRelationStaysShort() {
    Pipeline.define(
        p -> {
          Relation<Reading> deep =
              repeated(50, p.stream("readings", Reading.class), r -> r.where(col("n").gt(1)));
          assertThatExceptionOfType(EngineException.class)
              .isThrownBy(() -> deep.where(col("m").gt(1)))
              .withMessageStartingWith(
                  "filter on " + "filter on ".repeat(8) + "... on stream 'readings': ");
        });
  }
}
