package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Windows.hopping;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.EventTimeBounds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Windows that close: results come once, what comes later goes to the ledger. */
class ClosingWindowsTest extends ClosingClicks {
  @Test
  void aResultComesOnceWhenTheWatermarkReachesTheEndAndTheLateness() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), minutes(2)),
        engine -> {
          List<Change<Row>> changes = new ArrayList<>();
          engine.view("closed").subscribe(some -> changes.addAll(some.changes()));
          click(engine, "u1", "09:01:00");
          click(engine, "u1", "09:09:59.999999");
          click(engine, "u2", "09:16:59.999999");
          assertThat(closed(engine)).isEmpty();
          // 12 minutes behind, so still in time.
          click(engine, "u3", "09:05:00");
          click(engine, "u4", "09:17:00");
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 3, 2));
          click(engine, "u1", "09:40:00");
          assertThat(closed(engine))
              .containsExactly(
                  window("09:00:00", "09:10:00", 3, 2), window("09:10:00", "09:20:00", 2, 2));
          assertThat(changes).hasSize(2).allMatch(change -> change.weight() == 1);
          assertThat(engine.ledger().count()).isZero();
        });
  }

  @Test
  void aRowForAClosedWindowGoesToTheLedgerWithWindowAndHowLateItIs() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), minutes(2)),
        engine -> {
          click(engine, "u1", "09:01:00");
          click(engine, "u1", "09:20:00");
          click(engine, "u2", "09:09:00");
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
          assertThat(engine.ledger().scan())
              .singleElement()
              .satisfies(
                  entry -> {
                    assertThat(entry.source())
                        .isEqualTo("closing aggregate on window on stream 'clicks'");
                    assertThat(entry.reason())
                        .isEqualTo(
                            "late, its window is closed: window_start=2026-04-01T09:00:00Z"
                                + " window_end=2026-04-01T09:10:00Z"
                                + " watermark=2026-04-01T09:15:00Z late_by=PT3M");
                    assertThat(entry.row()).contains("user=u2");
                  });
        });
  }

  @Test
  void aHoppingRowIsKeptForTheWindowsThatAreOpen() {
    run(
        pipeline(hopping(minutes(10), minutes(5)), outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:07:00");
          click(engine, "u1", "09:12:00");
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
          click(engine, "u2", "09:08:00");
          click(engine, "u1", "09:15:00");
          assertThat(closed(engine))
              .containsExactly(
                  window("09:00:00", "09:10:00", 1, 1), window("09:05:00", "09:15:00", 3, 2));
          assertThat(engine.ledger().count()).isEqualTo(1);
        });
  }

  @Test
  void rowsOfOneEpochAreLateTogetherOrNot() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          engine.append(
              t -> {
                StreamInput<Click> clicks = engine.stream("clicks", Click.class);
                t.append(clicks, new Click("u1", NINE.plusSeconds(1200)));
                t.append(clicks, new Click("u2", NINE));
              });
          engine.step();
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
          assertThat(engine.ledger().count()).isZero();
        });
  }

  @Test
  void aRowWithoutEventTimeAndOneTooFarAheadGoToTheLedgerAndMoveNothing() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:01:00");
          click(engine, "u2", null);
          engine.stream("clicks", Click.class)
              .append(new Click("u3", Instant.parse("9999-01-01T00:00:00Z")));
          engine.step();
          engine.stream("clicks", Click.class).append(new Click("u4", NINE.plusSeconds(86_400)));
          engine.step();
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
          assertThat(engine.ledger().scan())
              .extracting(LedgerEntry::reason)
              .containsExactly(
                  "it has no event time",
                  "its event time is too far ahead of the clock, which was 2026-04-01T09:00:00Z:"
                      + " event_time=9999-01-01T00:00:00Z limit=2026-04-02T09:00:00Z");
          assertThat(engine.ledger().scan())
              .extracting(LedgerEntry::source)
              .containsOnly("event time of stream 'clicks'");
        });
  }

  private static Pipeline twoStreams() {
    return Pipeline.define(
        p -> {
          EventTimeBounds bounds = outOfOrderBy(Duration.ZERO).idleAfter(minutes(1));
          Relation<Click> web = p.stream("clicks", Click.class).eventTime(Click::eventTime, bounds);
          Relation<Click> app = p.stream("app", Click.class).eventTime("event_time", bounds);
          web.union(app)
              .window(tumbling(minutes(10)).on(Click::eventTime))
              .closing(Duration.ZERO)
              .groupBy("window_start", "window_end")
              .aggregate(count().as("n"), countDistinct(Click::user).as("users"))
              .materialize("closed");
        });
  }

  @Test
  void theSlowerOfTwoStreamsHoldsTheWatermarkUntilItIsIdle() {
    run(
        twoStreams(),
        engine -> {
          click(engine, "u1", "09:01:00");
          click(engine, "u1", "09:30:00");
          assertThat(engine.whyStalled("closed"))
              .containsExactly(
                  "view 'closed' waits in the closing aggregate on window on union on stream"
                      + " 'clicks': the window that ends at 2026-04-01T09:10:00Z, with groups=1,"
                      + " closes when the watermark reaches 2026-04-01T09:10:00Z; stream 'app' had"
                      + " no row yet, and it is not idle before PT1M without one");
          engine.stream("app", Click.class).append(new Click("u2", NINE.plusSeconds(300)));
          engine.step();
          assertThat(closed(engine)).isEmpty();
          assertThat(engine.whyStalled("closed"))
              .singleElement()
              .satisfies(
                  cause ->
                      assertThat(cause)
                          .endsWith(
                              "stream 'app' holds it at 2026-04-01T09:05:00Z, as its greatest event"
                                  + " time is 2026-04-01T09:05:00Z; its last row came at"
                                  + " 2026-04-01T09:00:00Z, and it is not idle before PT1M without"
                                  + " one"));
          clock.now = NINE.plusSeconds(59);
          click(engine, "u1", "09:30:01");
          assertThat(closed(engine)).isEmpty();
          clock.now = NINE.plusSeconds(60);
          click(engine, "u1", "09:30:02");
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 2, 2));
          // It comes back, and holds back from where the aggregate is.
          engine.stream("app", Click.class).append(new Click("u2", NINE.plusSeconds(360)));
          engine.step();
          click(engine, "u1", "09:50:00");
          assertThat(closed(engine)).hasSize(1);
          assertThat(engine.ledger().count()).isEqualTo(1);
        });
  }

  @Test
  void aViewThatWaitsForNothingHasNoCause() {
    Pipeline live =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::user)
                    .aggregate(count().as("n"))
                    .materialize("closed"));
    run(live, engine -> assertThat(engine.whyStalled("closed")).isEmpty());
    run(
        twoStreams(),
        engine -> {
          assertThat(engine.whyStalled("closed"))
              .singleElement()
              .satisfies(cause -> assertThat(cause).contains("has nothing open"));
          assertThatThrownBy(() -> engine.whyStalled("close"))
              .hasMessageContaining("did you mean 'closed'");
        });
  }

  @Test
  void stateGoesWhenWindowsClose() {
    stateIsFlatFor100Days(pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO));
  }

  @Test
  void stateOfPanesGoesWhenWindowsClose() {
    stateIsFlatFor100Days(
        pipeline(hopping(minutes(60), minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO));
  }

  @Test
  void ownersOfPanesGoWhenWindowsClose() {
    Pipeline byUser =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .eventTime(Click::eventTime, outOfOrderBy(minutes(5)))
                    .window(hopping(minutes(60), minutes(10)).on(Click::eventTime))
                    .closing(Duration.ZERO)
                    .groupBy("user", "window_end")
                    .aggregate(
                        countDistinct(Click::user).as("users"),
                        countDistinct(Click::eventTime).as("times"))
                    .materialize("closed"));
    stateIsFlatFor100Days(byUser);
  }

  /** What is taken by the parts whose names begin in some way. */
  private static long bytes(Engine engine, String part) {
    return engine.stateBytes().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(part))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private void stateIsFlatFor100Days(Pipeline pipeline) {
    run(
        pipeline,
        engine -> {
          long most = 0;
          long early = 0;
          for (int step = 0; step < 14_400; step++) {
            clock.now = NINE.plusSeconds(600L * step);
            StreamInput<Click> clicks = engine.stream("clicks", Click.class);
            clicks.append(new Click("u" + step % 7, clock.now));
            clicks.append(new Click("x" + step % 11, clock.now.minusSeconds(100)));
            engine.step();
            long bytes = bytes(engine, "closing");
            most = Math.max(most, bytes);
            early = step == 2000 ? most : early;
          }
          assertThat(early).isPositive();
          assertThat(most).as("bytes in a hundred days").isEqualTo(early);
          assertThat(engine.view("closed").count()).isGreaterThanOrEqualTo(14_399);
        });
  }

  @Test
  void whatSaysWhenWindowsCloseCountsAsState() {
    Pipeline both =
        Pipeline.define(
            p -> {
              Relation<Click> clicks =
                  p.stream("clicks", Click.class)
                      .eventTime(Click::eventTime, outOfOrderBy(Duration.ofDays(365)));
              clicks
                  .window(tumbling(minutes(1)).on(Click::eventTime))
                  .closing(Duration.ZERO)
                  .groupBy("window_end")
                  .aggregate(count().as("n"))
                  .materialize("closed");
              clicks
                  .window(tumbling(minutes(1)).on(Click::eventTime))
                  .groupBy("window_end")
                  .aggregate(count().as("n"))
                  .materialize("live");
            });
    run(
        both,
        engine -> {
          StreamInput<Click> clicks = engine.stream("clicks", Click.class);
          for (int minute = 0; minute < 1000; minute++) {
            clicks.append(new Click("u", NINE.minusSeconds(60L * minute)));
          }
          engine.step();
          long groups = bytes(engine, "aggregate");
          assertThat(bytes(engine, "closing")).isBetween(groups + 100_000, groups + 200_000);
          clicks.advanceWatermark(NINE.plusSeconds(60));
          engine.step();
          assertThat(engine.view("closed").count()).isEqualTo(1000);
          assertThat(bytes(engine, "closing")).isLessThan(10_000);
          assertThat(bytes(engine, "aggregate")).isEqualTo(groups);
        });
  }

  @Test
  void whatIsKeptOfAReopenedEngineGoesOn(@TempDir Path directory) {
    Pipeline pipeline = pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO);
    try (Engine engine = Engine.open(directory, pipeline, settings())) {
      click(engine, "u1", "09:01:00");
      click(engine, "u1", "09:14:00");
    }
    try (Engine engine = Engine.open(directory, pipeline, settings())) {
      click(engine, "u1", "09:02:00");
      click(engine, "u2", "09:15:00");
      assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 2, 1));
      click(engine, "u2", "09:03:00");
      assertThat(engine.ledger().count()).isEqualTo(1);
    }
    // Other bounds close other windows, so that what was closed is computed again.
    Pipeline later = pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(30)), Duration.ZERO);
    try (Engine engine = Engine.open(directory, later, settings())) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(closed(engine)).isEmpty();
      click(engine, "u2", "09:40:00");
      assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 3, 2));
    }
  }

  @Test
  void eventTimeCanBeDeclaredLater(@TempDir Path directory) {
    Pipeline without =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::user)
                    .aggregate(count().as("n"))
                    .materialize("users"));
    try (Engine engine = Engine.open(directory, without, settings())) {
      click(engine, "u1", "09:01:00");
      click(engine, "u1", null);
    }
    Pipeline with =
        Pipeline.define(
            p -> {
              Relation<Click> clicks =
                  p.stream("clicks", Click.class)
                      .eventTime(Click::eventTime, outOfOrderBy(Duration.ZERO));
              clicks.groupBy(Click::user).aggregate(count().as("n")).materialize("users");
              clicks
                  .window(tumbling(minutes(10)).on(Click::eventTime))
                  .closing(Duration.ZERO)
                  .groupBy("window_start", "window_end")
                  .aggregate(count().as("n"), countDistinct(Click::user).as("users"))
                  .materialize("closed");
            });
    try (Engine engine = Engine.open(directory, with, settings())) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      // The row without event time is no row of the stream any more.
      assertThat(engine.view("users").get("u1").orElseThrow().values().toString())
          .isEqualTo("[u1, 1]");
      assertThat(engine.ledger().count()).isEqualTo(1);
      click(engine, "u2", "09:10:00");
      assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
    }
    try (Engine engine = Engine.open(directory, without, settings())) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(engine.view("users").get("u1").orElseThrow().values().toString())
          .isEqualTo("[u1, 2]");
    }
  }

  @Test
  void explainSaysWhatClosesAndWhatBoundsTheState() {
    assertThat(
            Engine.inMemory(
                    pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), minutes(2)),
                    settings())
                .explain())
        .contains(
            "closing aggregate by [window_start, window_end] [count(*) as n, count(distinct user)"
                + " as users] lateness 2 min [key [window_start, window_end]; append-only; state:"
                + " groups of windows that are open: until the watermark of [clicks] is 2 min"
                + " behind window_end]",
            "event time event_time out of order by 5 min [no key; append-only; state: its"
                + " watermark]");
  }

  private static void build(Consumer<Relation<Click>> use) {
    Pipeline.define(p -> use.accept(p.stream("clicks", Click.class)));
  }

  @Test
  void whatCannotCloseIsSaidWhenThePipelineIsBuilt() {
    EventTimeBounds bounds = outOfOrderBy(minutes(5));
    Windows.On window = tumbling(minutes(10)).on(Click::eventTime);
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .window(window)
                            .closing(minutes(1))
                            .groupBy("window_end")
                            .aggregate(count().as("n"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("only windows over the event time of streams close")
        .hasMessageContaining(".eventTime(..., outOfOrderBy(...))");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .eventTime(Click::eventTime, bounds)
                            .window(window)
                            .closing(minutes(1))
                            .groupBy("window_start")
                            .aggregate(count().as("n"))))
        .hasMessageContaining("add \"window_end\" to groupBy: keys=[window_start]");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .eventTime(Click::eventTime, bounds)
                            .window(window)
                            .partitionBy("user")
                            .orderBy(desc("event_time"))
                            .limit(1)
                            .closing(minutes(1))
                            .groupBy("window_end")
                            .aggregate(count().as("n"))))
        .hasMessageContaining("its rows can be taken back, but what is closed is final");
    assertThatThrownBy(() -> build(clicks -> clicks.eventTime(Click::user, bounds)))
        .hasMessageContaining("column 'user' is string, not an instant");
    assertThatThrownBy(() -> build(clicks -> clicks.eventTime("event_tme", bounds)))
        .hasMessageContaining("did you mean 'event_time'");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .eventTime(Click::eventTime, bounds)
                            .eventTime(Click::eventTime, bounds)))
        .hasMessageContaining("it is said of a stream once");
    assertThatThrownBy(
            () ->
                build(clicks -> clicks.where(col("user").eq("u1")).eventTime("event_time", bounds)))
        .hasMessageContaining("it is said of a stream where that is declared");
    assertThatThrownBy(
            () ->
                build(
                    clicks -> {
                      clicks.eventTime(Click::eventTime, bounds);
                      clicks.groupBy("user").aggregate(count().as("n")).materialize("users");
                    }))
        .hasMessageContaining("as it was before eventTime(...)");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.table("clicks", Click.class)
                            .primaryKey(Click::user)
                            .eventTime(Click::eventTime, bounds)))
        .hasMessageContaining("only streams have event time");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> outOfOrderBy(minutes(-1)))
        .withMessageContaining("outOfOrder=PT-1M");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> bounds.idleAfter(Duration.ZERO))
        .withMessageContaining("idleAfter=PT0S");
  }

  private static Relation<Row> finalRows(Relation<Click> clicks) {
    return clicks
        .eventTime(Click::eventTime, outOfOrderBy(Duration.ZERO))
        .window(tumbling(minutes(10)).on(Click::eventTime))
        .closing(Duration.ZERO)
        .groupBy("window_start", "window_end")
        .aggregate(count().as("n"))
        .select("n", col("window_start").as("start"));
  }

  @Test
  void liveWindowsOfFinalRowsFollowThem() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                finalRows(p.stream("clicks", Click.class))
                    .window(tumbling(minutes(20)).on("start"))
                    .groupBy("window_start", "window_end")
                    .aggregate(Expressions.sum(col("n")).as("n"), count().as("users"))
                    .materialize("closed"));
    run(
        pipeline,
        engine -> {
          click(engine, "u1", "09:01:00");
          click(engine, "u1", "09:02:00");
          click(engine, "u1", "09:11:00");
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:20:00", 2, 1));
          click(engine, "u1", "09:21:00");
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:20:00", 3, 2));
        });
  }

  @Test
  void whatClosedCannotCloseAgain() {
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        finalRows(clicks)
                            .window(tumbling(minutes(20)).on("start"))
                            .closing(Duration.ZERO)
                            .groupBy("window_end")
                            .aggregate(count().as("n"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("its windows are over what the closing aggregate on window on stream")
        .hasMessageContaining("has no watermark of its own; leave out this .closing(...)");
  }

  @Test
  void rowsThatCanBeTakenBackDoNotClose() {
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .eventTime(Click::eventTime, outOfOrderBy(Duration.ZERO))
                            .forgetAfter(minutes(10))
                            .window(tumbling(minutes(20)).on("event_time"))
                            .closing(Duration.ZERO)
                            .groupBy("window_end")
                            .aggregate(count().as("n"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("its rows can be taken back, but what is closed is final")
        .hasMessageContaining("or leave out .closing(...)");
  }

  @Test
  void columnsThatAreComputedOnTheWayAreNamed() {
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .eventTime(Click::eventTime, outOfOrderBy(minutes(5)))
                            .select("user", col("event_time").minus(minutes(1)).as("event_time"))
                            .window(tumbling(minutes(1)).on("event_time"))
                            .closing(Duration.ZERO)
                            .groupBy("window_end")
                            .aggregate(count().as("n"))))
        .hasMessageEndingWith(
            "'event_time' of select on stream 'clicks' is none; it is computed there: have the"
                + " windows on the event time of the stream itself");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        clicks
                            .eventTime(Click::eventTime, outOfOrderBy(minutes(5)))
                            .window(tumbling(minutes(1)).on("event_time"))
                            .select("user", col("window_end").minus(minutes(1)).as("window_end"))
                            .closing(Duration.ZERO)
                            .groupBy("window_end")
                            .aggregate(count().as("n"))))
        .hasMessageContaining("'window_end' is made by select on window on stream 'clicks', and so")
        .hasMessageEndingWith("give that column another name, and group by the window's own");
  }
}
