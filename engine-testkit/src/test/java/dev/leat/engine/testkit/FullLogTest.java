package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import dev.leat.engine.Retention;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.StreamInput;
import dev.leat.engine.Threading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the host steps, whoever a full log is kept for gets his turn, and so makes room in it. */
class FullLogTest {
  private static final int MIB = 1 << 20;
  private static final int ROWS = 16;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  record Text(String text) {}

  @TempDir private Path temp;
  private final SinkFaults faults = new SinkFaults();
  private final MemorySink table = new MemorySink(faults);
  private final Pipeline pipeline =
      Pipeline.define(
          p -> {
            Relation<Text> texts = p.stream("texts", Text.class);
            texts.aggregate(count().as("n")).materialize("counted");
            texts.aggregate(count().as("n")).to("copy", table, SinkSettings.defaults());
          });

  private static EngineSettings settings(Retention retention) {
    return EngineSettings.defaults()
        .withThreading(Threading.HOST)
        .withSegmentBytes(16L * MIB)
        .withCheckpoints(CheckpointSettings.defaults().withInterval(Duration.ofHours(1)))
        .withRetention(retention);
  }

  /** About a MiB of the log. */
  private static void append(Engine engine) {
    StreamInput<Text> texts = engine.stream("texts", Text.class);
    List<Text> rows = new ArrayList<>();
    long begin = engine.acceptedRows().getOrDefault("texts", 0L);
    for (int k = 0; k < ROWS; k++) {
      rows.add(new Text((begin + k + "/").repeat(MIB / ROWS).substring(0, MIB / ROWS)));
    }
    texts.append(rows);
  }

  private static boolean isFull(Engine engine) {
    try {
      assertThat(engine.step()).isEqualTo(ROWS);
      return false;
    } catch (EngineException e) {
      assertThat(e.kind()).isEqualTo(Kind.FULL);
      return true;
    }
  }

  private static void assertCounted(Engine engine, long epochs) {
    assertThat(engine.view("counted").get().orElseThrow().value("n")).isEqualTo(ROWS * epochs);
  }

  @Test
  void aSinkThatComesBackWhenTheLogIsFullMakesRoom() {
    int epochs = 0;
    try (Engine engine = Engine.open(temp, pipeline, settings(Retention.ofBytes(128L * MIB)))) {
      append(engine);
      assertThat(isFull(engine)).isFalse();
      engine.awaitSink("copy", engine.position(), PATIENCE);
      faults.failAlways(true);
      do {
        append(engine);
        epochs++;
      } while (!isFull(engine));
      assertThat(epochs).isBetween(64, 256);
      assertThat(isFull(engine)).isTrue();
      faults.failAlways(false);
      // The first step has the sink commit, the second finds the room.
      assertThat(isFull(engine)).isTrue();
      assertThat(isFull(engine)).isFalse();
      for (int i = 0; i < 64; i++) {
        append(engine);
        assertThat(isFull(engine)).isFalse();
        epochs++;
      }
      assertCounted(engine, 1L + epochs);
    }
    assertThat(table.rows()).hasSize(1);
    assertThat(table.rows().get(0).value("n")).isEqualTo(ROWS * (1L + epochs));
  }

  @Test
  void aLogThatTwoCheckpointsKeepFullGoesByTheNewestAlone() throws IOException {
    int epochs = 0;
    try (Engine engine = Engine.open(temp, pipeline, settings(Retention.ofBytes(128L * MIB)))) {
      append(engine);
      assertThat(isFull(engine)).isFalse();
      engine.awaitSink("copy", engine.position(), PATIENCE);
      engine.checkpoint(); // the older one of two, at the beginning of the log
      List<Path> inTheWay = inTheWayOfCheckpoints(engine.position().value() + 1);
      do {
        append(engine);
        epochs++;
      } while (!isFull(engine));
      assertThat(engine.checkpointStatus().failed()).isPositive();
      for (Path path : inTheWay) {
        Files.delete(path);
      }
      engine.checkpoint();
      // It lets the log go of what the one before it has, and that is nothing.
      assertThat(isFull(engine)).isTrue();
      assertThat(isFull(engine)).isFalse();
      for (int i = 0; i < 160; i++) {
        append(engine);
        epochs++;
        assertThat(isFull(engine)).isFalse();
      }
      assertCounted(engine, 1L + epochs);
    }
    try (Engine again = Engine.open(temp, pipeline, settings(Retention.ofBytes(128L * MIB)))) {
      assertCounted(again, 1L + epochs);
      append(again);
      assertThat(isFull(again)).isFalse();
    }
  }

  /** No checkpoint can be written where something has the name of its draft. */
  private List<Path> inTheWayOfCheckpoints(long first) throws IOException {
    List<Path> paths = new ArrayList<>();
    for (long position = first; position < first + 256; position++) {
      Path draft = temp.resolve("checkpoints/checkpoint-%019d.draft".formatted(position));
      paths.add(0, Files.createDirectory(draft));
      paths.add(0, Files.createFile(draft.resolve("notes")));
    }
    return paths;
  }

  private long segments() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("log"))) {
      return files.filter(file -> file.getFileName().toString().startsWith("segment-")).count();
    }
  }

  @Test
  void aCheckpointThatHasNothingNewLetsTheLogGoOfWhatASinkHasPassed() throws IOException {
    try (Engine engine = Engine.open(temp, pipeline, settings(Retention.onlyForRecovery()))) {
      append(engine);
      engine.step();
      engine.awaitSink("copy", engine.position(), PATIENCE);
      faults.failAlways(true);
      for (int i = 0; i < 40; i++) {
        append(engine);
        engine.step();
        engine.checkpoint();
      }
      long kept = segments();
      assertThat(kept).isGreaterThan(2);
      faults.failAlways(false);
      engine.awaitSink("copy", engine.position(), PATIENCE);
      engine.checkpoint();
      assertThat(segments()).isLessThan(kept);
    }
  }

  @Test
  void rowsThatAFullLogNeverTookAreToldWhenTheEngineIsClosed() {
    Engine engine = Engine.open(temp, pipeline, settings(Retention.ofBytes(128L * MIB)));
    faults.failAlways(true);
    do {
      append(engine);
    } while (!isFull(engine));
    CompletableFuture<Position> last =
        engine.stream("texts", Text.class).appendAsync(List.of(new Text("last")));
    faults.failAlways(false);
    EngineException full = catchThrowableOfType(EngineException.class, engine::close);
    assertThat(full.kind()).isEqualTo(Kind.FULL);
    assertThatThrownBy(() -> last.get(1, TimeUnit.MINUTES))
        .hasCauseInstanceOf(EngineException.class)
        .hasMessageContaining("closed before these rows were in the log");
    // Sinks were finished all the same, and the last checkpoint taken.
    assertThat(table.rows()).hasSize(1);
    try (Engine again = Engine.open(temp, pipeline, settings(Retention.everything()))) {
      assertThat(again.checkpointStatus().position()).isEqualTo(again.position());
      assertThat(table.rows()).containsExactlyElementsOf(again.view("counted").scan());
    }
  }
}
