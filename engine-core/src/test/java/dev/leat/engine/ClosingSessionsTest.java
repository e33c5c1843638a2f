package dev.leat.engine;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.EventTimeBounds;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sessions that close: results come once, what comes later goes to the ledger. */
class ClosingSessionsTest {
  record Click(String user, @Nullable Instant eventTime, long amount) {}

  private static final Instant NINE = Instant.parse("2026-04-01T09:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NINE, ZoneOffset.UTC);

  private static EngineSettings settings() {
    return EngineSettings.defaults().withThreading(Threading.HOST).withClock(CLOCK);
  }

  /** Ten minutes make a session. */
  private static Pipeline pipeline(EventTimeBounds bounds, Duration lateness) {
    return Pipeline.define(
        p ->
            p.stream("clicks", Click.class)
                .eventTime(Click::eventTime, bounds)
                .sessionize(gap(minutes(10)))
                .on(Click::eventTime)
                .by(Click::user)
                .closing(lateness)
                .aggregate(count().as("n"), countDistinct(Click::user).as("users"))
                .materialize("closed"));
  }

  private static void run(Pipeline pipeline, Consumer<Engine> test) {
    try (Engine engine = Engine.inMemory(pipeline, settings())) {
      test.accept(engine);
    }
  }

  private static Click of(String user, String time) {
    return new Click(user, Instant.parse("2026-04-01T" + time + "Z"), 1);
  }

  private static void click(Engine engine, String user, String... times) {
    StreamInput<Click> clicks = engine.stream("clicks", Click.class);
    clicks.append(Arrays.stream(times).map(time -> of(user, time)).toList());
    engine.step();
  }

  private static List<String> closed(Engine engine) {
    return engine.view("closed").scan().stream().map(row -> row.values().toString()).toList();
  }

  private static List<String> late(Engine engine) {
    return engine.ledger().scan().stream().map(LedgerEntry::reason).toList();
  }

  private static String session(String user, String start, String end, int n) {
    return "[" + user + ", 2026-04-01T" + start + "Z, 2026-04-01T" + end + "Z, " + n + ", 1]";
  }

  @Test
  void aResultComesOnceWhenTheWatermarkHasPassedTheEndAndTheLateness() {
    run(
        pipeline(outOfOrderBy(minutes(5)), minutes(2)),
        engine -> {
          List<Change<Row>> changes = new ArrayList<>();
          engine.view("closed").subscribe(some -> changes.addAll(some.changes()));
          click(engine, "u1", "09:01:00");
          click(engine, "u1", "09:05:00");
          // It ends at 09:15; 2 minutes of lateness and 5 out of order more are 09:22.
          click(engine, "u2", "09:22:00");
          assertThat(closed(engine)).isEmpty();
          click(engine, "u1", "09:00:00");
          click(engine, "u2", "09:22:00.000001");
          assertThat(closed(engine)).containsExactly(session("u1", "09:00:00", "09:15:00", 3));
          click(engine, "u3", "10:00:00");
          assertThat(closed(engine))
              .containsExactly(
                  session("u1", "09:00:00", "09:15:00", 3),
                  session("u2", "09:22:00", "09:32:00.000001", 2));
          assertThat(changes).hasSize(2).allMatch(change -> change.weight() == 1);
          assertThat(late(engine)).isEmpty();
        });
  }

  @Test
  void aRowAtTheVeryEndIsStillOfTheSession() {
    run(
        pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:00:00");
          click(engine, "u2", "09:10:00");
          click(engine, "u1", "09:10:00");
          assertThat(closed(engine)).isEmpty();
          click(engine, "u2", "09:20:00.000001");
          // That of the other ends with the click that moved the watermark.
          assertThat(closed(engine))
              .containsExactly(
                  session("u1", "09:00:00", "09:20:00", 2),
                  session("u2", "09:10:00", "09:20:00", 1));
          assertThat(late(engine)).isEmpty();
        });
  }

  @Test
  void aRowNearASessionThatIsClosedGoesToTheLedger() {
    run(
        pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:00:00", "09:02:00");
          click(engine, "u2", "09:15:00");
          assertThat(closed(engine)).containsExactly(session("u1", "09:00:00", "09:12:00", 2));
          // Its own end, 09:20, is not passed; but it would overlap a result that was told.
          click(engine, "u1", "09:10:00");
          assertThat(late(engine))
              .containsExactly(
                  "late, its session is closed: session_start=2026-04-01T09:00:00Z"
                      + " session_end=2026-04-01T09:12:00Z watermark=2026-04-01T09:15:00Z"
                      + " late_by=PT3M");
          assertThat(engine.ledger().scan().get(0).source())
              .isEqualTo("closing sessions on stream 'clicks'");
          assertThat(engine.ledger().scan().get(0).row()).contains("user=u1");
          // A microsecond more than the gap behind it, there is another session.
          click(engine, "u1", "09:12:00.000001");
          assertThat(late(engine)).hasSize(1);
          click(engine, "u2", "11:00:00");
          assertThat(closed(engine))
              .containsExactly(
                  session("u1", "09:00:00", "09:12:00", 2),
                  session("u1", "09:12:00.000001", "09:22:00.000001", 1),
                  session("u2", "09:15:00", "09:25:00", 1));
        });
  }

  @Test
  void aRowWhoseOwnEndIsPassedIsKeptWhereAnOpenSessionIsNear() {
    run(
        pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:00:00");
          click(engine, "u1", "09:09:00");
          click(engine, "u1", "09:18:00", "09:27:00");
          // Ended at 09:15 if it were alone, but it is in an open session, or just before one.
          click(engine, "u1", "09:05:00");
          click(engine, "u1", "08:50:00");
          click(engine, "u1", "08:39:59.999999");
          click(engine, "u2", "08:50:00");
          assertThat(late(engine))
              .containsExactly(
                  "late, a session of its own would be closed:"
                      + " session_start=2026-04-01T08:39:59.999999Z"
                      + " session_end=2026-04-01T08:49:59.999999Z"
                      + " watermark=2026-04-01T09:27:00Z late_by=PT37M0.000001S",
                  "late, a session of its own would be closed: session_start=2026-04-01T08:50:00Z"
                      + " session_end=2026-04-01T09:00:00Z watermark=2026-04-01T09:27:00Z"
                      + " late_by=PT27M");
          click(engine, "u3", "10:00:00");
          assertThat(closed(engine)).containsExactly(session("u1", "08:50:00", "09:37:00", 6));
        });
  }

  @Test
  void whatWasClosedIsRememberedAsLongAsAnOpenSessionCouldGrowTowardsIt() {
    run(
        pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:00:00");
          click(engine, "u2", "09:15:00");
          assertThat(closed(engine)).hasSize(1);
          click(engine, "u1", "09:31:00");
          click(engine, "u1", "09:40:00", "09:49:00", "09:58:00");
          // Backwards, each near the open session, until the one that was told is near.
          click(engine, "u1", "09:21:00");
          click(engine, "u1", "09:11:00");
          click(engine, "u1", "09:10:00");
          click(engine, "u2", "12:00:00");
          assertThat(closed(engine))
              .contains(
                  session("u1", "09:00:00", "09:10:00", 1),
                  session("u1", "09:11:00", "10:08:00", 6));
          assertThat(late(engine)).singleElement().asString().contains("late_by=PT48M");
        });
  }

  /** What closed long before is forgotten, and must not be reached step by step either. */
  @Test
  void aRowThatWasLateWhenTheOpenSessionBeganIsNotOfIt() {
    run(
        pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "09:00:00");
          click(engine, "u2", "09:30:00");
          click(engine, "u1", "09:22:00");
          click(engine, "u1", "09:20:00");
          click(engine, "u1", "09:12:00");
          click(engine, "u1", "09:08:00");
          click(engine, "u2", "10:00:00");
          assertThat(closed(engine))
              .containsExactly(
                  session("u1", "09:00:00", "09:10:00", 1),
                  session("u1", "09:20:00", "09:32:00", 2),
                  session("u2", "09:30:00", "09:40:00", 1));
          assertThat(late(engine))
              .hasSize(2)
              .allMatch(reason -> reason.contains("a session of its own would be closed"));
        });
  }

  @Test
  void rowsOfOneEpochAreLateTogetherOrNot() {
    run(
        pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO),
        engine -> {
          click(engine, "u1", "11:00:00", "09:00:00", "09:10:00");
          assertThat(closed(engine)).containsExactly(session("u1", "09:00:00", "09:20:00", 2));
          assertThat(late(engine)).isEmpty();
        });
  }

  @Test
  void sessionsOfAllRowsCloseToo() {
    Pipeline ofAll =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .eventTime(Click::eventTime, outOfOrderBy(Duration.ZERO))
                    .sessionize(gap(minutes(10)))
                    .on(Click::eventTime)
                    .closing(minutes(1))
                    .aggregate(arrayAgg(Click::user).orderBy(asc("event_time")).as("users"))
                    .acceptGrowth("the test is short")
                    .materialize("closed"));
    run(
        ofAll,
        engine -> {
          click(engine, "u1", "09:00:00");
          click(engine, "u2", "09:05:00");
          click(engine, "u3", "09:30:00");
          click(engine, "u4", "09:15:00");
          assertThat(closed(engine))
              .containsExactly("[2026-04-01T09:00:00Z, 2026-04-01T09:15:00Z, [u1, u2]]");
          assertThat(late(engine)).hasSize(1);
        });
  }

  @Test
  void rowsThatAreOfNoSessionGoToTheLedgerForThat() {
    Pipeline sums =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .eventTime(Click::eventTime, outOfOrderBy(Duration.ZERO))
                    .sessionize(gap(minutes(10)))
                    .on(Click::eventTime)
                    .by(Click::user)
                    .closing(Duration.ZERO)
                    .aggregate(Expressions.sum(col(Click::amount).times(2)).as("sum"))
                    .materialize("closed"));
    run(
        sums,
        engine -> {
          StreamInput<Click> clicks = engine.stream("clicks", Click.class);
          clicks.append(new Click("u1", NINE, Long.MAX_VALUE));
          clicks.append(new Click("u1", null, 1));
          clicks.append(new Click("u1", NINE.plusSeconds(1), Long.MAX_VALUE / 2));
          clicks.append(new Click("u1", NINE.plusSeconds(2), Long.MAX_VALUE / 2));
          engine.step();
          click(engine, "u2", "10:00:00");
          assertThat(closed(engine)).isEmpty();
          // An operand, a time, and a sum that does not fit when the session closes.
          assertThat(late(engine)).hasSize(3).noneMatch(reason -> reason.startsWith("late"));
        });
  }

  @Test
  void whatIsWaitedForIsSaid() {
    run(
        pipeline(outOfOrderBy(minutes(5)), minutes(2)),
        engine -> {
          assertThat(engine.whyStalled("closed"))
              .singleElement()
              .asString()
              .contains("has nothing open");
          click(engine, "u1", "09:01:00");
          assertThat(engine.whyStalled("closed"))
              .containsExactly(
                  "view 'closed' waits in the closing sessions on stream 'clicks': the session that"
                      + " ends at 2026-04-01T09:11:00Z, with groups=1, closes when the watermark"
                      + " reaches 2026-04-01T09:13:00.000001Z; stream 'clicks' holds it at"
                      + " 2026-04-01T08:56:00Z, as its greatest event time is"
                      + " 2026-04-01T09:01:00Z; its last row came at 2026-04-01T09:00:00Z, and it"
                      + " is the only stream: a later row closes it, or advanceWatermark(...)"
                      + " of its source");
        });
  }

  @Test
  void stateGoesWhenSessionsClose() {
    Pipeline pipeline = pipeline(outOfOrderBy(minutes(5)), Duration.ZERO);
    long most = 0;
    long early = 0;
    Instant[] now = {NINE};
    Clock moved =
        new Clock() {
          @Override
          public Instant instant() {
            return now[0];
          }

          @Override
          public java.time.ZoneId getZone() {
            return ZoneOffset.UTC;
          }

          @Override
          public Clock withZone(java.time.ZoneId zone) {
            return this;
          }
        };
    try (Engine engine = Engine.inMemory(pipeline, settings().withClock(moved))) {
      for (int step = 0; step < 14_400; step++) {
        now[0] = NINE.plusSeconds(600L * step);
        StreamInput<Click> clicks = engine.stream("clicks", Click.class);
        // Each comes again after two days, when nothing is known of it any more.
        clicks.append(new Click("u" + step % 300, now[0], 1));
        clicks.append(new Click("x" + step % 11, now[0].minusSeconds(100), 1));
        engine.step();
        long bytes =
            engine.stateBytes().entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("closing"))
                .mapToLong(Map.Entry::getValue)
                .sum();
        most = Math.max(most, bytes);
        early = step == 600 ? most : early;
      }
      assertThat(early).isPositive();
      assertThat(most).as("bytes in a hundred days").isEqualTo(early);
      assertThat(engine.view("closed").count()).isGreaterThan(28_700);
      assertThat(engine.ledger().count()).isZero();
    }
  }

  @Test
  void whatIsKeptOfAReopenedEngineGoesOn(@TempDir Path directory) {
    Pipeline pipeline = pipeline(outOfOrderBy(Duration.ZERO), Duration.ZERO);
    try (Engine engine = Engine.open(directory, pipeline, settings())) {
      click(engine, "u1", "09:00:00");
      click(engine, "u2", "09:11:00");
    }
    try (Engine engine = Engine.open(directory, pipeline, settings())) {
      // What was closed is known, and so is what is open.
      click(engine, "u1", "09:10:00");
      click(engine, "u2", "09:12:00");
      click(engine, "u3", "09:40:00");
      assertThat(late(engine)).hasSize(1);
      assertThat(closed(engine))
          .containsExactly(
              session("u1", "09:00:00", "09:10:00", 1), session("u2", "09:11:00", "09:22:00", 2));
    }
    // Other bounds close other sessions, so that what was closed is computed again.
    Pipeline later = pipeline(outOfOrderBy(minutes(30)), Duration.ZERO);
    try (Engine engine = Engine.open(directory, later, settings())) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(closed(engine)).isEmpty();
      click(engine, "u2", "09:52:00");
      assertThat(closed(engine)).containsExactly(session("u1", "09:00:00", "09:20:00", 2));
    }
  }

  @Test
  void explainSaysWhatClosesAndWhatBoundsTheState() {
    run(
        pipeline(outOfOrderBy(minutes(5)), minutes(2)),
        engine ->
            assertThat(engine.explain())
                .contains(
                    "closing sessions of gap 10 min on event_time by [user]",
                    "lateness 2 min [key [user, session_start]; append-only; state: sessions that"
                        + " are open: until the watermark of [clicks] is 2 min behind session_end;"
                        + " of each key the last that closed, for a gap more]"));
  }

  private static void build(Consumer<Relation<Click>> use) {
    Pipeline.define(p -> use.accept(p.stream("clicks", Click.class)));
  }

  private static SessionizedRelation.Closing closing(Relation<Click> clicks, Duration lateness) {
    return clicks
        .sessionize(gap(minutes(10)))
        .on(Click::eventTime)
        .by(Click::user)
        .closing(lateness);
  }

  @Test
  void whatCannotCloseIsSaidWhenThePipelineIsBuilt() {
    EventTimeBounds bounds = outOfOrderBy(minutes(5));
    assertThatThrownBy(() -> build(clicks -> closing(clicks, minutes(1)).aggregate()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("only windows over the event time of streams close")
        .hasMessageContaining(".eventTime(..., outOfOrderBy(...))");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        closing(clicks.eventTime(Click::eventTime, bounds), minutes(-1))
                            .aggregate()))
        .hasMessageContaining("the lateness must be zero to ten years")
        .hasMessageContaining("lateness=PT-1M");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        closing(clicks.eventTime(Click::eventTime, bounds), minutes(1))
                            .aggregate(countDistinct(Click::amount).as("n"))))
        .hasMessageContaining("cannot put together [count(distinct amount) as n]")
        .hasMessageContaining("leave these out, or leave out .closing(...)");
    assertThatThrownBy(
            () ->
                build(
                    clicks ->
                        closing(clicks.eventTime(Click::eventTime, bounds), minutes(1))
                            .aggregate(count().as("session_end"))))
        .hasMessageContaining("name yours otherwise");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        closing(p.table("clicks", Click.class).primaryKey(Click::user), minutes(1))
                            .aggregate()))
        .hasMessageContaining("its rows can be taken back, but what is closed is final");
  }

  /** Of one line of sessions, too, in an engine that was closed in between. */
  @Test
  void howLateRowsWereWhenALineBeganASessionIsPartOfTheState(@TempDir Path directory) {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .eventTime(Click::eventTime, outOfOrderBy(Duration.ZERO))
                    .sessionize(gap(minutes(10)))
                    .on(Click::eventTime)
                    .closing(Duration.ZERO)
                    .aggregate(count().as("n"))
                    .materialize("closed"));
    try (Engine engine = Engine.open(directory, pipeline, settings())) {
      click(engine, "u1", "09:00:00");
      engine.stream("clicks", Click.class).advanceWatermark(NINE.plusSeconds(1800));
      engine.step();
      click(engine, "u1", "09:22:00");
      click(engine, "u1", "09:20:00");
      engine.checkpoint();
    }
    try (Engine engine = Engine.open(directory, pipeline, settings())) {
      click(engine, "u1", "09:19:59.999998");
      click(engine, "u1", "09:19:59.999999");
      click(engine, "u1", "09:10:00");
      click(engine, "u1", "10:00:00");
      assertThat(closed(engine))
          .containsExactly(
              "[2026-04-01T09:00:00Z, 2026-04-01T09:10:00Z, 1]",
              "[2026-04-01T09:20:00Z, 2026-04-01T09:32:00Z, 2]");
      assertThat(late(engine))
          .hasSize(3)
          .allMatch(reason -> reason.contains("a session of its own would be closed"));
    }
  }
}
