package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.now;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Threading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ticks of engines: when they come, and that a replay sees the same ones. */
class TicksTest {
  record Task(String name, Instant due) {}

  @TempDir Path directory;

  private final TestClock clock = new TestClock(START);

  /** Tasks that are due, and the time. */
  private static Pipeline due(Duration tick) {
    return Pipeline.define(
        p -> {
          p.tickEvery(tick);
          p.table("tasks", Task.class)
              .primaryKey(Task::name)
              .where(now().ge(col(Task::due)))
              .with(now().as("now"))
              .materialize("due");
        });
  }

  private EngineSettings settings() {
    return EngineSettings.defaults()
        .withThreading(Threading.HOST)
        .withClock(clock)
        .withCheckpoints(CheckpointSettings.defaults().withLogBytes(1));
  }

  private Engine open(Duration tick) {
    return Engine.open(directory, due(tick), settings());
  }

  private static List<List<Object>> rows(Engine engine) {
    return engine.view("due").scan().stream().map(row -> List.copyOf(row.values())).toList();
  }

  @Test
  void anEngineWithItsOwnThreadTicksWhenNoRowComes() throws InterruptedException {
    CountDownLatch entered = new CountDownLatch(1);
    try (Engine engine = Engine.inMemory(due(Duration.ofMillis(5)))) {
      engine
          .view("due")
          .subscribe(
              changes -> {
                if (!changes.changes().isEmpty()) {
                  entered.countDown();
                }
              });
      Task task = new Task("a", Instant.now().plusMillis(50));
      Position at = engine.table("tasks", Task.class).upsert(task);
      assertThat(entered.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(engine.position().value()).isGreaterThan(at.value());
    }
  }

  @Test
  void theTimeNeverGoesBack() {
    try (Engine engine = Engine.inMemory(due(Duration.ofSeconds(1)), settings())) {
      engine.table("tasks", Task.class).upsert(new Task("a", START));
      engine.step();
      clock.jump(Duration.ofHours(-1));
      engine.table("tasks", Task.class).upsert(new Task("b", START));
      engine.step();
      assertThat(rows(engine))
          .containsExactlyInAnyOrder(List.of("a", START, START), List.of("b", START, START));
      clock.advance(Duration.ofMinutes(59));
      assertThat(engine.step()).isZero();
      assertThat(engine.position().value()).isEqualTo(2);
      clock.advance(Duration.ofMinutes(2));
      assertThat(engine.step()).isZero();
      assertThat(rows(engine)).allSatisfy(row -> assertThat(row).contains(START.plusSeconds(60)));
    }
  }

  @Test
  void aReplayAndACheckpointGiveTheSameTime() throws IOException {
    List<List<Object>> before;
    try (Engine engine = open(Duration.ofSeconds(1))) {
      engine.table("tasks", Task.class).upsert(new Task("a", START.plusSeconds(5)));
      engine.table("tasks", Task.class).upsert(new Task("b", START.plusSeconds(50)));
      engine.step();
      assertThat(rows(engine)).isEmpty();
      clock.advance(Duration.ofSeconds(7));
      engine.step();
      before = rows(engine);
      assertThat(before).containsExactly(List.of("a", START.plusSeconds(5), START.plusSeconds(7)));
    }
    clock.advance(Duration.ofHours(1));
    try (Engine engine = open(Duration.ofSeconds(1))) {
      assertThat(rows(engine)).isEqualTo(before);
      engine.step();
    }
    List<List<Object>> after = reopened();
    assertThat(after).hasSize(2);
    deleteCheckpoints();
    assertThat(reopened()).isEqualTo(after);
  }

  /** The rows as they are when it is opened; time has not passed since it was closed. */
  private List<List<Object>> reopened() {
    try (Engine engine = open(Duration.ofSeconds(1))) {
      return rows(engine);
    }
  }

  private void deleteCheckpoints() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void anotherTickBuildsAnewWhatDependsOnIt() {
    try (Engine engine = open(Duration.ofSeconds(1))) {
      engine.table("tasks", Task.class).upsert(new Task("a", START));
      clock.advance(Duration.ofSeconds(61));
      engine.step();
      assertThat(rows(engine)).containsExactly(List.of("a", START, START.plusSeconds(61)));
    }
    try (Engine engine = open(Duration.ofMinutes(1))) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(rows(engine)).containsExactly(List.of("a", START, START.plusSeconds(60)));
      clock.advance(Duration.ofSeconds(60));
      engine.step();
      assertThat(rows(engine)).containsExactly(List.of("a", START, START.plusSeconds(120)));
    }
  }
}
