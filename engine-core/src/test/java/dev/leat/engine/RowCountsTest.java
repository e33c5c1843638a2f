package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counts of rows go on when the pipeline changes, and the log no longer has all rows. */
class RowCountsTest {
  record Click(String user, String page) {}

  private static final Pipeline CLICKS = pipeline(false, false);
  private static final Pipeline RETURNS = pipeline(true, false);
  private static final Pipeline MORE_RETURNS = pipeline(true, true);
  private static final EngineSettings SMALL =
      EngineSettings.defaults()
          .withThreading(Threading.HOST)
          .withEpochRows(1)
          .withSegmentBytes(1 << 20)
          .withRetention(new Retention(Duration.ZERO, Long.MAX_VALUE / 2));

  private static Pipeline pipeline(boolean hasReturns, boolean hasMore) {
    return Pipeline.define(
        p -> {
          p.stream("clicks", Click.class).aggregate(count().as("n")).materialize("clicks");
          if (hasReturns) {
            Relation<Click> returns =
                p.stream("returns", Click.class).deduplicate(Click::user, Duration.ofHours(1));
            returns.aggregate(count().as("n")).materialize("returned");
            if (hasMore) {
              returns
                  .groupBy(Click::page)
                  .aggregate(count().as("n"))
                  .acceptGrowth("a test")
                  .materialize("pages");
            }
          }
        });
  }

  @TempDir Path directory;

  private static void append(Engine engine, String stream, String... users) {
    for (String user : users) {
      engine.stream(stream, Click.class).append(new Click(user, "/"));
      engine.step();
    }
  }

  /** So much that the log lets go of what came before. */
  private static void fill(Engine engine) {
    for (int i = 0; i < 60; i++) {
      engine.stream("clicks", Click.class).append(new Click("u", "p".repeat(100_000)));
      engine.step();
      if (i % 20 == 19) {
        engine.checkpoint();
      }
    }
  }

  @Test
  void anInputThatWasLeftOutForAWhileKeepsItsCount() {
    try (Engine engine = Engine.open(directory, RETURNS, SMALL)) {
      append(engine, "returns", "a", "b", "a");
      fill(engine);
      assertThat(engine.acceptedRows()).containsEntry("returns", 3L);
      assertThat(engine.duplicateRows()).containsEntry("returns", 1L);
    }
    for (int i = 0; i < 2; i++) {
      try (Engine engine = Engine.open(directory, CLICKS, SMALL)) {
        append(engine, "clicks", "x");
        assertThat(engine.acceptedRows()).containsOnlyKeys("clicks");
        fill(engine);
      }
    }
    EngineSettings empty = SMALL.withStartEmpty(Set.of("returned"));
    for (int i = 1; i <= 2; i++) {
      try (Engine engine = Engine.open(directory, RETURNS, empty)) {
        append(engine, "returns", "c" + i);
        assertThat(engine.acceptedRows())
            .containsEntry("returns", 3L + i)
            .containsEntry("clicks", 182L);
      }
    }
  }

  @Test
  void viewsThatStartedEmptyCountWhatTheyLeaveOut() {
    try (Engine engine = Engine.open(directory, CLICKS, SMALL)) {
      fill(engine);
    }
    EngineSettings empty = SMALL.withStartEmpty(Set.of("returned"));
    try (Engine engine = Engine.open(directory, RETURNS, empty)) {
      append(engine, "returns", "a", "b", "a");
      assertThat(engine.acceptedRows()).containsEntry("returns", 3L);
      assertThat(engine.duplicateRows()).containsEntry("returns", 1L);
      fill(engine);
    }
    // The second view has another dataflow, which has seen less.
    EngineSettings more = SMALL.withStartEmpty(Set.of("pages"));
    try (Engine engine = Engine.open(directory, MORE_RETURNS, more)) {
      append(engine, "returns", "b", "c");
      assertThat(engine.duplicateRows()).containsEntry("returns", 2L);
      assertThat(engine.acceptedRows()).containsEntry("returns", 5L);
    }
    try (Engine engine = Engine.open(directory, MORE_RETURNS, SMALL)) {
      assertThat(engine.duplicateRows()).containsEntry("returns", 2L);
      assertThat(engine.view("returned").scan().get(0).value("n", Long.class)).isEqualTo(3);
    }
  }
}
