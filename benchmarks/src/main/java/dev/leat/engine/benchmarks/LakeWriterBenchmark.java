package dev.leat.engine.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * Rows a second that one thread writes to Parquet, twelve columns, zstd level 3: our sink into an
 * Iceberg table, from batches as an engine hands them over to the end of the commit, and DuckDB's
 * {@code COPY} from a table in memory. {@link LakeWriterSpeed} runs them in turn in one JVM.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(LakeWriterBenchmark.ROWS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsAppend = {
      "-Xms3g",
      "-Xmx3g",
      "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
      "--add-opens=java.base/java.lang=ALL-UNNAMED",
      "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
      "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED"
    })
@SuppressWarnings("NullAway.Init") // JMH calls setUp first.
public class LakeWriterBenchmark {
  static final int ROWS = 1_000_000;

  int count = ROWS;
  private LakeWriters writers;
  private final List<Path> written = new ArrayList<>();

  /** Makes the rows. */
  @Setup
  public void setUp() throws IOException, SQLException {
    writers = new LakeWriters(new LakeRows(Events.of(count, Order.TIMED)));
  }

  /** A table without partitions. */
  @Benchmark
  public Path leat() {
    return kept(writers.leat());
  }

  /** A table with partitions by day and type of event. */
  @Benchmark
  public Path leatPartitioned() {
    return kept(writers.leatPartitioned());
  }

  /** A file of DuckDB's. */
  @Benchmark
  public Path duckDbCopy() throws SQLException, IOException {
    return kept(writers.duckDb());
  }

  private Path kept(Path path) {
    written.add(path);
    return path;
  }

  /** Deletes what was written. */
  @TearDown(Level.Iteration)
  public void delete() {
    written.forEach(LakeWriters::delete);
    written.clear();
  }

  /** Deletes everything. */
  @TearDown
  public void tearDown() throws SQLException {
    writers.close();
  }
}
