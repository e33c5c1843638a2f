package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening a directory with another pipeline than the one that it was run with. */
class ChangedPipelineApiTest {
  record Click(String user, String page) {}

  private static final Pipeline BY_PAGE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .groupBy(Click::page)
                  .aggregate(count().as("n"))
                  .materialize("by_page"));

  private static final Pipeline BOTH =
      Pipeline.define(
          p -> {
            Relation<Click> clicks = p.stream("clicks", Click.class);
            clicks
                .groupBy(Click::page)
                .aggregate(count().as("n"))
                .materialize("by_page")
                .where(col("n").gt(1L))
                .aggregate(count().as("pages"))
                .materialize("popular");
            clicks.groupBy(Click::user).aggregate(count().as("n")).materialize("by_user");
          });

  @TempDir Path directory;

  private EngineSettings settings() {
    return EngineSettings.defaults().withThreading(Threading.HOST).withEpochRows(1);
  }

  private static void append(Engine engine, int from, int to) {
    for (int i = from; i < to; i++) {
      engine.stream("clicks", Click.class).append(new Click("u" + i % 3, "p" + i % 5));
      engine.step();
    }
  }

  private static long clicks(Engine engine, String view) {
    return engine.view(view).scan().stream().mapToLong(row -> row.value("n", Long.class)).sum();
  }

  @Test
  void theOthersAreReadWhileViewsAreBuilt() {
    try (Engine engine = Engine.open(directory, BY_PAGE, settings())) {
      append(engine, 0, 20);
    }
    try (Engine engine = Engine.open(directory, BOTH, settings())) {
      assertThat(clicks(engine, "by_page")).isEqualTo(20);
      assertThatThrownBy(() -> engine.view("by_user").scan())
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("by_user")
          .hasMessageContaining("built_to=0");
      assertThatThrownBy(() -> engine.view("by_user").subscribe(changes -> {}))
          .hasMessageContaining("by_user");
      append(engine, 20, 25);
      assertThat(clicks(engine, "by_page")).isEqualTo(25);
      BackfillProgress progress = engine.backfill().orElseThrow();
      assertThat(progress.views()).containsExactly("popular", "by_user");
      assertThat(progress.position()).isLessThan(progress.target());
      Snapshot early = engine.read(all -> all);
      engine.awaitBackfill(Duration.ZERO);
      assertThatThrownBy(() -> early.view("by_user").count()).hasMessageContaining("being built");
      append(engine, 25, 27);
      assertThat(clicks(engine, "by_user")).isEqualTo(27);
      assertThat(engine.view("popular").scan().get(0).value("pages", Long.class)).isEqualTo(5);
    }
    assertThat(Engine.planDiff(directory, BOTH).isEmpty()).isTrue();
  }

  @Test
  void aBuildThatWasNotFinishedBeginsAgain() {
    try (Engine engine = Engine.open(directory, BY_PAGE, settings())) {
      append(engine, 0, 20);
    }
    try (Engine engine = Engine.open(directory, BOTH, settings())) {
      append(engine, 20, 22);
      engine.checkpoint();
      assertThat(engine.backfill()).isPresent();
    }
    assertThat(Engine.planDiff(directory, BOTH).added())
        .extracting(change -> change.entry().name())
        .contains("popular", "by_user");
    try (Engine engine = Engine.open(directory, BOTH, settings())) {
      assertThat(clicks(engine, "by_page")).isEqualTo(22);
      engine.view("by_user").await(new Position(22));
      assertThat(clicks(engine, "by_user")).isEqualTo(22);
    }
  }

  @Test
  void anEngineWithAThreadBuildsUnasked() {
    try (Engine engine = Engine.open(directory, BY_PAGE, settings())) {
      append(engine, 0, 50);
    }
    EngineSettings own = settings().withThreading(Threading.OWN_THREAD);
    try (Engine engine = Engine.open(directory, BOTH, own)) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(clicks(engine, "by_user")).isEqualTo(50);
    }
  }

  @Test
  void whatALogThatBeginsLateCannotGiveIsRefusedOrStartsEmpty() {
    EngineSettings small =
        settings()
            .withSegmentBytes(1 << 20)
            .withRetention(new Retention(Duration.ZERO, Long.MAX_VALUE / 2));
    String page = "p".repeat(100_000);
    try (Engine engine = Engine.open(directory, BY_PAGE, small)) {
      for (int i = 0; i < 60; i++) {
        engine.stream("clicks", Click.class).append(new Click("u", page));
        engine.step();
        if (i % 20 == 19) {
          engine.checkpoint();
        }
      }
    }
    assertThatThrownBy(() -> Engine.open(directory, BOTH, small))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("view 'by_page': kept")
        .hasMessageContaining("view 'by_user': new")
        .hasMessageContaining("withStartEmpty");
    EngineSettings empty = small.withStartEmpty(Set.of("by_user", "popular"));
    try (Engine engine = Engine.open(directory, BOTH, empty)) {
      assertThat(engine.backfill()).isEmpty();
      append(engine, 0, 4);
      assertThat(clicks(engine, "by_page")).isEqualTo(64);
      assertThat(clicks(engine, "by_user")).isEqualTo(4);
    }
    assertThat(Engine.planDiff(directory, BOTH).toString())
        .contains("view 'by_page': kept\n")
        .contains("'by_user': kept (started empty, it has seen the log from position 61 on)");
    try (Engine engine = Engine.open(directory, BOTH, small)) {
      append(engine, 4, 9);
      assertThat(clicks(engine, "by_page")).isEqualTo(69);
      assertThat(clicks(engine, "by_user")).isEqualTo(9);
      assertThat(engine.view("popular").scan().get(0).value("pages", Long.class)).isEqualTo(4);
    }
  }

  @Test
  void withoutACheckpointEverythingIsBuilt() {
    assertThat(Engine.planDiff(directory, BY_PAGE).toString())
        .isEqualTo("stream 'clicks': new\nview 'by_page': new\n");
    assertThat(List.of(Engine.planDiff(directory, BY_PAGE).kept())).containsExactly(List.of());
  }
}
