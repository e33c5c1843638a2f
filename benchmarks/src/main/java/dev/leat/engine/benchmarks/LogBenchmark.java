package dev.leat.engine.benchmarks;

import dev.leat.engine.Engine;
import dev.leat.engine.NdjsonResult;
import dev.leat.engine.Position;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time an event with the log on disk and the views of all three workloads: NDJSON in, and opening a
 * directory again.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NdjsonText.COUNT)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {
      "-Xms2g",
      "-Xmx2g",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"
    })
public class LogBenchmark {
  /** An engine on a new directory for each invocation. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls setUp first.
  public static class Ingestion {
    int count = NdjsonText.COUNT;
    private byte[] text;
    private Path directory;
    private Engine engine;

    /** Makes the text. */
    @Setup
    public void setUp() {
      text = NdjsonText.of(Events.of(count, Order.TIMED));
    }

    /** Opens an engine. */
    @Setup(Level.Invocation)
    public void open() throws IOException {
      directory = Files.createTempDirectory("leat-benchmark");
      engine = Engine.open(directory, Workload.all());
    }

    Engine engine() {
      return engine;
    }

    /** Closes it and deletes the directory. */
    @TearDown(Level.Invocation)
    public void close() throws IOException {
      engine.close();
      delete(directory);
    }
  }

  /** A directory with a log. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // JMH calls setUp first.
  public static class Replay {
    int count = NdjsonText.COUNT;
    private Path directory;

    /** Writes the log. */
    @Setup
    public void setUp() throws IOException {
      directory = Files.createTempDirectory("leat-benchmark");
      try (Engine engine = Engine.open(directory, Workload.all())) {
        engine.ndjson("clicks").append(NdjsonText.of(Events.of(count, Order.TIMED)));
      }
    }

    /** Deletes the directory. */
    @TearDown
    public void tearDown() throws IOException {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }

  /** NDJSON into the log and the views, the engine stepping on its own thread. */
  @Benchmark
  public Position ndjsonToViews(Ingestion state) throws IOException {
    NdjsonResult result =
        state.engine.ndjson("clicks").append(new ByteArrayInputStream(state.text), progress -> {});
    for (Workload workload : Workload.values()) {
      state.engine.view(workload.name()).await(result.position());
    }
    return result.position();
  }

  /** Opens the directory, which brings the views to the end of the log, and closes it. */
  @Benchmark
  public Position replay(Replay state) {
    try (Engine engine = Engine.open(state.directory, Workload.all())) {
      return engine.position();
    }
  }
}
