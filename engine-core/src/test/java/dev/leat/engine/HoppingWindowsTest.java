package dev.leat.engine;

import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;
import static dev.leat.engine.Windows.cumulating;
import static dev.leat.engine.Windows.hopping;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Aggregates over windows that overlap, which are put together by pane. */
class HoppingWindowsTest {
  private static final Schema EVENT =
      Schema.builder()
          .required("id", Type.INT)
          .required("at", Type.INSTANT)
          .required("page", Type.STRING)
          .nullable("user", Type.STRING)
          .nullable("amount", Type.LONG)
          .build();

  private static Instant at(String time) {
    return Instant.parse("2026-04-01T" + time + "Z");
  }

  private static Row row(
      int id, String time, String page, @Nullable String user, @Nullable Long amount) {
    return Row.of(EVENT, id, at(time), page, user, amount);
  }

  private static Engine engine(Pipeline pipeline) {
    return Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(Threading.HOST));
  }

  private static List<String> shown(Engine engine) {
    engine.step();
    return engine.view("windows").scan().stream()
        .map(row -> row.values().toString().replace("2026-04-01T", "").replace(":00Z", ""))
        .sorted()
        .toList();
  }

  private static Pipeline table(Windows windows, String key, AggregateCall... calls) {
    return Pipeline.define(
        p ->
            p.table("events", EVENT)
                .primaryKey("id")
                .window(windows.on("at"))
                .groupBy(key)
                .aggregate(calls)
                .materialize("windows"));
  }

  /** The word of a null is that of the first string there ever was. */
  @Test
  void aNullIsAGroupOfItsOwnBesideTheFirstString() {
    Schema visit =
        Schema.builder().required("at", Type.INSTANT).nullable("user", Type.STRING).build();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("visits", visit)
                    .acceptGrowth("a test")
                    .window(hopping(minutes(2), minutes(1)).on("at"))
                    .groupBy("window_start", "user")
                    .aggregate(count().as("n"))
                    .materialize("windows"));
    try (Engine engine = engine(pipeline)) {
      engine.stream("visits")
          .append(
              List.of(
                  Row.of(visit, at("09:01:00"), "u"),
                  Row.of(visit, at("09:01:30"), null),
                  Row.of(visit, at("09:01:40"), null)));
      assertThat(shown(engine))
          .containsExactly(
              "[09:00, null, 2]", "[09:00, u, 1]", "[09:01, null, 2]", "[09:01, u, 1]");
    }
  }

  @Test
  void aValueThatGoesFromOnePaneStaysInTheWindowsOfTheOthers() {
    Pipeline pipeline =
        table(
            hopping(minutes(3), minutes(1)),
            "window_start",
            countDistinct(col("user")).as("users"),
            count().as("n"));
    try (Engine engine = engine(pipeline)) {
      TableInput<Row> events = engine.table("events");
      events.upsert(row(1, "09:00:10", "a", "u", 1L));
      events.upsert(row(2, "09:02:10", "a", "u", 1L));
      assertThat(shown(engine))
          .containsExactly(
              "[08:58, 1, 1]", "[08:59, 1, 1]", "[09:00, 1, 2]", "[09:01, 1, 1]", "[09:02, 1, 1]");
      // It is now between the two others, out of order, and in all windows only once.
      events.upsert(row(3, "09:01:10", "a", "u", 1L));
      assertThat(shown(engine))
          .containsExactly(
              "[08:58, 1, 1]", "[08:59, 1, 2]", "[09:00, 1, 3]", "[09:01, 1, 2]", "[09:02, 1, 1]");
      events.delete(2);
      assertThat(shown(engine))
          .containsExactly("[08:58, 1, 1]", "[08:59, 1, 2]", "[09:00, 1, 2]", "[09:01, 1, 1]");
      events.upsert(row(3, "09:01:10", "a", null, 1L));
      assertThat(shown(engine))
          .containsExactly("[08:58, 1, 1]", "[08:59, 1, 2]", "[09:00, 1, 2]", "[09:01, 0, 1]");
      events.delete(1);
      events.delete(3);
      assertThat(shown(engine)).isEmpty();
    }
  }

  @Test
  void aValueIsInTheCumulatingWindowsFromItsFirstPaneOn() {
    Pipeline pipeline =
        table(
            cumulating(minutes(4), minutes(1)),
            "window_end",
            countDistinct(col("user")).as("users"),
            sum(col("amount")).as("sum"));
    try (Engine engine = engine(pipeline)) {
      TableInput<Row> events = engine.table("events");
      events.upsert(row(1, "09:02:10", "a", "u", 5L));
      assertThat(shown(engine)).containsExactly("[09:03, 1, 5]", "[09:04, 1, 5]");
      events.upsert(row(2, "09:00:10", "a", "u", 7L));
      events.upsert(row(3, "09:03:10", "a", "v", null));
      assertThat(shown(engine))
          .containsExactly("[09:01, 1, 7]", "[09:02, 1, 7]", "[09:03, 1, 12]", "[09:04, 2, 12]");
      events.delete(2);
      assertThat(shown(engine)).containsExactly("[09:03, 1, 5]", "[09:04, 2, 5]");
    }
  }

  @Test
  void planSaysWhatIsDoneByPane() {
    Windows windows = hopping(minutes(3), minutes(1));
    assertThat(explained(windows, "window_start", countDistinct(col("user")).as("n")))
        .contains("by pane");
    assertThat(explained(windows, "window_end", avg(col("amount")).as("n"))).contains("by pane");
    // Not what cannot be taken back by pane, nor what reads the window, nor without a window.
    assertThat(explained(windows, "window_end", max(col("amount")).as("n")))
        .contains(
            " for each of 3 windows and not by pane: of max(amount) as n parts cannot be put"
                + " together where rows can be taken back");
    assertThat(explained(windows, "window_end", Statistics.variance(col("amount")).as("n")))
        .contains("not by pane: of var_samp(amount) as n parts cannot be put together [");
    assertThat(explained(windows, "window_start", countDistinct(col("window_end")).as("n")))
        .contains("not by pane: count(distinct window_end) as n reads the window");
    assertThat(explained(windows, "page", count().as("n")))
        .contains("not by pane: it is not grouped by window_end");
    // These begin together.
    assertThat(explained(cumulating(minutes(3), minutes(1)), "window_start", count().as("n")))
        .contains("not by pane: it is not grouped by window_end");
    assertThat(explained(tumbling(minutes(3)), "window_start", max(col("amount")).as("n")))
        .doesNotContain("pane");
  }

  private static String explained(Windows windows, String key, AggregateCall call) {
    return table(windows, key, call).explain();
  }

  @Test
  void aRowThatFailsIsInTheLedgerOnceForEachOfItsWindows() {
    Pipeline pipeline =
        table(
            hopping(minutes(3), minutes(1)),
            "window_start",
            sum(col("amount").dividedBy(col("id"))).as("sum"));
    try (Engine engine = engine(pipeline)) {
      TableInput<Row> events = engine.table("events");
      events.upsert(row(0, "09:00:10", "a", "u", 5L));
      events.upsert(row(1, "09:00:20", "a", "u", 6L));
      assertThat(shown(engine)).hasSize(3).allSatisfy(text -> assertThat(text).contains(", 6"));
      assertThat(engine.ledger().count()).isEqualTo(3);
      assertThat(engine.ledger().scan().toString())
          .contains("2026-04-01T08:58:00Z")
          .contains("2026-04-01T09:00:00Z");
    }
  }
}
