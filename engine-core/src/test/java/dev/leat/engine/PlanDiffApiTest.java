package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.plan.PlanDiff;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said beforehand of opening a directory, and what opening it does. */
class PlanDiffApiTest {
  record Click(String user, String page) {}

  record OtherClick(String user, long page) {}

  record MoreClick(String user, String page, @Nullable String from) {}

  record Order(String id, long items) {}

  private static final Pipeline CLICKS = clicks(Click.class, false);
  private static final Pipeline BOTH = clicks(Click.class, true);

  private static <T extends Record> Pipeline clicks(Class<T> record, boolean withOrders) {
    return Pipeline.define(
        p -> {
          p.stream("clicks", record)
              .groupBy("user")
              .aggregate(count().as("n"))
              .acceptGrowth("a test")
              .materialize("by_user");
          if (withOrders) {
            p.table("orders", Order.class).primaryKey(Order::id).materialize("orders");
          }
        });
  }

  private static Pipeline byPage() {
    return Pipeline.define(
        p ->
            p.stream("clicks", Click.class)
                .groupBy(Click::page)
                .aggregate(count().as("n"))
                .acceptGrowth("a test")
                .materialize("by_page"));
  }

  @TempDir Path directory;

  private static EngineSettings settings() {
    return EngineSettings.defaults()
        .withThreading(Threading.HOST)
        .withEpochRows(1)
        .withSegmentBytes(1 << 20);
  }

  private static final EngineSettings SMALL =
      settings().withRetention(new Retention(Duration.ZERO, Long.MAX_VALUE / 2));

  private void fill(Pipeline pipeline, boolean withOrders, int pageLength) {
    try (Engine engine = Engine.open(directory, pipeline, SMALL)) {
      if (withOrders) {
        engine.table("orders", Order.class).upsert(new Order("o1", 3));
        engine.step();
      }
      for (int i = 0; i < 60; i++) {
        engine.stream("clicks", Click.class).append(new Click("u", "p".repeat(pageLength)));
        engine.step();
        if (i % 20 == 19) {
          engine.checkpoint();
        }
      }
    }
  }

  /** Opening does what was said, and refuses just what was said to be refused. */
  private PlanDiff checkedDiff(Pipeline pipeline, EngineSettings settings) {
    PlanDiff diff = Engine.planDiff(directory, pipeline);
    if (diff.refused().isEmpty()) {
      Engine.open(directory, pipeline, settings).close();
    } else {
      assertThatThrownBy(() -> Engine.open(directory, pipeline, settings))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
          .hasMessageContaining(diff.refused().get(0).entry().name());
    }
    return diff;
  }

  @Test
  void anInputOfWhichTheLogHasRowsIsNotDropped() {
    fill(BOTH, true, 1);
    PlanDiff diff = checkedDiff(CLICKS, settings());
    assertThat(diff.toString())
        .contains("view 'by_user': kept\n")
        .contains("view 'orders': dropped\n")
        .contains("table 'orders': refused (the log has rows of input 'orders'")
        .contains("declare it as KEYED_TABLE (id string not null, items long not null) key [id]")
        .doesNotContain("table 'orders': dropped");
    assertThat(diff.isEmpty()).isFalse();
    assertThat(diff.refused())
        .extracting(change -> change.entry().name())
        .containsExactly("orders");
  }

  @Test
  void anInputWhoseRowsAreGoneOrNeverCameIsDropped() {
    fill(BOTH, false, 1);
    assertThat(checkedDiff(CLICKS, settings()).toString()).contains("table 'orders': dropped\n");
  }

  @Test
  void anInputWhoseRowsTheLogLetGoOfIsDropped() {
    fill(BOTH, true, 100_000);
    PlanDiff diff = checkedDiff(CLICKS, SMALL);
    assertThat(diff.toString()).contains("table 'orders': dropped\n");
    assertThat(diff.refused()).isEmpty();
  }

  @Test
  void anInputThatCannotBeReadAsDeclaredIsRefused() {
    fill(CLICKS, false, 1);
    PlanDiff diff = checkedDiff(clicks(OtherClick.class, false), settings());
    assertThat(diff.toString())
        .contains("stream 'clicks': refused (")
        .contains("column 'page' was string, is long")
        .doesNotContain("stream 'clicks': kept");
    assertThat(checkedDiff(clicks(MoreClick.class, false), settings()).refused()).isEmpty();
  }

  @Test
  void aViewThatTheLogCannotGiveIsRefusedAndSaysHowItMayBe() {
    fill(CLICKS, false, 100_000);
    PlanDiff diff = checkedDiff(byPage(), SMALL);
    assertThat(diff.toString())
        .contains("view 'by_page': refused (it is new; it cannot be built, as the log begins at")
        .contains("EngineSettings.withStartEmpty")
        .contains("view 'by_user': dropped\n")
        .doesNotContain("view 'by_page': new");
    startEmpty();
    assertThat(checkedDiff(byPage(), SMALL).toString()).contains("view 'by_page': kept (started");
  }

  /** Leaves a newest checkpoint that has one view, and an older one that has the other. */
  private void startEmpty() {
    EngineSettings empty = SMALL.withStartEmpty(Set.of("by_page"));
    try (Engine engine = Engine.open(directory, byPage(), empty)) {
      engine.stream("clicks", Click.class).append(new Click("u", "p"));
      engine.step();
    }
  }

  @Test
  void theOlderCheckpointIsTakenIfItHasMore() {
    fill(CLICKS, false, 100_000);
    startEmpty();
    assertThat(checkedDiff(CLICKS, SMALL).toString()).contains("view 'by_user': kept\n");
    try (Engine engine = Engine.open(directory, CLICKS, SMALL)) {
      assertThat(engine.view("by_user").scan().get(0).value("n", Long.class)).isEqualTo(61);
    }
  }

  private static void assertRefused(Path place, Kind kind, String... said) {
    List<ThrowingCallable> calls =
        List.of(
            () -> Engine.planDiff(place, CLICKS),
            () -> Engine.open(place, CLICKS, settings()).close());
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOfSatisfying(EngineException.class, e -> assertThat(e.kind()).isEqualTo(kind))
          .hasMessageContainingAll(said);
    }
  }

  @Test
  @SuppressWarnings("NullAway") // what a host without such checks may do
  void whatCanBeNoDirectoryIsRefusedInWords() throws IOException {
    assertRefused(null, Kind.INVALID, "the engine cannot have this directory: it is null");
    Path file = Files.writeString(directory.resolve("notes"), "hello");
    assertRefused(file, Kind.INVALID, "it is a file", "directory=" + file);
    assertThat(file).hasContent("hello");
    URI zip = URI.create("jar:" + directory.resolve("some.zip").toUri());
    try (FileSystem inside = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Path path = inside.getPath("/data");
      assertRefused(path, Kind.INVALID, "default file system", "directory=/data", "jar");
    }
    Path below = file.resolve("data");
    assertThatThrownBy(() -> Engine.open(below, CLICKS, settings()))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void damageIsToldByBoth() throws IOException {
    fill(CLICKS, false, 1);
    Path format = directory.resolve("FORMAT");
    byte[] good = Files.readAllBytes(format);
    Files.writeString(format, "leat-log 9\n");
    assertRefused(directory, Kind.CORRUPT, "file=" + format, "offset=0");
    Files.delete(format);
    Files.createDirectory(format);
    assertRefused(directory, Kind.CORRUPT, "a directory has the name of a file", "" + format);
    Files.delete(format);
    Files.write(format, good);
    Path checkpoints = directory.resolve("checkpoints");
    Files.move(checkpoints, directory.resolve("aside"));
    Files.writeString(checkpoints, "notes");
    assertRefused(directory, Kind.CORRUPT, "a file has the name of a directory", "" + checkpoints);
    Files.delete(checkpoints);
    Files.move(directory.resolve("aside"), checkpoints);
    assertThat(checkedDiff(CLICKS, settings()).isEmpty()).isTrue();
  }

  @Test
  void checkpointsWithoutTheirLogAreRefused() throws IOException {
    fill(CLICKS, false, 1);
    Path other = directory.resolve("other");
    Files.createDirectory(other);
    Files.move(directory.resolve("checkpoints"), other.resolve("checkpoints"));
    assertRefused(other, Kind.CORRUPT, "of another log", "file=" + other);
  }
}
