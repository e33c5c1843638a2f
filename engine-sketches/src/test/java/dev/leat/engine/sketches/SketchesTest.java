package dev.leat.engine.sketches;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Statistics.percentileDisc;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static dev.leat.engine.sketches.Sketches.approxCountDistinct;
import static dev.leat.engine.sketches.Sketches.approxPercentile;
import static dev.leat.engine.sketches.Sketches.approxPercentileOfDurations;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Decimal;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.StreamInput;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.testkit.PipelineTester;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Approximate aggregates in pipelines: where they can be used, of which types, and of nothing. */
class SketchesTest {
  record Visit(
      String page, @Nullable String user, @Nullable Double millis, Duration spent, Instant at) {}

  record Traffic(String page, long users, @Nullable Double p50) {}

  record All(
      boolean truth,
      int i,
      long l,
      float f,
      double d,
      @Decimal(precision = 30, scale = 2) BigDecimal wide,
      @Decimal(precision = 9, scale = 2) BigDecimal narrow,
      String text,
      Instant instant,
      LocalDate date,
      Duration duration,
      byte[] bytes,
      List<String> array) {}

  private static Visit visit(String page, @Nullable String user, @Nullable Double millis, int at) {
    return new Visit(page, user, millis, Duration.ofMillis(at), Instant.EPOCH.plusSeconds(at));
  }

  private static Pipeline pipeline(Consumer<Relation<Visit>> views) {
    return Pipeline.define(
        p ->
            views.accept(
                p.stream("visits", Visit.class)
                    .eventTime(Visit::at, outOfOrderBy(Duration.ofMinutes(1)))));
  }

  @Test
  void nullsAndNothingAreAsInSql() {
    Pipeline pipeline =
        pipeline(
            visits -> {
              visits
                  .groupBy(Visit::page)
                  .aggregate(
                      approxCountDistinct(Visit::user).as("users"),
                      approxPercentile(0.5, Visit::millis).as("p50"))
                  .as(Traffic.class)
                  .materialize("traffic");
              visits
                  .aggregate(
                      approxCountDistinct(Visit::user).where(col("page").eq("/x")).as("users"),
                      approxPercentile(0.5, Visit::millis).where(col("page").eq("/x")).as("p50"))
                  .materialize("of_x");
            });
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.step();
          assertThat(tester.rows("of_x").get(0).values()).containsExactly(0L, null);
          tester.put("visits", visit("/a", null, null, 1)).step();
          assertThat(tester.rows("traffic", Traffic.class))
              .containsExactly(new Traffic("/a", 0, null));
          tester.put("visits", visit("/a", "u1", 100.0, 1), visit("/a", "u1", 200.0, 1)).step();
          tester.put("visits", visit("/a", "u2", 0.0, 1)).step();
          Traffic traffic = tester.rows("traffic", Traffic.class).get(0);
          assertThat(traffic.users()).isEqualTo(2);
          assertThat(traffic.p50()).isBetween(99.0, 101.0);
          assertThat(tester.rows("of_x").get(0).values()).containsExactly(0L, null);
          assertThat(tester.ledger()).isEmpty();
        });
  }

  @Test
  void valuesOfAllTypesAreCounted() {
    List<String> columns =
        List.of(
            "truth",
            "i",
            "l",
            "f",
            "d",
            "wide",
            "narrow",
            "text",
            "instant",
            "date",
            "duration",
            "bytes",
            "array");
    AggregateCall[] counts =
        columns.stream()
            .map(name -> approxCountDistinct(col(name), 6).as(name + "_n"))
            .toArray(AggregateCall[]::new);
    Pipeline pipeline =
        Pipeline.define(p -> p.stream("all", All.class).aggregate(counts).materialize("counts"));
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<All> all = engine.stream("all", All.class);
      for (int i = 0; i < 9; i++) {
        int k = i % 3;
        BigDecimal decimal = BigDecimal.valueOf(k, 2);
        all.append(
            new All(
                k > 0,
                k,
                k,
                k,
                k,
                decimal,
                decimal,
                "t" + k,
                Instant.ofEpochSecond(k),
                LocalDate.ofEpochDay(k),
                Duration.ofSeconds(-k),
                new byte[] {(byte) k},
                List.of("a", "b" + k)));
      }
      List<Object> values = engine.view("counts").get().orElseThrow().values();
      assertThat(values.get(0)).isEqualTo(2L);
      assertThat(values.subList(1, values.size())).hasSize(12).containsOnly(3L);
    }
  }

  @Test
  void percentilesOfAllNumbersAndOfDurations() {
    AggregateCall[] percentiles =
        List.of("i", "l", "f", "d", "wide", "narrow").stream()
            .map(name -> approxPercentile(0.9, col(name), 0.001).as(name + "_p"))
            .toArray(AggregateCall[]::new);
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<All> all = p.stream("all", All.class);
              all.aggregate(percentiles).materialize("numbers");
              all.aggregate(
                      approxPercentileOfDurations(0.9, All::duration).as("p90"),
                      approxPercentileOfDurations(0.1, All::duration, 0.5).as("p10"))
                  .materialize("durations");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<All> all = engine.stream("all", All.class);
      for (int i = 1; i <= 1000; i++) {
        BigDecimal decimal = BigDecimal.valueOf(i);
        all.append(
            new All(
                true,
                i,
                i,
                i,
                i,
                decimal,
                decimal,
                "",
                Instant.EPOCH,
                LocalDate.EPOCH,
                Duration.ofNanos(1000L * i),
                new byte[0],
                List.of()));
      }
      assertThat(engine.view("numbers").get().orElseThrow().values())
          .hasSize(6)
          .allSatisfy(value -> assertThat((Double) value).isBetween(899.1, 900.9));
      List<Object> durations = engine.view("durations").get().orElseThrow().values();
      assertThat((Duration) durations.get(0))
          .isBetween(Duration.ofNanos(891_000), Duration.ofNanos(909_000));
      assertThat((Duration) durations.get(1))
          .isBetween(Duration.ofNanos(50_000), Duration.ofNanos(150_000));
    }
  }

  @Test
  void windowsThatCloseAndSessionsHaveThem() {
    Pipeline pipeline =
        pipeline(
            visits -> {
              visits
                  .window(tumbling(Duration.ofMinutes(1)).on(Visit::at))
                  .closing(Duration.ZERO)
                  .groupBy("window_start", "window_end")
                  .aggregate(
                      approxCountDistinct(Visit::user, 6).as("users"),
                      countDistinct(Visit::user).as("exactly"))
                  .materialize("closed");
              visits
                  .sessionize(gap(Duration.ofSeconds(10)))
                  .on(Visit::at)
                  .aggregate(
                      approxCountDistinct(Visit::user, 6).as("users"),
                      countDistinct(Visit::user).as("exactly"),
                      approxPercentile(0.5, Visit::millis).as("p50"))
                  .materialize("sessions");
            });
    assertThat(pipeline.explain())
        .contains("a sketch of at most 64 bytes for users")
        .contains("approx_count_distinct_6[opaque](user) as users", "within_0.01[opaque]");
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.put("visits", visit("", "a", 1.0, 0), visit("", "b", 2.0, 15)).step();
          tester.put("visits", visit("", "a", 3.0, 30)).step();
          assertThat(tester.rows("sessions")).hasSize(3);
          tester.put("visits", visit("", "c", 4.0, 8), visit("", "d", 5.0, 23)).step();
          tester.put("visits", visit("", "e", 6.0, 300)).step();
          assertThat(tester.rows("closed")).hasSize(1);
          assertThat(tester.rows("closed").get(0).value("users")).isEqualTo(4L);
          assertThat(tester.rows("closed").get(0).value("exactly")).isEqualTo(4L);
          assertThat(tester.rows("sessions")).hasSize(2);
          assertThat(tester.rows("sessions"))
              .allSatisfy(row -> assertThat(row.value("users")).isEqualTo(row.value("exactly")));
        });
  }

  @Test
  void percentilesTakeRowsBack() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("visits", Visit.class)
                    .primaryKey(Visit::user)
                    .aggregate(
                        approxPercentile(0.5, Visit::millis).as("p50"),
                        percentileDisc(0.5, Visit::millis).as("exactly"))
                    .materialize("p50"));
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.put("visits", visit("", "a", 10.0, 0), visit("", "b", 1e6, 0)).step();
          tester.put("visits", visit("", "c", -5.0, 0)).step();
          assertNear(tester, 10.0);
          tester.put("visits", visit("", "a", 1e9, 0)).step();
          assertNear(tester, 1e6);
          tester.deleteKey("visits", "b").deleteKey("visits", "a").step();
          assertNear(tester, -5.0);
        });
  }

  private static void assertNear(PipelineTester tester, double exactly) {
    List<Object> row = tester.rows("p50").get(0).values();
    assertThat(row.get(1)).isEqualTo(exactly);
    assertThat((Double) row.get(0) / exactly).isBetween(0.99, 1.01);
  }

  @Test
  void whatCannotBeIsSaidWhenItIsDefined() {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.table("visits", Visit.class)
                            .primaryKey(Visit::user)
                            .aggregate(approxCountDistinct(Visit::page).as("pages"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("approx_count_distinct_12[opaque](page) as pages")
        .hasMessageContaining("cannot take rows back")
        .hasMessageContaining("use countDistinct(...), which is exact");
    refused(
        approxPercentile(0.5, Visit::page),
        "approxPercentile takes a number (of a duration take approxPercentileOfDurations), not string;"
            + " cast it: [page]");
    refused(approxPercentile(0.5, Visit::spent), "not duration; cast it: [spent]");
    refused(
        approxPercentileOfDurations(0.5, Visit::millis),
        "approxPercentileOfDurations takes a duration",
        "not double; cast it: [millis]");
    refused(approxPercentileOfDurations(0.5, Visit::at), "at");
    refused(approxPercentile(0.5, col("mills")), "mills");
    assertThatThrownBy(() -> approxPercentile(1.5, Visit::millis))
        .hasMessageContaining("fraction=1.5");
    assertThatThrownBy(() -> approxPercentile(0.5, Visit::millis, 0))
        .hasMessageContaining("accuracy=0.0");
    assertThatThrownBy(() -> approxCountDistinct(Visit::user, 20))
        .hasMessageContaining("precision=20");
  }

  private static void refused(AggregateCall call, String... what) {
    assertThatThrownBy(() -> pipeline(visits -> visits.aggregate(call.as("x"), count().as("n"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(what);
  }
}
