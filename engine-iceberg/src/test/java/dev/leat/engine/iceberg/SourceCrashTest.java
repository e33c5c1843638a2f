package dev.leat.engine.iceberg;

import static dev.leat.engine.iceberg.WrittenTable.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.iceberg.internal.source.ReadingProgress;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wherever a reading fails, or its process dies, the next one goes on: each row is there once. */
class SourceCrashTest {
  static final Schema ROWS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("text", Type.STRING, false)));
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final List<String> STEPS =
      List.of("before a file is read", "before rows are appended", "after rows were appended");

  @TempDir private Path temp;

  private static List<Row> some(long from, long to) {
    return LongStream.range(from, to).mapToObj(id -> Row.of(ROWS, id, "text " + id)).toList();
  }

  private WrittenTable table() {
    WrittenTable table = WrittenTable.of(temp.resolve("lake"), ROWS, Partition.bucket("id", 2));
    table.add(some(0, 9000));
    table.add(some(9000, 18_000));
    return table;
  }

  @Test
  void aReadingThatFailsAnywhereIsContinued() {
    Random random = new Random(5);
    try (WrittenTable table = table()) {
      long rows = 18_000;
      Path directory = temp.resolve("engine");
      for (int failure = 0; failure < 24; failure++) {
        String step = STEPS.get(failure % STEPS.size());
        int[] left = {1 + random.nextInt(2)};
        IcebergSource failing =
            table
                .source()
                .telling(
                    UnforcedSteps.of(
                        at -> {
                          if (at.equals(step) && --left[0] == 0) {
                            throw new IllegalStateException("planted");
                          }
                        }));
        try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS))) {
          // In one life of the engine it is tried again, in another one not.
          for (int attempt = random.nextInt(2); attempt < 2; attempt++) {
            try {
              SourceProgress unused = failing.readInto(engine, "rows");
            } catch (IllegalStateException e) {
              assertThat(e).hasMessage("planted");
            }
          }
        }
        if (failure % 6 == 5) {
          table.add(some(rows, rows + 5000));
          rows += 5000;
        }
      }
      try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS))) {
        assertThat(rows(engine, table.source().readInto(engine, "rows"))).isEqualTo(some(0, rows));
      }
    }
  }

  private String run(String step, int occurrence) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
            "-cp",
            System.getProperty("java.class.path"),
            KilledSource.class.getName(),
            temp.resolve("engine").toString(),
            temp.resolve("lake").toString(),
            step,
            Integer.toString(occurrence)));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    int status = process.onExit().join().exitValue();
    assertThat(status).isEqualTo(step.isEmpty() ? 0 : KilledSource.KILLED);
    return said.strip();
  }

  @Test
  void aHostThatIsKilledMidwayGoesOn() throws IOException {
    try (WrittenTable table = table()) {
      assertThat(run("before rows are appended", 2)).isEmpty();
      assertThat(run("after rows were appended", 1)).isEmpty();
      table.add(some(18_000, 19_000));
      assertThat(run("before a file is read", 2)).isEmpty();
      assertThat(run("", 0)).startsWith("19000 rows, ");
      assertThat(run("", 0)).isEqualTo("19000 rows, 0 of them now");
      try (Engine engine = Engine.open(temp.resolve("engine"), WrittenTable.keeping(ROWS))) {
        assertThat(rows(engine, SourceProgress.of(ReadingProgress.NONE)))
            .isEqualTo(some(0, 19_000));
      }
    }
  }

  @Test
  void anEngineWithoutSpaceIsGivenTheRestLater() {
    Path directory = temp.resolve("engine");
    Pipeline pipeline = WrittenTable.keeping(ROWS);
    EngineSettings small = EngineSettings.defaults().withStateBytes(1L << 20);
    try (WrittenTable table = table()) {
      try (Engine engine = Engine.open(directory, pipeline, small)) {
        assertThatThrownBy(() -> table.source().readInto(engine, "rows"))
            .isInstanceOfSatisfying(
                EngineException.class,
                e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.FULL));
        long held = engine.acceptedRows().get("rows");
        assertThat(held).isBetween(1L, 17_999L);
        // It is tried again and again, and no row is there twice for that.
        try (SourceFollower follower =
            table.source().followInto(engine, "rows", Duration.ofMillis(100))) {
          assertThatThrownBy(() -> follower.awaitCaughtUp(Duration.ofMillis(300)))
              .hasMessageContaining("has not caught up in time")
              .hasMessageContaining("last_failure=");
        }
        assertThat(engine.acceptedRows()).containsEntry("rows", held);
      }
      try (Engine engine = Engine.open(directory, pipeline);
          SourceFollower follower =
              table.source().followInto(engine, "rows", Duration.ofMillis(100))) {
        assertThat(rows(engine, follower.awaitCaughtUp(PATIENCE))).isEqualTo(some(0, 18_000));
      }
    }
  }

  @Test
  void aHostThatStepsReadsToo() {
    try (WrittenTable table = table();
        Engine engine =
            Engine.inMemory(
                WrittenTable.keeping(ROWS),
                EngineSettings.defaults().withThreading(Threading.HOST).withEpochRows(1000))) {
      SourceProgress read = table.source().readInto(engine, "rows");
      while (engine.step() > 0) {
        assertThat(engine.position()).isLessThanOrEqualTo(read.position());
      }
      assertThat(rows(engine, SourceProgress.of(ReadingProgress.NONE))).isEqualTo(some(0, 18_000));
      assertThat(table.source().readInto(engine, "rows").rowsAppended()).isZero();
    }
  }
}
