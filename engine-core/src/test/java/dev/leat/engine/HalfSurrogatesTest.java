package dev.leat.engine;

import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.stringAgg;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No string with half of a surrogate pair comes in: it would become another in the log. */
class HalfSurrogatesTest {
  record Event(String key, long value) {}

  record Tags(long id, List<String> tags) {}

  record User(String name, long age) {}

  private static final String LONG = "x".repeat(100);
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            p.stream("events", Event.class)
                .groupBy(Event::key)
                .aggregate(count().as("n"))
                .acceptGrowth("a test")
                .materialize("counts");
            p.stream("tagged", Tags.class).acceptGrowth("a test").materialize("tags");
            p.table("users", User.class).primaryKey(User::name).materialize("names");
          });

  private static void assertRefused(String column, int index, ThrowingCallable action) {
    assertThatIllegalArgumentException()
        .isThrownBy(action)
        .withMessageContaining("column '" + column + "'")
        .withMessageContaining("index=" + index)
        .withMessageContaining("nothing was appended");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud800", "\udc00", "a\ud83d", "\ud83d\ud83d\ude00", "\ude00\ud83d"})
  void theyAreRefusedWhereverAStringComesIn(String half) {
    int at = half.startsWith("a") ? 1 : 0;
    try (Engine engine = Engine.inMemory(PIPELINE, HOST)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      assertRefused("key", at, () -> events.append(new Event(half, 1)));
      assertRefused("key", 100 + at, () -> events.append(new Event(LONG + half, 1)));
      List<Event> many = new ArrayList<>(List.of(new Event("sound?", 1)));
      for (int i = 0; i < 100; i++) {
        many.add(new Event("?" + half, i));
      }
      assertRefused("key", 1 + at, () -> events.append(many));

      StreamInput<Row> rows = engine.stream("events");
      Schema schema = PIPELINE.plan().input("events").schema();
      assertRefused("key", at, () -> rows.append(Row.of(schema, half, 1L)));

      List<String> tags = List.of("sound", half);
      StreamInput<Tags> tagged = engine.stream("tagged", Tags.class);
      assertRefused("tags", at, () -> tagged.append(new Tags(1, tags)));

      TableInput<User> users = engine.table("users", User.class);
      assertRefused("name", at, () -> users.upsert(new User(half, 1)));
      assertRefused("name", at, () -> users.delete(half));
      assertThatExceptionOfType(EngineException.class)
          .isThrownBy(() -> engine.view("names").get(half))
          .withMessageContaining("index=" + at);
      assertThat(engine.step()).isZero();
    }
  }

  @Test
  void wholePairsAndQuestionMarksAreTaken(@TempDir Path directory) {
    List<String> sound = new ArrayList<>();
    for (String text : List.of("?", "\ud83d\ude00", "?\ud83d\ude00?", "\ufffd", "\ue000?", "é?")) {
      sound.add(text);
      sound.add(LONG + text + LONG);
      sound.add(text.repeat(50));
    }
    for (int opened = 0; opened < 2; opened++) {
      try (Engine engine = Engine.open(directory, PIPELINE, HOST)) {
        StreamInput<Event> events = engine.stream("events", Event.class);
        sound.forEach(key -> events.append(new Event(key, 1)));
        engine.step();
        for (String key : sound) {
          assertThat(engine.view("counts").get(key).orElseThrow().value("n"))
              .isEqualTo(1L + opened);
        }
      }
    }
  }

  @Test
  void linesWithThemGoToTheLedger() {
    try (Engine engine = Engine.inMemory(PIPELINE, HOST)) {
      StringBuilder text = new StringBuilder();
      for (String key : List.of("a?", "\ud83d", "\\ud83d", "\ud83d\ude00")) {
        text.append("{\"key\":\"").append(key).append("\",\"value\":1}\n");
      }
      String lines = text.toString();
      NdjsonResult result = engine.ndjson("events").append(lines);
      assertThat(result.accepted()).isEqualTo(2);
      assertThat(result.rejected()).isEqualTo(2);
      engine.step();
      assertThat(engine.ledger().scan())
          .allSatisfy(entry -> assertThat(entry.reason()).containsAnyOf("UTF-8", "surrogate"));
      assertThat(engine.view("counts").get("\ud83d\ude00")).isPresent();

      ProducerSequence sequence = ProducerSequence.of("file", 1);
      assertThat(engine.ndjson("events").append(lines, sequence).rejected()).isEqualTo(2);
    }
  }

  @Test
  void whatAFunctionGivesIsTheRowsFailure(@TempDir Path directory) {
    Pipeline cutting =
        Pipeline.define(
            p -> {
              Relation<Event> events = p.stream("events", Event.class);
              events
                  .select(call("cut", Type.STRING, a -> half(a[0]), col("key")).as("cut"))
                  .acceptGrowth("a test")
                  .materialize("cut");
              events
                  .select(
                      call("list", Type.array(Type.STRING), a -> List.of(half(a[0])), col("key"))
                          .as("list"))
                  .acceptGrowth("a test")
                  .materialize("list");
              events
                  .select(call("fail", Type.STRING, a -> fail(half(a[0])), col("key")).as("failed"))
                  .acceptGrowth("a test")
                  .materialize("failed");
            });
    List<LedgerEntry> ledger;
    try (Engine engine = Engine.open(directory, cutting, HOST)) {
      engine.stream("events", Event.class).append(new Event("\ud83d\ude00", 1));
      engine.step();
      assertThat(engine.view("cut").scan()).isEmpty();
      assertThat(engine.view("list").scan()).isEmpty();
      ledger = engine.ledger().scan();
      assertThat(ledger).hasSize(3);
      assertThat(ledger.toString()).contains("index=0").contains("no \ufffd here");
      engine.checkpoint();
    }
    try (Engine engine = Engine.open(directory, cutting, HOST)) {
      assertThat(engine.ledger().scan()).isEqualTo(ledger);
    }
  }

  private static String half(Object text) {
    return ((String) text).substring(0, 1);
  }

  private static String fail(String half) {
    throw new IllegalStateException("no " + half + " here");
  }

  @Test
  void functionsOfStringsLeavePairsWhole() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("events", Event.class)
                    .select(
                        col(Event::key).as("key"),
                        col("key").substring(2, 1).as("second"),
                        col("key").lower().as("lower"),
                        col("key").upper().as("upper"))
                    .acceptGrowth("a test")
                    .materialize("parts"));
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      // Two letters of Deseret, which have cases and are beyond U+FFFF.
      engine.stream("events", Event.class).append(new Event("\ud801\udc00\ud801\udc29", 1));
      engine.step();
      assertThat(engine.view("parts").scan().get(0).values())
          .containsExactly(
              "\ud801\udc00\ud801\udc29",
              "\ud801\udc29",
              "\ud801\udc28\ud801\udc29",
              "\ud801\udc00\ud801\udc01");
    }
  }

  @Test
  void noPlanHasThem() {
    Map<String, ThrowingCallable> plans =
        Map.of(
            "literal", () -> lit("a\ud83d"),
            "list", () -> lit(List.of("a\ud83d")),
            "comparison", () -> col("key").eq("a\ud83d"),
            "pattern", () -> col("key").like("a\ud83d%"),
            "column", () -> col("a\ud83d"),
            "function", () -> call("a\ud83d", Type.STRING, a -> a[0], col("key")),
            "stream", () -> Pipeline.define(p -> p.stream("a\ud83d", Event.class)),
            "separator",
                () ->
                    Pipeline.define(
                        p ->
                            p.stream("events", Event.class)
                                .aggregate(stringAgg(Event::key, "a\ud83d").as("all"))
                                .materialize("all")),
            "view",
                () ->
                    Pipeline.define(
                        p ->
                            p.stream("events", Event.class)
                                .aggregate(count().as("n"))
                                .materialize("a\ud83d")));
    plans.forEach(
        (what, plan) ->
            assertThatIllegalArgumentException()
                .as(what)
                .isThrownBy(plan)
                .withMessageContaining("index=1"));
  }
}
