package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.currentDate;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.now;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Views that change as time passes, with no new event. */
class ClockTest {
  record Event(String sessionId, String type, String page, Instant at) {}

  record Name(String name) {}

  private static Duration minutes(long minutes) {
    return Duration.ofMinutes(minutes);
  }

  private static Event event(String session, String type, Instant at) {
    return new Event(session, type, "/" + type, at);
  }

  /** Sessions whose last event put something into the cart, 15 to 60 minutes ago. */
  static void abandoned(PipelineBuilder p) {
    p.stream("events", Event.class)
        .groupBy(Event::sessionId)
        .aggregate(
            last(Event::type).orderBy(asc(Event::at), asc(Event::type)).as("last_type"),
            last(Event::at).orderBy(asc(Event::at)).as("last_at"))
        .where(col("last_type").eq("add_to_cart"))
        .where(
            now()
                .minus(col("last_at"))
                .ge(minutes(15))
                .and(now().minus(col("last_at")).lt(minutes(60))))
        .materialize("abandoned");
  }

  private static List<String> sessions(PipelineTester tester) {
    return tester.rows("abandoned").stream()
        .map(row -> row.value("session_id", String.class))
        .toList();
  }

  @Test
  void aCartIsAbandonedFromFifteenIdleMinutesToSixty() {
    PipelineTester.onEverySchedule(
        Pipeline.define(ClockTest::abandoned),
        tester -> {
          tester.put(
              "events",
              event("s1", "view", START.minusSeconds(1)),
              event("s1", "add_to_cart", START));
          tester.step().advance(minutes(15).minusSeconds(1)).step();
          assertThat(sessions(tester)).isEmpty();
          tester.advance(Duration.ofSeconds(1)).step();
          assertThat(sessions(tester)).containsExactly("s1");
          tester.advance(minutes(45).minusSeconds(1)).step();
          assertThat(sessions(tester)).containsExactly("s1");
          tester.advance(Duration.ofSeconds(1)).step();
          assertThat(sessions(tester)).isEmpty();
        });
  }

  @Test
  void itIsNotAnyLongerWithANewEventOrAPurchase() {
    PipelineTester.onEverySchedule(
        Pipeline.define(ClockTest::abandoned),
        tester -> {
          tester.put("events", event("s1", "add_to_cart", START));
          tester.put("events", event("s2", "add_to_cart", START));
          tester.step().advance(minutes(20)).step();
          assertThat(sessions(tester)).containsExactlyInAnyOrder("s1", "s2");
          tester.put("events", event("s1", "purchase", tester.now()));
          tester.put("events", event("s2", "add_to_cart", tester.now())).step();
          assertThat(sessions(tester)).isEmpty();
          tester.advance(minutes(15)).step();
          assertThat(sessions(tester)).containsExactly("s2");
        });
  }

  @Test
  void trafficOfTheLastFiveMinutesAndTopPagesOfTheLastTen() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Event> events = p.stream("events", Event.class);
              events
                  .where(col(Event::at).ge(now().dateTrunc(TruncUnit.MINUTE).minus(minutes(4))))
                  .with(col(Event::at).dateTrunc(TruncUnit.MINUTE).as("minute"))
                  .groupBy("minute")
                  .aggregate(count().as("events"))
                  .materialize("per_minute");
              events
                  .where(col(Event::at).gt(now().minus(minutes(10))))
                  .groupBy(Event::page)
                  .aggregate(count().as("views"))
                  .orderBy(desc("views"), asc("page"))
                  .limit(1)
                  .materialize("top");
            });
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.put("events", event("s", "a", START), event("s", "a", START.plusSeconds(59)));
          tester.put("events", event("s", "b", START.plusSeconds(60))).step();
          assertThat(tester.rows("per_minute").stream().map(Row::values))
              .containsExactlyInAnyOrder(List.of(START, 2L), List.of(START.plusSeconds(60), 1L));
          assertThat(tester.rows("top").get(0).values()).isEqualTo(List.of("/a", 2L));
          tester.advance(minutes(5).minusSeconds(1)).step();
          assertThat(tester.rows("per_minute")).hasSize(2);
          tester.advance(Duration.ofSeconds(1)).step();
          assertThat(tester.rows("per_minute").stream().map(Row::values))
              .containsExactly(List.of(START.plusSeconds(60), 1L));
          tester.advance(minutes(5)).step();
          assertThat(tester.rows("per_minute")).isEmpty();
          assertThat(tester.rows("top").get(0).values()).isEqualTo(List.of("/a", 1L));
          tester.advance(minutes(1)).step();
          assertThat(tester.rows("top")).isEmpty();
        });
  }

  @Test
  void theTimeMovesInTicks() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              p.tickEvery(minutes(1));
              p.table("names", Name.class)
                  .primaryKey(Name::name)
                  .with(now().as("now"))
                  .materialize("times");
            });
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.put("names", new Name("a")).step();
      assertThat(tester.rows("times").get(0).value("now")).isEqualTo(START);
      long position = tester.engine().position().value();
      tester.advance(Duration.ofSeconds(59)).step();
      assertThat(tester.engine().position().value()).isEqualTo(position);
      tester.advance(Duration.ofSeconds(62)).step().step();
      assertThat(tester.rows("times").get(0).value("now")).isEqualTo(START.plusSeconds(120));
      assertThat(tester.engine().position().value()).isEqualTo(position + 1);
    }
  }

  @Test
  void withoutAnythingThatDependsOnItTimeIsNotLogged() {
    Pipeline pipeline =
        Pipeline.define(
            p -> p.table("names", Name.class).primaryKey(Name::name).materialize("names"));
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.advance(minutes(10)).step();
      assertThat(tester.engine().position().value()).isZero();
    }
  }

  @Test
  void aColumnOfTheTimeIsRefreshedByChanges() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("names", Name.class)
                    .primaryKey(Name::name)
                    .with(currentDate().as("today"), now().epochSeconds().modulo(2).as("parity"))
                    .materialize("dated"));
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.put("names", new Name("a"), new Name("b")).step();
      assertThat(tester.changes("dated")).hasSize(2);
      tester.advance(Duration.ofSeconds(1)).step();
      assertThat(tester.changes("dated")).hasSize(4);
      tester.advance(Duration.ofSeconds(2)).step();
      // The rows were taken back and added again, and are the same.
      assertThat(tester.changes("dated")).isEmpty();
      tester.advance(Duration.ofDays(1)).step();
      assertThat(tester.rows("dated").get(0).value("today")).isEqualTo(LocalDate.of(2026, 1, 2));
    }
  }

  @Test
  void anythingElseIsEvaluatedAnew() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("events", Event.class)
                    .acceptGrowth("a short test")
                    .where(
                        now()
                            .minus(col(Event::at))
                            .lt(minutes(1))
                            .or(now().minus(col(Event::at)).ge(minutes(3))))
                    .materialize("edges"));
    assertThat(pipeline.explain()).contains("with now() refreshed in all rows, at most each 1 s");
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.put("events", event("s", "a", START)).step();
      assertThat(tester.rows("edges")).hasSize(1);
      tester.advance(minutes(1)).step();
      assertThat(tester.rows("edges")).isEmpty();
      tester.advance(minutes(2)).step();
      assertThat(tester.rows("edges")).hasSize(1);
    }
  }

  @Test
  void everyWayToWriteAComparisonIsKeptByTime() {
    Expr at = col(Event::at);
    Duration five = minutes(5);
    List<Expr> same =
        List.of(
            now().minus(at).lt(five),
            at.minus(now()).gt(Duration.ZERO.minus(five)),
            now().lt(at.plus(five)),
            at.plus(five).gt(now()),
            at.gt(now().minus(five)),
            now().minus(five).lt(at),
            now().plus(minutes(1)).minus(at).lt(minutes(6)),
            now().minus(at).minus(five).lt(Duration.ZERO));
    for (Expr condition : same) {
      Pipeline pipeline =
          Pipeline.define(
              p -> p.stream("events", Event.class).where(condition).materialize("young"));
      assertThat(pipeline.explain()).as("%s", condition).contains("temporal filter");
      assertThat(pipeline.explain()).contains("rows: rows while ").contains("until they leave");
      try (PipelineTester tester = PipelineTester.of(pipeline)) {
        tester.put("events", event("s", "a", START)).step().advance(five.minusSeconds(1)).step();
        assertThat(tester.rows("young")).as("%s", condition).hasSize(1);
        long kept = keptBytes(tester);
        tester.advance(Duration.ofSeconds(1)).step();
        assertThat(tester.rows("young")).as("%s", condition).isEmpty();
        assertThat(keptBytes(tester)).isLessThan(kept);
      }
    }
  }

  private static long keptBytes(PipelineTester tester) {
    return tester.engine().stateBytes().get("temporal filter on stream 'events'");
  }

  @Test
  void whatIsWrittenIsForgotten() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Event> events = p.stream("events", Event.class);
              events
                  .forgetAfter(minutes(5))
                  .groupBy(Event::sessionId)
                  .aggregate(count().as("events"))
                  .materialize("recent");
              events
                  .groupBy(Event::sessionId)
                  .aggregate(count().as("events"))
                  .forgetAfter(minutes(5))
                  .materialize("active");
            });
    assertThat(pipeline.explain()).contains("forget after 5 min without a change");
    try (PipelineTester tester = PipelineTester.of(pipeline)) {
      tester.put("events", event("s", "a", START)).step().advance(minutes(3)).step();
      tester.put("events", event("s", "b", START)).step().advance(minutes(2)).step();
      assertThat(tester.rows("recent").get(0).values()).isEqualTo(List.of("s", 1L));
      assertThat(tester.rows("active").get(0).values()).isEqualTo(List.of("s", 2L));
      tester.advance(minutes(3)).step();
      assertThat(tester.rows("recent")).isEmpty();
      assertThat(tester.rows("active")).isEmpty();
      tester.put("events", event("s", "c", START)).step();
      assertThat(tester.rows("recent").get(0).values()).isEqualTo(List.of("s", 1L));
      assertThat(tester.rows("active").get(0).values()).isEqualTo(List.of("s", 3L));
    }
  }

  private static void assertInvalid(Function<Relation<Event>, Relation<?>> relation, String why) {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> relation.apply(p.stream("events", Event.class)).materialize("view")))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(why);
  }

  @Test
  void whereTheTimeHasNoMeaningItIsRefused() {
    String wayOut = ".with(now().as(\"now\"))";
    assertInvalid(
        e -> e.groupBy(Event::page).aggregate(count().where(col(Event::at).lt(now())).as("n")),
        wayOut);
    assertInvalid(
        e -> e.groupBy(Event::page).aggregate(last(now()).orderBy(asc(Event::at)).as("n")), wayOut);
    assertInvalid(e -> e.where(now().ge(col(Event::page))), "filter on stream 'events'");
    assertInvalid(e -> e.where(now()), "a condition must be boolean");
    assertInvalid(e -> e.with(now().as("now")), "grows with the input");
    assertInvalid(e -> e.where(now().ge(col(Event::at))), "grows with the input");
    assertInvalid(
        e -> e.acceptGrowth("test").union(e).with(now().as("now")).forgetAfter(minutes(1)),
        "have no key");
    assertInvalid(e -> e.forgetAfter(Duration.ZERO), "a millisecond to ten years");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> {
                      p.stream("events", Event.class).where(now().lt(col(Event::at)));
                      p.tickEvery(minutes(1));
                    }))
        .hasMessageContaining("before the first relation that depends on the time");
    assertThatThrownBy(() -> Pipeline.define(p -> p.tickEvery(Duration.ZERO)))
        .hasMessageContaining("a millisecond to a day");
    assertThat(now().cast(Type.DATE)).isEqualTo(currentDate());
  }

  @Test
  void equalRowsThatEnterTogetherAreRowsOfTheirOwnToAJoin() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Event> entered =
                  p.stream("events", Event.class)
                      .where(now().ge(col(Event::at).plus(minutes(1))))
                      .acceptGrowth("a test is short");
              Relation<Row> names =
                  p.table("names", Name.class).primaryKey(Name::name).prefix("n_");
              entered.leftJoin(names).on("page", "n_name").materialize("joined");
              entered.lookup(names).on("page", "n_name").materialize("looked_up");
            });
    PipelineTester.onEverySchedule(
        pipeline,
        tester -> {
          tester.put("names", new Name("/view"));
          tester.put("events", event("s1", "view", START), event("s1", "view", START)).step();
          assertThat(tester.rows("joined")).isEmpty();
          tester.advance(minutes(1)).step();
          assertThat(tester.rows("joined")).hasSize(2);
          assertThat(tester.rows("looked_up")).hasSize(2);
        });
  }
}
