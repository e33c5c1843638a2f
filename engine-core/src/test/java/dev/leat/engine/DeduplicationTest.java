package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row whose key was there within the horizon before is left out. */
class DeduplicationTest {
  record Click(String eventId, String user, String page) {}

  record Reading(int device, Instant at, Double value) {}

  private static final Instant NINE = Instant.parse("2026-04-01T09:00:00Z");
  private static final Duration DAY = Duration.ofHours(24);

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .deduplicate(Click::eventId, DAY)
                  .groupBy(Click::page)
                  .aggregate(count().as("views"), countDistinct(Click::user).as("users"))
                  .materialize("pages"));

  private static final String BATCH =
      """
      {"event_id":"e1","user":"u1","page":"/home"}
      {"event_id":"e2","user":"u2","page":"/home"}
      {"event_id":"e2","user":"u3","page":"/cart"}
      {"event_id":"e3","user":"u3","page":"/cart"}
      """;

  private static EngineSettings at(Instant now) {
    return EngineSettings.defaults()
        .withThreading(Threading.HOST)
        .withClock(Clock.fixed(now, ZoneOffset.UTC));
  }

  private static List<String> pages(Engine engine) {
    engine.step();
    return engine.view("pages").scan().stream().map(row -> row.values().toString()).toList();
  }

  @Test
  void repostingTheSameNdjsonBatchChangesNothing() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      NdjsonInput clicks = engine.ndjson("clicks");
      NdjsonResult first = clicks.append(BATCH);
      List<Row> rows = engine.view("pages").await(first.position()).scan();
      assertThat(rows)
          .extracting(row -> row.values().toString())
          .containsExactly("[/home, 2, 2]", "[/cart, 1, 1]");

      NdjsonResult again = clicks.append(BATCH);

      assertThat(engine.view("pages").await(again.position()).scan()).isEqualTo(rows);
      assertThat(engine.duplicateRows()).containsExactly(Map.entry("clicks", 5L));
      assertThat(engine.acceptedRows()).containsEntry("clicks", 8L);
      assertThat(engine.rejectedRows()).isEmpty();
    }
  }

  private static Engine open(Path directory, Instant now, boolean isReplayed) {
    if (isReplayed && Files.exists(directory.resolve("checkpoints"))) {
      StoredCheckpoints.delete(directory);
    }
    return Engine.open(directory, PIPELINE, at(now));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void afterTheHorizonAKeyIsNewAlsoAfterReopening(boolean isReplayed, @TempDir Path directory) {
    try (Engine engine = open(directory, NINE, isReplayed)) {
      engine.ndjson("clicks").append(BATCH);
      assertThat(pages(engine)).containsExactly("[/home, 2, 2]", "[/cart, 1, 1]");
    }
    try (Engine engine = open(directory, NINE.plus(DAY), isReplayed)) {
      engine.ndjson("clicks").append(BATCH);
      assertThat(pages(engine)).containsExactly("[/home, 2, 2]", "[/cart, 1, 1]");
    }
    // A repetition does not keep its key alive.
    try (Engine engine = open(directory, NINE.plus(DAY).plusMillis(1), isReplayed)) {
      engine.ndjson("clicks").append(BATCH);
      assertThat(pages(engine)).containsExactly("[/home, 4, 2]", "[/cart, 2, 1]");
      assertThat(engine.duplicateRows()).containsExactly(Map.entry("clicks", 6L));
    }
    // The clock of whoever opens it does not matter: time is in the log.
    try (Engine engine = open(directory, Instant.EPOCH, isReplayed)) {
      assertThat(pages(engine)).containsExactly("[/home, 4, 2]", "[/cart, 2, 1]");
      assertThat(engine.duplicateRows()).containsExactly(Map.entry("clicks", 6L));
    }
  }

  @Test
  void rowsWithoutAKeyAreKept() {
    try (Engine engine = Engine.inMemory(PIPELINE, at(NINE))) {
      StreamInput<Click> clicks = engine.stream("clicks", Click.class);
      clicks.append(List.of(new Click(null, "u1", "/home"), new Click(null, "u1", "/home")));
      assertThat(pages(engine)).containsExactly("[/home, 2, 1]");
      assertThat(engine.duplicateRows()).containsExactly(Map.entry("clicks", 0L));
    }
  }

  @Test
  void aKeyMayHaveSeveralColumnsOfAnyType() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("readings", Reading.class)
                    .deduplicate(List.of("device", "at", "value"), DAY)
                    .aggregate(count().as("n"))
                    .materialize("pages"));
    try (Engine engine = Engine.inMemory(pipeline, at(NINE))) {
      StreamInput<Reading> readings = engine.stream("readings", Reading.class);
      readings.append(
          List.of(
              new Reading(1, NINE, 0.0),
              new Reading(1, NINE, -0.0),
              new Reading(1, NINE.plusNanos(1), 0.0),
              new Reading(1, NINE, 1.0),
              new Reading(2, NINE, 0.0),
              new Reading(2, NINE, Double.NaN),
              new Reading(2, NINE, Double.NaN),
              new Reading(2, NINE, null),
              new Reading(2, NINE, null)));
      // Equal as values: both zeros, both times of one microsecond, both NaN; no nulls.
      assertThat(pages(engine)).containsExactly("[6]");
    }
    Schema texts = Schema.builder().required("a", Type.STRING).required("b", Type.STRING).build();
    Pipeline ofTexts =
        Pipeline.define(
            p ->
                p.stream("texts", texts)
                    .deduplicate(List.of("a", "b"), DAY)
                    .aggregate(count().as("n"))
                    .materialize("pages"));
    try (Engine engine = Engine.inMemory(ofTexts, at(NINE))) {
      StreamInput<Row> rows = engine.stream("texts");
      rows.append(
          List.of(Row.of(texts, "ab", "c"), Row.of(texts, "a", "bc"), Row.of(texts, "ab", "c")));
      assertThat(pages(engine)).containsExactly("[2]");
    }
  }

  @Test
  void thePlanSaysSo() {
    assertThat(PIPELINE.explain())
        .contains(
            "deduplicated by [event_id] within 24 h [no key; append-only; state: keys of the last"
                + " 24 h]");
    assertThat(
            Pipeline.define(
                    p ->
                        p.stream("clicks", Click.class)
                            .deduplicate(Click::eventId, Duration.ofMinutes(90)))
                .explain())
        .contains("keys of the last 90 min");
  }

  @Test
  void whatMakesNoSenseIsRefusedWhenThePipelineIsDefined() {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> p.stream("clicks", Click.class).deduplicate(List.of("event"), DAY)))
        .hasMessageContaining("deduplicate on stream 'clicks'")
        .hasMessageContaining("event_id");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.table("clicks", Click.class)
                            .primaryKey(Click::eventId)
                            .deduplicate(Click::eventId, DAY)))
        .hasMessageContaining("only streams have repetitions");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("clicks", Click.class)
                            .distinct()
                            .deduplicate(Click::eventId, DAY)))
        .hasMessageContaining("it is said of a stream where that is declared");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("clicks", Click.class)
                            .deduplicate(Click::eventId, DAY)
                            .deduplicate(Click::user, DAY)))
        .hasMessageContaining("it is said of a stream once");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> {
                      Relation<Click> clicks = p.stream("clicks", Click.class);
                      clicks.deduplicate(Click::eventId, DAY);
                      clicks.groupBy(Click::page).aggregate(count().as("n")).materialize("n");
                    }))
        .hasMessageContaining("build on what deduplicate(...) gives");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("clicks", Click.class).deduplicate(Click::eventId, Duration.ZERO)))
        .withMessageContaining("horizon=PT0S");
  }
}
