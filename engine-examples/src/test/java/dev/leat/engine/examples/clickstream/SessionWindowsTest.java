package dev.leat.engine.examples.clickstream;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Expressions.rowNumber;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sessions of 30 minutes without a session id, over the sample and over generated visits. */
class SessionWindowsTest {
  private static final Duration GAP = Duration.ofMinutes(30);
  private static final int SEEDS = 50;
  private static final int EVENTS = 300;

  private static Relation<Row> sessions(Relation<ClickEvent> events) {
    return events
        .sessionize(gap(GAP))
        .on(ClickEvent::eventTs)
        .by(ClickEvent::userId)
        .aggregate(
            count().as("events"),
            count().where(col("event_type").eq("page_view")).as("page_views"),
            boolOr(col("event_type").eq("purchase")).as("has_bought"));
  }

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<Row> sessions =
              sessions(p.stream("events", ClickEvent.class)).materialize("sessions");
          sessions
              .partitionBy("user_id")
              .orderBy(asc("session_start"))
              .with(rowNumber().as("session_number"))
              .materialize("numbered");
          sessions
              .aggregate(
                  count().as("sessions"),
                  count().where(col("events").eq(1)).as("bounces"),
                  count().where(col("has_bought")).as("conversions"),
                  avg(col("events")).as("events_a_session"))
              .with(
                  col("bounces")
                      .times(100.0)
                      .dividedBy(col("sessions").nullIf(0))
                      .as("bounce_rate_pct"))
              .materialize("quality");
        });
  }

  private static Engine engine() {
    return Engine.inMemory(pipeline(), EngineSettings.defaults().withThreading(Threading.HOST));
  }

  private static void bring(Engine engine, List<ClickEvent> events, Random random) {
    List<ClickEvent> shuffled = new ArrayList<>(events);
    Collections.shuffle(shuffled, random);
    int from = 0;
    while (from < shuffled.size()) {
      int to = from + 1 + random.nextInt(shuffled.size() - from);
      engine.stream("events", ClickEvent.class).append(shuffled.subList(from, to));
      engine.step();
      from = to;
    }
  }

  private static List<String> texts(Engine engine, String view) {
    return engine.view(view).scan().stream()
        .map(row -> row.values().toString())
        .sorted()
        .collect(Collectors.toList());
  }

  /** What a session is, once more: by user and time, split at the gaps. */
  private static List<String> expected(List<ClickEvent> events) {
    Map<String, List<ClickEvent>> byUser = new HashMap<>();
    events.forEach(e -> byUser.computeIfAbsent(e.userId(), u -> new ArrayList<>()).add(e));
    List<String> texts = new ArrayList<>();
    byUser.forEach(
        (user, all) -> {
          all.sort((a, b) -> a.eventTs().compareTo(b.eventTs()));
          int first = 0;
          int number = 1;
          for (int i = 1; i <= all.size(); i++) {
            Instant end = all.get(i - 1).eventTs().plus(GAP);
            if (i == all.size() || all.get(i).eventTs().isAfter(end)) {
              texts.add(text(user, all.subList(first, i), number++));
              first = i;
            }
          }
        });
    Collections.sort(texts);
    return texts;
  }

  private static String text(String user, List<ClickEvent> of, int number) {
    return List.of(
            user,
            of.get(0).eventTs(),
            of.get(of.size() - 1).eventTs().plus(GAP),
            of.size(),
            of.stream().filter(e -> e.eventType().equals("page_view")).count(),
            of.stream().anyMatch(e -> e.eventType().equals("purchase")),
            number)
        .toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {25, 27, 28})
  void theSampleHasOneSessionForEachUserInAnyOrder(int events) {
    List<ClickEvent> sample = TestEvents.first(events);
    long users = sample.stream().map(ClickEvent::userId).distinct().count();
    for (int seed = 0; seed < SEEDS; seed++) {
      try (Engine engine = engine()) {
        bring(engine, sample, new Random(seed));
        assertThat(engine.view("sessions").count()).isEqualTo(users);
        assertThat(texts(engine, "numbered")).as("seed %s", seed).isEqualTo(expected(sample));
      }
    }
  }

  @Test
  void theLateEventOfTheSampleIsInTheSessionOfItsTime() {
    try (Engine engine = engine()) {
      bring(engine, TestEvents.first(27), new Random(1));
      Object[] key = {"u3", Instant.parse("2026-04-01T09:01:00Z")};
      assertThat(engine.view("sessions").get(key).orElseThrow().value("events")).isEqualTo(3L);
      engine.stream("events", ClickEvent.class).append(TestEvents.event(27));
      engine.step();
      Row session = engine.view("sessions").get(key).orElseThrow();
      assertThat(session.value("events")).isEqualTo(4L);
      assertThat(session.value("session_end")).isEqualTo(Instant.parse("2026-04-01T09:35:00Z"));
    }
  }

  /** 300 events of 20 users within ten hours: most users come several times. */
  private static List<ClickEvent> visits(long seed) {
    Random random = new Random(seed);
    List<ClickEvent> events = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      String user = "u" + random.nextInt(20);
      String type = random.nextInt(12) == 0 ? "purchase" : "page_view";
      Instant at = Instant.parse("2026-04-01T08:00:00Z").plusSeconds(random.nextInt(36_000));
      events.add(new ClickEvent("e" + i, user, "-", type, "/", "", "mobile", "DE", at));
    }
    return events;
  }

  @Test
  void bounceRateAndConversionFollowTheSessions() {
    for (int seed = 0; seed < SEEDS; seed++) {
      List<ClickEvent> events = visits(seed);
      List<String> expected = expected(events);
      try (Engine engine = engine()) {
        bring(engine, events, new Random(seed));
        assertThat(texts(engine, "numbered")).as("seed %s", seed).isEqualTo(expected);
        List<Row> sessions = engine.view("sessions").scan();
        long bounces = sessions.stream().filter(s -> s.value("events").equals(1L)).count();
        long conversions =
            sessions.stream().filter(s -> s.value("has_bought").equals(true)).count();
        Row quality = engine.view("quality").get().orElseThrow();
        assertThat(sessions).hasSizeGreaterThan(60);
        assertThat(bounces).isPositive();
        assertThat(quality.values())
            .containsExactly(
                (long) sessions.size(),
                bounces,
                conversions,
                (double) EVENTS / sessions.size(),
                bounces * 100.0 / sessions.size());
      }
    }
  }
}
