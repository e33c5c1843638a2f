package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.internal.log.ChronicleLog;
import dev.leat.engine.internal.log.LogSettings;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines whose log keeps no more than recovery needs. */
class RecoveryTest {
  private static final Node.Input EVENTS =
      new Node.Input(
          "events",
          Node.InputKind.STREAM,
          Schema.builder().required("text", Type.STRING).build(),
          List.of());
  private static final ViewDefinition COUNT = new ViewDefinition("n", count(List.of()), null);
  private static final ViewDefinition BY_TEXT =
      new ViewDefinition("by_text", count(List.of("text")), null);

  private static Node count(List<String> keys) {
    return Node.Aggregate.of(
        EVENTS, keys, List.of(new AggregateCall(AggregateFunction.COUNT, null, null, false, "n")));
  }

  @TempDir Path directory;
  @TempDir Path other;
  private Set<String> mayStartEmpty = Set.of();
  private final List<Long> reached = new ArrayList<>();

  private EngineRuntime open(ViewDefinition... views) {
    LogSettings logSettings =
        LogSettings.defaults()
            .withSegmentBytes(1000)
            .withRetention(Duration.ZERO, LogSettings.UNLIMITED);
    ChronicleLog log = ChronicleLog.open(directory, logSettings, SystemIo.INSTANCE);
    try {
      CheckpointStore store =
          new CheckpointStore(SystemIo.INSTANCE, directory.resolve("checkpoints"), 1 << 20);
      EngineRuntime runtime =
          new EngineRuntime(
              new Plan(List.of(EVENTS), List.of(views)),
              new RuntimeSettings(
                  100,
                  1 << 20,
                  100,
                  false,
                  false,
                  new ProducerLimits(100, Long.MAX_VALUE),
                  Long.MAX_VALUE,
                  mayStartEmpty),
              log,
              () -> 0,
              1,
              Optional.of(
                  new Checkpoints(store, SystemIo.INSTANCE, Long.MAX_VALUE, Long.MAX_VALUE)));
      reached.clear();
      runtime.start((position, last) -> reached.add(position));
      return runtime;
    } catch (RuntimeException e) {
      log.close();
      throw e;
    }
  }

  private static void append(EngineRuntime runtime, int times) {
    for (int i = 0; i < times; i++) {
      new Appender(runtime)
          .append(
              rows -> {
                rows.of(EVENTS).setString(0, "x".repeat(200));
                rows.of(EVENTS).commit(StagedRows.PUT);
              });
      runtime.step();
    }
  }

  private static @Nullable Object count(EngineRuntime runtime) {
    @Nullable Object[] row = runtime.reads().row(runtime.view("n"), new Object[0]);
    return row == null ? null : row[0];
  }

  private List<Path> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("checkpoints"))) {
      return files.sorted().toList();
    }
  }

  private long firstPosition() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(f -> f.matches("segment-\\d+"))
          .mapToLong(f -> Long.parseLong(f.substring("segment-".length())))
          .min()
          .orElseThrow();
    }
  }

  private static void damage(Path file) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[100] ^= 4;
    Files.write(file, bytes);
  }

  /** Three checkpoints, at 20, 40 and 60, after which the log begins behind 1. */
  private void run() throws IOException {
    try (EngineRuntime runtime = open(COUNT)) {
      for (int i = 0; i < 3; i++) {
        append(runtime, 20);
        runtime.checkpoint();
      }
      assertThat(firstPosition()).isBetween(30L, 41L);
    }
  }

  @Test
  void theLogKeepsWhatTheOlderCheckpointNeeds() throws IOException {
    run();
    damage(checkpoints().get(1));
    try (EngineRuntime runtime = open(COUNT)) {
      assertThat(reached).first().isEqualTo(40L);
      assertThat(reached).hasSize(21);
      assertThat(count(runtime)).isEqualTo(60L);
      append(runtime, 1);
    }
    try (EngineRuntime runtime = open(COUNT)) {
      assertThat(reached).containsExactly(61L);
      assertThat(count(runtime)).isEqualTo(61L);
    }
  }

  @Test
  void withoutASoundCheckpointAndABeginningNothingIsMadeUp() throws IOException {
    run();
    List<Path> files = checkpoints();
    damage(files.get(0));
    damage(files.get(1));
    assertThatThrownBy(() -> open(COUNT))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("no longer reaches back")
        .hasMessageContaining(files.get(0).toString())
        .hasMessageContaining(files.get(1).toString());
    assertThat(checkpoints()).isEqualTo(files);
    Files.delete(files.get(0));
    Files.delete(files.get(1));
    assertThatThrownBy(() -> open(COUNT)).hasMessageContaining("there is no checkpoint");
  }

  @Test
  void aPartThatNoCheckpointHasNeedsTheWholeLog() throws IOException {
    run();
    List<Path> files = checkpoints();
    assertThatThrownBy(() -> open(COUNT, BY_TEXT))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("view 'by_text': new")
        .hasMessageContaining("first_position=");
    assertThat(checkpoints()).isEqualTo(files);
    try (EngineRuntime runtime = open(COUNT)) {
      assertThat(count(runtime)).isEqualTo(60L);
    }
  }

  @Test
  void whatOnlyADamagedCheckpointHasIsNotAskedOfTheLog() throws IOException {
    run();
    mayStartEmpty = Set.of("by_text");
    try (EngineRuntime runtime = open(COUNT, BY_TEXT)) {
      append(runtime, 20);
    }
    mayStartEmpty = Set.of();
    List<Path> files = checkpoints();
    assertThat(files).hasSize(2);
    damage(files.get(1));
    assertThatThrownBy(() -> open(COUNT, BY_TEXT))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("damaged=" + files.get(1))
        .hasMessageContaining("offset=")
        .hasMessageContaining("restore the damaged file")
        .hasMessageContaining("views=[by_text] file=" + files.get(0))
        .hasMessageNotContaining("open it with the pipeline that it was run with");
    assertThat(checkpoints()).isEqualTo(files);
    mayStartEmpty = Set.of("by_text");
    try (EngineRuntime runtime = open(COUNT, BY_TEXT)) {
      assertThat(count(runtime)).isEqualTo(80L);
    }
  }

  @Test
  void aPartThatIsMissingIsToldByTheNewestCheckpoint() throws IOException {
    run();
    List<Path> files = checkpoints();
    assertThatThrownBy(() -> open(COUNT, BY_TEXT))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("views=[by_text] file=" + files.get(1))
        .hasMessageContaining("withStartEmpty");
  }

  @Test
  void aCheckpointOfAnotherLogIsRefusedAndKept() throws IOException {
    run();
    Path mine = directory;
    directory = other;
    run();
    Path foreign = checkpoints().get(0);
    directory = mine;
    Path newest = checkpoints().get(1);
    byte[] good = Files.readAllBytes(newest);
    Files.delete(newest);
    Path wrong = mine.resolve("checkpoints/" + foreign.getFileName());
    Files.copy(foreign, wrong, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> open(COUNT))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("of another log")
        .hasMessageContaining("put it somewhere else")
        .hasMessageContaining("file=" + wrong);
    assertThat(wrong).hasSameBinaryContentAs(foreign);
    Files.delete(wrong);
    Files.write(newest, good);
    try (EngineRuntime runtime = open(COUNT)) {
      assertThat(reached).containsExactly(60L);
      assertThat(count(runtime)).isEqualTo(60L);
    }
  }

  @Test
  void whatIsAheadOfTheLogAndCannotBeReadIsNotPassedOver() throws IOException {
    run();
    Path ahead = directory.resolve("checkpoints/checkpoint-0000000000000000061");
    Files.writeString(ahead, "notes");
    assertThatThrownBy(() -> open(COUNT))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("file=" + ahead)
        .hasMessageContaining("last_position=60");
  }

  @Test
  void aDirectoryInThePlaceOfACheckpointIsPassedOver() throws IOException {
    run();
    Path newest = checkpoints().get(1);
    Files.delete(newest);
    Files.createDirectory(newest);
    try (EngineRuntime runtime = open(COUNT)) {
      assertThat(reached).first().isEqualTo(40L);
      assertThat(count(runtime)).isEqualTo(60L);
    }
  }

  @Test
  void aViewMayBeDropped() throws IOException {
    try (EngineRuntime runtime = open(COUNT, BY_TEXT)) {
      append(runtime, 5);
    }
    try (EngineRuntime runtime = open(COUNT)) {
      assertThat(reached).containsExactly(5L);
      assertThat(count(runtime)).isEqualTo(5L);
    }
  }
}
