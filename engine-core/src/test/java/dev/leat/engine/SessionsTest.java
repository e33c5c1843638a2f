package dev.leat.engine;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.first;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.rowNumber;
import static dev.leat.engine.Expressions.sessionEnd;
import static dev.leat.engine.Expressions.sessionNumber;
import static dev.leat.engine.Expressions.sessionStart;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sessions through the API: each line of the table in docs/session-windows.md, and errors. */
class SessionsTest {
  private static final Duration HALF_HOUR = Duration.ofMinutes(30);
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  /** A click of a user, so many minutes after 1970 began. */
  public record Click(String userId, String page, @Nullable Instant at) {}

  private static Click click(String user, String page, long minutes) {
    return new Click(user, page, Instant.EPOCH.plusSeconds(60 * minutes));
  }

  private static SessionizedRelation<Click> sessions(Relation<Click> clicks) {
    return clicks.sessionize(gap(HALF_HOUR)).on(Click::at).by(Click::userId);
  }

  /** Pages and how many clicks, by start and end in minutes. */
  private static Relation<Row> summaries(Relation<Click> clicks) {
    return sessions(clicks)
        .aggregate(arrayAgg(Click::page).orderBy(asc(Click::at)).as("pages"), count().as("n"));
  }

  private static Engine stream(Function<Relation<Click>, Relation<?>> query) {
    return Engine.inMemory(
        Pipeline.define(
            p ->
                query
                    .apply(p.stream("clicks", Click.class).acceptGrowth("a test"))
                    .materialize("result")),
        HOST);
  }

  private static Engine table(Function<Relation<Click>, Relation<?>> query) {
    return Engine.inMemory(
        Pipeline.define(
            p -> {
              Relation<Click> clicks = p.table("clicks", Click.class).keyless();
              query.apply(clicks).acceptGrowth("a test").materialize("result");
            }),
        HOST);
  }

  private static void append(Engine engine, Click... clicks) {
    engine.stream("clicks", Click.class).append(List.of(clicks));
    engine.step();
  }

  private static void insert(Engine engine, Click... clicks) {
    for (Click click : clicks) {
      engine.keylessTable("clicks", Click.class).insert(click);
    }
    engine.step();
  }

  private static void delete(Engine engine, Click click) {
    engine.keylessTable("clicks", Click.class).delete(click);
    engine.step();
  }

  private static @Nullable Object minutes(@Nullable Object value) {
    return value instanceof Instant instant ? instant.getEpochSecond() / 60 : value;
  }

  /** The values of all rows, times in minutes, sorted as text. */
  private static String rows(Engine engine) {
    return engine.view("result").scan().stream()
        .map(
            row ->
                row.values().stream()
                    .map(value -> String.valueOf(minutes(value)))
                    .collect(Collectors.joining(" ")))
        .sorted()
        .collect(Collectors.joining("; "));
  }

  @Test
  void exactlyTheGapIsTheSameSession() {
    try (Engine engine = stream(SessionsTest::summaries)) {
      append(engine, click("u", "a", 0), click("u", "b", 30));
      assertThat(rows(engine)).isEqualTo("u 0 60 [a, b] 2");
      append(
          engine,
          new Click("u", "c", Instant.EPOCH.plusSeconds(3600).plusNanos(1000)),
          click("v", "x", 40));
      assertThat(rows(engine)).isEqualTo("u 0 60 [a, b] 2; u 60 90 [c] 1; v 40 70 [x] 1");
    }
  }

  @Test
  void equalTimesAreOneSession() {
    try (Engine engine = stream(SessionsTest::summaries)) {
      append(engine, click("u", "b", 5), click("u", "a", 5), click("u", "a", 5));
      assertThat(rows(engine)).isEqualTo("u 5 35 [a, a, b] 3");
    }
    try (Engine engine = table(c -> sessions(c).with(sessionNumber(), sessionEnd()))) {
      insert(engine, click("u", "a", 5), click("u", "a", 5));
      assertThat(rows(engine)).isEqualTo("u a 5 1 35; u a 5 1 35");
      delete(engine, click("u", "a", 5));
      assertThat(rows(engine)).isEqualTo("u a 5 1 35");
    }
  }

  @Test
  void aLateRowPutsTwoSessionsIntoOne() {
    try (Engine engine = stream(SessionsTest::summaries)) {
      append(engine, click("u", "a", 0), click("u", "c", 50), click("u", "d", 120));
      assertThat(rows(engine)).isEqualTo("u 0 30 [a] 1; u 120 150 [d] 1; u 50 80 [c] 1");
      append(engine, click("u", "b", 25));
      assertThat(rows(engine)).isEqualTo("u 0 80 [a, b, c] 3; u 120 150 [d] 1");
      assertThat(engine.view("result").get("u", Instant.EPOCH.plusSeconds(3000))).isEmpty();
      assertThat(engine.view("result").get("u", Instant.EPOCH)).isPresent();
    }
  }

  @Test
  void aRowBeforeTheFirstMovesTheStart() {
    try (Engine engine = stream(SessionsTest::summaries)) {
      append(engine, click("u", "b", 40));
      append(engine, click("u", "a", 15));
      assertThat(rows(engine)).isEqualTo("u 15 70 [a, b] 2");
    }
    try (Engine engine = stream(c -> sessions(c).with(sessionStart()))) {
      append(engine, click("u", "b", 40));
      append(engine, click("u", "a", 15));
      assertThat(rows(engine)).isEqualTo("u a 15 15; u b 40 15");
    }
  }

  @Test
  void aRowThatGoesSplitsASession() {
    try (Engine engine = table(SessionsTest::summaries)) {
      insert(engine, click("u", "a", 0), click("u", "b", 25), click("u", "c", 50));
      assertThat(rows(engine)).isEqualTo("u 0 80 [a, b, c] 3");
      delete(engine, click("u", "b", 25));
      assertThat(rows(engine)).isEqualTo("u 0 30 [a] 1; u 50 80 [c] 1");
      delete(engine, click("u", "a", 0));
      assertThat(rows(engine)).isEqualTo("u 50 80 [c] 1");
    }
  }

  @Test
  void numbersFollowTheTimesOfTheKey() {
    try (Engine engine = table(c -> sessions(c).with(sessionNumber().as("n")))) {
      insert(engine, click("u", "a", 0), click("u", "c", 120), click("v", "x", 7));
      assertThat(rows(engine)).isEqualTo("u a 0 1; u c 120 2; v x 7 1");
      insert(engine, click("u", "b", 60));
      assertThat(rows(engine)).isEqualTo("u a 0 1; u b 60 2; u c 120 3; v x 7 1");
      delete(engine, click("u", "a", 0));
      assertThat(rows(engine)).isEqualTo("u b 60 1; u c 120 2; v x 7 1");
    }
  }

  @Test
  void timesBefore1970() {
    try (Engine engine = stream(SessionsTest::summaries)) {
      append(engine, click("u", "c", 10), click("u", "a", -40), click("u", "b", -15));
      assertThat(rows(engine)).isEqualTo("u -40 40 [a, b, c] 3");
    }
  }

  @Test
  void aNullTimeIsInTheLedger() {
    for (Function<Relation<Click>, Relation<?>> query :
        List.<Function<Relation<Click>, Relation<?>>>of(
            SessionsTest::summaries, c -> sessions(c).with(sessionStart()))) {
      try (Engine engine = stream(query)) {
        append(engine, click("u", "a", 1), new Click("u", "b", null));
        assertThat(engine.view("result").count()).isEqualTo(1);
        assertThat(engine.ledger().scan())
            .singleElement()
            .satisfies(
                entry ->
                    assertThat(entry.toString()).contains("the time of a session is null: at"));
      }
    }
  }

  @Test
  void aTimeBehindWhichNoSessionCanEndIsInTheLedger() {
    Instant latest = Instant.EPOCH.plusSeconds(Long.MAX_VALUE / 1_000_000);
    try (Engine engine = stream(c -> sessions(c).with(sessionStart()))) {
      append(engine, new Click("u", "a", latest), click("u", "b", 1));
      assertThat(rows(engine)).isEqualTo("u b 1 1");
      assertThat(engine.ledger().count()).isEqualTo(1);
    }
    try (Engine engine = stream(SessionsTest::summaries)) {
      append(engine, new Click("u", "a", latest), click("u", "b", 1));
      assertThat(rows(engine)).isEqualTo("u 1 31 [b] 1");
      assertThat(engine.ledger().count()).isEqualTo(1);
    }
  }

  @Test
  void withoutAKeyAllRowsHaveTheirSessionsTogether() {
    try (Engine engine =
        stream(
            c ->
                c.sessionize(gap(HALF_HOUR))
                    .on("at")
                    .aggregate(countDistinct(Click::userId).as("users")))) {
      append(engine, click("u", "a", 0), click("v", "b", 20), click("u", "c", 90));
      assertThat(rows(engine)).isEqualTo("0 50 2; 90 120 1");
    }
  }

  @Test
  void onlyRowsWhoseSessionIsAnotherAreTold() {
    List<String> told = new ArrayList<>();
    try (Engine engine = stream(c -> sessions(c).with(sessionStart()))) {
      engine
          .view("result")
          .subscribe(changes -> changes.changes().forEach(change -> told.add(text(change))));
      for (int minute = 0; minute < 100; minute += 20) {
        append(engine, click("u", "a" + minute, minute));
      }
      append(engine, click("u", "z", 140));
      assertThat(told).hasSize(6).allMatch(text -> text.startsWith("+1"));
      told.clear();
      append(engine, click("u", "y", 110));
      assertThat(told)
          .containsExactlyInAnyOrder(
              "+1 [u, y, 1970-01-01T01:50:00Z, 1970-01-01T00:00:00Z]",
              "-1 [u, z, 1970-01-01T02:20:00Z, 1970-01-01T02:20:00Z]",
              "+1 [u, z, 1970-01-01T02:20:00Z, 1970-01-01T00:00:00Z]");
    }
  }

  private static String text(Change<Row> change) {
    return (change.weight() > 0 ? "+" : "") + change.weight() + " " + change.row().values();
  }

  @Test
  void summariesAreNumberedBehind() {
    try (Engine engine =
        stream(
            c ->
                sessions(c)
                    .aggregate(
                        first(Click::page).orderBy(asc(Click::at)).as("entry"),
                        last(Click::page).orderBy(asc(Click::at)).as("exit"))
                    .partitionBy("user_id")
                    .orderBy(asc("session_start"))
                    .with(rowNumber().as("n")))) {
      append(engine, click("u", "b", 10), click("u", "a", 0), click("u", "c", 100));
      assertThat(rows(engine)).isEqualTo("u 0 40 a b 1; u 100 130 c c 2");
    }
  }

  @Test
  void explainSaysWhatIsKept() {
    Pipeline ofStates =
        Pipeline.define(
            p ->
                summaries(p.stream("clicks", Click.class))
                    .as(Summary.class)
                    .acceptGrowth("arrays")
                    .materialize("s"));
    assertThat(ofStates.explain())
        .contains("sessions of gap 30 min on at by [user_id]")
        .contains("one row for each session of each distinct [user_id]");
    Pipeline bounded =
        Pipeline.define(
            p ->
                sessions(p.stream("clicks", Click.class))
                    .aggregate(count().as("n"))
                    .materialize("s"));
    assertThat(bounded.explain())
        .contains("key [user_id, session_start]")
        .contains("state: one row for each session of each distinct [user_id]");
    Pipeline ofRows =
        Pipeline.define(
            p ->
                sessions(p.table("clicks", Click.class).keyless())
                    .aggregate(count().as("n"))
                    .materialize("s"));
    assertThat(ofRows.explain())
        .contains("sessionize gap 30 min on at by [user_id] [session_start]")
        .contains("rows ordered by [at] in each [user_id]: all, as rows can be taken back");
  }

  /** A session, typed. */
  public record Summary(
      String userId, Instant sessionStart, Instant sessionEnd, List<String> pages, long n) {}

  private static void isRefused(Function<Relation<Click>, Relation<?>> query, String... parts) {
    assertThatExceptionOfType(EngineException.class)
        .isThrownBy(
            () ->
                Pipeline.define(
                    p -> query.apply(p.stream("clicks", Click.class)).materialize("result")))
        .satisfies(
            e -> {
              assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID);
              assertThat(e.getMessage()).contains(parts);
            });
  }

  @Test
  void whatIsWrongIsSaidWhenThePipelineIsDefined() {
    isRefused(
        c -> c.sessionize(gap(HALF_HOUR)).by("user_id").aggregate(count().as("n")),
        "sessionize on stream 'clicks'",
        ".on(...)");
    isRefused(
        c -> c.sessionize(gap(HALF_HOUR)).on("att").by("user_id").aggregate(),
        "on(...) of sessionize on stream 'clicks'",
        "'at'");
    isRefused(
        c -> c.sessionize(gap(HALF_HOUR)).on("at").by("user").aggregate(),
        "by(...) of sessionize on stream 'clicks'",
        "'user_id'");
    isRefused(
        c -> c.sessionize(gap(HALF_HOUR)).on("page").aggregate(), "must be an instant", "page");
    isRefused(
        c -> c.sessionize(gap(HALF_HOUR)).on("at").by("at").aggregate(),
        "the time cannot be part of the key");
    isRefused(c -> sessions(c).with(), "with(sessionStart())");
    isRefused(c -> sessions(c).with(sessionStart().as("page")), "already: page", ".as(\"...\")");
    isRefused(c -> sessions(c).with(sessionStart()), "grow", "acceptGrowth");
    isRefused(c -> sessions(c).aggregate(count().as("session_end")), "already: session_end");
    isRefused(c -> sessions(c).aggregate(count()), "no name");
    isRefused(
        c -> sessions(c).aggregate(count().as("n"), countDistinct(Click::at).as("times")),
        "cannot put together [count(distinct at) as times]",
        "acceptGrowth");
    isRefused(c -> sessions(c).aggregate(countDistinct(col("pag")).as("n")), "'page'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gap(Duration.ZERO))
        .withMessageContaining("gap=PT0S");
    assertThatIllegalArgumentException().isThrownBy(() -> gap(Duration.ofMinutes(-1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gap(Duration.ofNanos(1500)))
        .withMessageContaining("microseconds");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gap(Duration.ofSeconds(Long.MAX_VALUE)))
        .withMessageContaining("shorter");
  }
}
