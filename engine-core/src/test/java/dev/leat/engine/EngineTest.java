package dev.leat.engine;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
  record Click(
      String eventId,
      String userId,
      String sessionId,
      String eventType,
      String pageUrl,
      Instant at) {}

  record PageTraffic(String pageUrl, long views, long users) {}

  private static final Instant NINE = Instant.parse("2026-04-01T09:00:00Z");

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<Click> clicks = p.stream("clicks", Click.class);
          clicks
              .where(col(Click::eventType).eq("page_view"))
              .groupBy(Click::pageUrl)
              .aggregate(count().as("views"), countDistinct(Click::userId).as("users"))
              .as(PageTraffic.class)
              .materialize("traffic");
          Relation<Row> sessions =
              clicks
                  .groupBy(Click::sessionId)
                  .aggregate(
                      min(Click::at).as("started"),
                      max(Click::at).as("ended"),
                      boolOr(col(Click::eventType).eq("purchase")).as("converted"));
          sessions.materialize("sessions");
          sessions
              .aggregate(count().as("total"), count().where(col("converted")).as("converted"))
              .materialize("funnel");
        });
  }

  private static Click click(int n, String user, String session, String type, String page) {
    return new Click("e" + n, user, session, type, page, NINE.plusSeconds(n));
  }

  @Test
  void viewsFollowWhatIsAppended() {
    try (Engine engine = Engine.inMemory(pipeline())) {
      View<Row> funnel = engine.view("funnel");
      assertThat(funnel.get().orElseThrow().values()).containsExactly(0L, 0L);
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(click(1, "u1", "s1", "page_view", "/home"));
      clicks.append(click(2, "u2", "s2", "page_view", "/home"));
      Position at = clicks.append(click(3, "u1", "s1", "purchase", "/pay"));
      assertThat(at).isEqualTo(new Position(3));
      View<PageTraffic> traffic = engine.view("traffic", PageTraffic.class).await(at);
      assertThat(traffic.get("/home")).contains(new PageTraffic("/home", 2, 2));
      assertThat(traffic.get("/pay")).isEmpty();
      assertThat(funnel.get().orElseThrow().values()).containsExactly(2L, 1L);
      assertThat(engine.view("sessions").orderBy(desc("started")).limit(1).toList())
          .extracting(row -> row.value("session_id"))
          .containsExactly("s2");
      assertThat(engine.view("sessions").where(col("converted")).orderBy(asc("started")).toList())
          .extracting(row -> row.value("ended"))
          .containsExactly(NINE.plusSeconds(3));
    }
  }

  @Test
  void subscribersGetTheRowsThatAreThereAndThenChanges() {
    try (Engine engine =
        Engine.inMemory(pipeline(), EngineSettings.defaults().withThreading(Threading.HOST))) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(click(1, "u1", "s1", "page_view", "/home"));
      assertThat(engine.step()).isEqualTo(1);
      List<Changes<PageTraffic>> seen = new ArrayList<>();
      engine.view("traffic", PageTraffic.class).subscribe(seen::add);
      clicks.append(click(2, "u2", "s2", "page_view", "/home"));
      clicks.append(click(3, "u2", "s2", "page_view", "/docs"));
      engine.step();
      assertThat(seen)
          .containsExactly(
              new Changes<>(
                  Changes.Kind.SNAPSHOT,
                  Position.START,
                  new Position(1),
                  List.of(new Change<>(new PageTraffic("/home", 1, 1), 1))),
              new Changes<>(
                  Changes.Kind.EPOCH,
                  new Position(1),
                  new Position(2),
                  List.of(
                      new Change<>(new PageTraffic("/home", 1, 1), -1),
                      new Change<>(new PageTraffic("/home", 2, 2), 1),
                      new Change<>(new PageTraffic("/docs", 1, 1), 1))));
    }
  }

  @Test
  void whatWasAppendedIsThereAfterReopening(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, pipeline())) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(click(1, "u1", "s1", "page_view", "/home"));
      NdjsonResult result =
          engine
              .ndjson("clicks")
              .append(
                  """
                  {"event_id":"e2","user_id":"u2","session_id":"s2","event_type":"page_view",\
                  "page_url":"/home","at":"2026-04-01T09:00:00Z"}
                  not json
                  """);
      assertThat(result.accepted()).isEqualTo(1);
      assertThat(result.rejected()).isEqualTo(1);
    }
    try (Engine engine =
        Engine.open(
            directory, pipeline(), EngineSettings.defaults().withDurability(Durability.SYNCED))) {
      View<PageTraffic> traffic = engine.view("traffic", PageTraffic.class);
      assertThat(traffic.get("/home")).contains(new PageTraffic("/home", 2, 2));
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.row()).isEqualTo("not json");
                assertThat(entry.source()).isEqualTo("stream 'clicks'");
              });
      Position at =
          engine.stream("clicks", Click.class)
              .append(List.of(click(3, "u3", "s3", "page_view", "/home")));
      assertThat(engine.syncedPosition()).isGreaterThanOrEqualTo(at);
    }
    try (Engine engine = Engine.open(directory, pipeline())) {
      PageTraffic home =
          engine.read(s -> s.view("traffic", PageTraffic.class).get("/home").orElseThrow());
      assertThat(home).isEqualTo(new PageTraffic("/home", 3, 3));
    }
  }

  record Price(String item, long cents, String currency) {}

  @Test
  void distinctRowsOfATableFollowItsKey() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("prices", Price.class)
                    .primaryKey(Price::item)
                    .distinct()
                    .select("item", "currency")
                    .materialize("currencies"));
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(pipeline, settings)) {
      List<Change<Row>> changes = new ArrayList<>();
      engine.view("currencies").subscribe(c -> changes.addAll(c.changes()));
      TableInput<Price> prices = engine.table("prices", Price.class);
      prices.upsert(new Price("tea", 100, "EUR"));
      engine.step();
      prices.upsert(new Price("tea", 120, "EUR"));
      engine.step();
      assertThat(changes).extracting(Change::weight).containsExactly(1L);
    }
  }
}
