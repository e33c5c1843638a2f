package dev.leat.engine.benchmarks;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Time an event when DuckDB computes the query over the whole table, on one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Events.COUNT)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first.
public class DuckDbBenchmark {
  /** Which query. */
  @Param public Workload workload;

  /** In which order the events lie in the table. */
  @Param public Order order;

  int count = Events.COUNT;
  private DuckDb duckDb;

  /** Fills the table. */
  @Setup
  public void setUp() throws SQLException {
    duckDb = new DuckDb(Events.of(count, order));
  }

  /** Computes the query into a new table. */
  @Benchmark
  public Object recompute() throws SQLException {
    duckDb.recompute(workload);
    return duckDb;
  }

  /** Drops the table. */
  @TearDown
  public void tearDown() throws SQLException {
    duckDb.close();
  }
}
