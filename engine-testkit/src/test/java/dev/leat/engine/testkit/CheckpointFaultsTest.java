package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Threading;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint that cannot be read now is not one that is damaged. */
class CheckpointFaultsTest {
  record Visit(String page) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("visits", Visit.class)
                  .groupBy(Visit::page)
                  .aggregate(count().as("n"))
                  .acceptGrowth("a test")
                  .materialize("pages"));
  private static final EngineSettings SETTINGS =
      EngineSettings.defaults().withThreading(Threading.HOST);

  @TempDir Path directory;
  private final FaultyIo io = FaultyIo.around(SystemIo.INSTANCE);

  private Engine open() {
    return EngineOnFiles.open(directory, PIPELINE, SETTINGS, io, 1);
  }

  /** Checkpoints at positions 3 and 6. */
  @BeforeEach
  void takeTwo() {
    try (Engine engine = open()) {
      visit(engine, 3);
      engine.checkpoint();
      visit(engine, 3);
    }
  }

  private static void visit(Engine engine, int times) {
    for (int i = 0; i < times; i++) {
      engine.stream("visits", Visit.class).append(new Visit("/" + i));
      engine.step();
    }
  }

  private Map<String, String> checkpoints() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> paths = Files.list(directory.resolve("checkpoints"))) {
      for (Path path : paths.toList()) {
        files.put(
            path.getFileName().toString(), HexFormat.of().formatHex(Files.readAllBytes(path)));
      }
    }
    return files;
  }

  private static boolean isOfACheckpoint(IoCall call) {
    return call.path().getFileName().toString().startsWith("checkpoint-");
  }

  private static FaultPlan nthOnACheckpoint(long n, Fault fault) {
    AtomicLong calls = new AtomicLong();
    return call -> isOfACheckpoint(call) && calls.incrementAndGet() == n ? fault : null;
  }

  @Test
  void aReadThatFailsStopsTheOpeningAndNothingIsGivenUp() throws IOException {
    Map<String, String> files = checkpoints();
    assertThat(files).hasSize(2);
    Path newest = directory.resolve("checkpoints/checkpoint-0000000000000000006");
    AtomicLong calls = new AtomicLong();
    io.observe(call -> calls.addAndGet(isOfACheckpoint(call) ? 1 : 0));
    open().close();
    io.observe(call -> {});
    assertThat(calls.get()).isGreaterThan(5);
    for (long n = 1; n <= calls.get(); n++) {
      io.inject(nthOnACheckpoint(n, Fault.EIO));
      assertThatThrownBy(this::open)
          .as("call %s", n)
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("file=" + newest)
          .hasMessageContaining("try again");
      assertThat(io.openFiles()).isZero();
      assertThat(checkpoints()).isEqualTo(files);
    }
    io.heal();
    try (Engine engine = open()) {
      assertThat(engine.checkpointStatus().position()).isEqualTo(new Position(6));
      assertThat(engine.view("pages").count()).isEqualTo(3);
    }
    assertThat(checkpoints()).isEqualTo(files);
  }
}
