package dev.leat.engine.examples;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.lag;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.now;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Change;
import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.LedgerEntry;
import dev.leat.engine.NdjsonResult;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.ProducerSequence;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.StreamInput;
import dev.leat.engine.Subscription;
import dev.leat.engine.View;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.testkit.CrashTest;
import dev.leat.engine.testkit.CrashTester;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of README.md: what stands there stands here, and works. */
class ReadmeTest {
  private static final Pattern CODE = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);
  private static final Path SOURCE =
      Path.of("src/test/java/dev/leat/engine/examples/ReadmeTest.java");

  record Click(String userId, String sessionId, String type, String pageUrl, Instant at) {}

  record PageViews(String pageUrl, long views, long users) {}

  record Event(String eventId, String userId) {}

  record User(String userId, String country) {}

  private static Pipeline define() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Click> clicks = p.stream("clicks", Click.class);

              clicks
                  .where(col(Click::type).eq("page_view"))
                  .groupBy(Click::pageUrl)
                  .aggregate(count().as("views"), countDistinct(Click::userId).as("users"))
                  .as(PageViews.class)
                  .materialize("page_views");

              clicks
                  .groupBy(Click::sessionId)
                  .aggregate(boolOr(col(Click::type).eq("purchase")).as("bought"))
                  .materialize("sessions")
                  .aggregate(count().as("sessions"), count().where(col("bought")).as("buyers"))
                  .materialize("funnel");
            });
    return pipeline;
  }

  @Test
  void theFirstRowsAreRelations() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Click> clicks = p.stream("clicks", Click.class);
              Relation<Row> views = clicks.groupBy(Click::pageUrl).aggregate(count().as("views"));
              views.orderBy(desc("views"), asc("page_url")).limit(10).materialize("top_pages");
              clicks
                  .partitionBy(Click::userId)
                  .orderBy(desc(Click::at))
                  .first()
                  .materialize("last_clicks");
              clicks
                  .partitionBy(Click::userId)
                  .orderBy(asc(Click::at))
                  .with(
                      lag(Click::pageUrl).as("previous_page"),
                      count()
                          .over(Frame.range(Duration.ofMinutes(5), Duration.ZERO))
                          .as("in_5_minutes"))
                  .acceptGrowth("clicks of a day, and the log is kept for one")
                  .materialize("paths");
              views.partitionBy().with(sum(col("views")).as("all_views")).materialize("shares");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(new Click("u1", "s1", "page_view", "/home", Instant.EPOCH.plusSeconds(1)));
      Position at = clicks.append(new Click("u1", "s1", "page_view", "/cart", Instant.EPOCH));

      assertThat(engine.view("top_pages").await(at).count()).isEqualTo(2);
      assertThat(engine.view("last_clicks", Click.class).get("u1").map(Click::pageUrl))
          .contains("/home");
      assertThat(engine.view("paths").where(col("previous_page").eq("/cart")).toList()).hasSize(1);
      assertThat(engine.view("shares").where(col("all_views").eq(2)).toList()).hasSize(2);
    }
  }

  @Test
  void rowsEnterAsTimePasses() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> sessions =
                  p.stream("clicks", Click.class)
                      .groupBy(Click::sessionId)
                      .aggregate(max(Click::at).as("last_at"));
              Expr idle = now().minus(col("last_at"));
              sessions
                  .where(idle.ge(Duration.ofMinutes(15)).and(idle.lt(Duration.ofMinutes(60))))
                  .materialize("abandoned");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      Instant old = Instant.now().minus(Duration.ofMinutes(20));
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(new Click("u1", "s1", "cart", "/cart", old));
      Position at = clicks.append(new Click("u2", "s2", "cart", "/cart", Instant.now()));
      assertThat(engine.view("abandoned").await(at).count()).isEqualTo(1);
    }
  }

  @Test
  void theTourWorks() {
    Pipeline pipeline = define();
    Queue<String> feed = new ConcurrentLinkedQueue<>();
    try (Engine engine = Engine.inMemory(pipeline)) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      Position at = clicks.append(new Click("u1", "s1", "page_view", "/home", Instant.now()));

      View<PageViews> views = engine.view("page_views", PageViews.class).await(at);
      Optional<PageViews> home = views.get("/home");
      List<PageViews> top = views.orderBy(desc("views"), asc("page_url")).limit(10).toList();

      assertThat(home).contains(new PageViews("/home", 1, 1));
      assertThat(top).containsExactly(new PageViews("/home", 1, 1));

      Subscription subscription =
          views.subscribe(
              epoch -> {
                for (Change<PageViews> change : epoch.changes()) {
                  feed.add((change.weight() > 0 ? "+ " : "- ") + change.row());
                }
              });

      NdjsonResult result =
          engine
              .ndjson("clicks")
              .append(
                  """
                  {"user_id":"u2","session_id":"s2","type":"page_view","page_url":"/home"}
                  {"user_id":"u2","session_id":"s2","type":"purchase","at":"tomorrow"}
                  """);

      assertThat(result.accepted()).isEqualTo(1);

      subscription.await(result.position());
      for (LedgerEntry entry : engine.ledger().scan()) {
        feed.add(entry.source() + ": " + entry.reason() + ": " + entry.row());
      }

      boolean isSame =
          engine.read(
              all -> {
                List<Row> bought = all.view("sessions").where(col("bought")).toList();
                Row funnel = all.view("funnel").get().orElseThrow();
                return bought.size() == funnel.value("buyers", Long.class);
              });
      assertThat(isSame).isTrue();
    }
    assertThat(feed)
        .contains(
            "+ PageViews[pageUrl=/home, views=1, users=1]",
            "- PageViews[pageUrl=/home, views=1, users=1]",
            "+ PageViews[pageUrl=/home, views=2, users=2]")
        .anyMatch(line -> line.startsWith("stream 'clicks': field 'at': "));
  }

  @Test
  void whatComesTwiceIsTakenOnce() {
    String lines =
        """
        {"user_id":"u2","session_id":"s2","type":"page_view","page_url":"/home"}
        """;
    try (Engine engine = Engine.inMemory(define())) {
      ProducerSequence batch = ProducerSequence.of("collector-7", 42);
      NdjsonResult first = engine.ndjson("clicks").append(lines, batch);
      NdjsonResult again = engine.ndjson("clicks").append(lines, batch); // adds nothing

      assertThat(first.isDuplicate()).isFalse();
      assertThat(again.isDuplicate()).isTrue();
      engine.view("sessions").await(again.position());
      assertThat(engine.acceptedRows()).containsEntry("clicks", 1L);
    }
  }

  @Test
  void aStreamLeavesOutRowsThatComeTwice() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Event> events =
                  p.stream("events", Event.class).deduplicate(Event::eventId, Duration.ofHours(24));
              events.aggregate(count().as("events")).materialize("events");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      Event event = new Event("e1", "u1");
      Position at = engine.stream("events", Event.class).append(List.of(event, event));
      Row row = engine.view("events").await(at).get().orElseThrow();
      assertThat(row.value("events", Long.class)).isEqualTo(1);
      assertThat(engine.duplicateRows()).containsEntry("events", 1L);
    }
  }

  @Test
  void relationsAreJoined() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Event> events = p.stream("events", Event.class);
              Relation<User> users = p.table("users", User.class).primaryKey(User::userId);
              Relation<Event> kept = events.acceptGrowth("a day of events");
              kept.leftJoin(users.prefix("u_")).on("user_id", "u_user_id").materialize("enriched");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      engine.stream("events", Event.class).append(new Event("e1", "u1"));
      Position at = engine.table("users", User.class).upsert(new User("u1", "DE"));
      List<Row> rows = engine.view("enriched").await(at).scan();
      assertThat(rows).hasSize(1);
      assertThat(rows.get(0).value("u_country")).isEqualTo("DE");
    }
  }

  @Test
  void theLogIsThereAfterReopening(@TempDir Path directory) {
    Pipeline pipeline = define();
    for (int start = 1; start <= 2; start++) {
      EngineSettings settings = EngineSettings.defaults().withDurability(Durability.SYNCED);
      try (Engine engine = Engine.open(directory, pipeline, settings)) {
        engine.stream("clicks", Click.class)
            .append(new Click("u1", "s1", "page_view", "/home", Instant.now()));
      }
      try (Engine engine = Engine.open(directory, pipeline)) {
        assertThat(engine.acceptedRows()).containsEntry("clicks", (long) start);
      }
    }
  }

  @CrashTest(crashes = 20)
  void thePipelineSurvivesCrashes(CrashTester tester) {
    tester.pipeline(define());
    for (int i = 0; i < 12; i++) {
      Click click = new Click("u" + i % 3, "s" + i % 4, "page_view", "/home", Instant.EPOCH);
      tester.append(engine -> engine.stream("clicks", Click.class).append(click));
    }
  }

  @Test
  void whatStandsInTheReadmeStandsHere() throws IOException {
    String source = withoutIndentation(Files.readString(SOURCE));
    Matcher code = CODE.matcher(Files.readString(Path.of("../README.md")));
    int blocks = 0;
    while (code.find()) {
      assertThat(source).contains(withoutIndentation(code.group(1)));
      blocks++;
    }
    assertThat(blocks).isGreaterThan(5);
  }

  private static String withoutIndentation(String text) {
    return text.lines().map(String::strip).collect(Collectors.joining("\n"));
  }
}
