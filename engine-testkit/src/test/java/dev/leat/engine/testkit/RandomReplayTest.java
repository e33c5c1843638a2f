package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.ViewDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A log gives the same views again, with rows in the same order, and the same ledger; so do a
 * checkpoint and what comes after it.
 */
class RandomReplayTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {11, 27, 35, 42, 59, 63, 70, 86, 91, 110, 123, 134})
  void replayGivesTheSameViews(long seed) throws IOException {
    RandomCase randomCase = RandomCase.of(seed);
    List<List<InputChange>> epochs = randomCase.epochs();
    int middle = epochs.size() / 2;
    List<List<Row>> before = run(randomCase, epochs.subList(0, middle));
    assertThat(run(randomCase, List.of())).isEqualTo(before);
    deleteCheckpoints();
    assertThat(run(randomCase, List.of())).isEqualTo(before);
    List<List<Row>> after = run(randomCase, epochs.subList(middle, epochs.size()));
    assertThat(run(randomCase, List.of())).isEqualTo(after);
    deleteCheckpoints();
    assertThat(run(randomCase, List.of())).isEqualTo(after);
    assertThat(RandomRun.failure(randomCase)).isNull();
  }

  private void deleteCheckpoints() throws IOException {
    Path checkpoints = directory.resolve("checkpoints");
    if (Files.notExists(checkpoints)) {
      return; // Nothing came in yet.
    }
    try (Stream<Path> files = Files.list(checkpoints)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  /** Opens an engine, brings some epochs, and gives the rows of all views and of the ledger. */
  private List<List<Row>> run(RandomCase randomCase, List<List<InputChange>> epochs) {
    TestClock clock = new TestClock(PipelineTester.START);
    // A checkpoint after each epoch.
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(Threading.HOST)
            .withClock(clock)
            .withCheckpoints(CheckpointSettings.defaults().withLogBytes(1));
    try (Engine engine = Engine.open(directory, Pipeline.of(randomCase.plan()), settings)) {
      for (List<InputChange> epoch : epochs) {
        clock.advance(Duration.ofSeconds(3));
        engine.append(t -> epoch.forEach(change -> RandomRun.write(engine, t, change)));
        engine.step();
      }
      List<List<Row>> rows = new ArrayList<>();
      for (ViewDefinition view : randomCase.plan().views()) {
        rows.add(engine.view(view.name()).scan());
      }
      rows.add(engine.view("ledger").scan());
      return rows;
    }
  }
}
