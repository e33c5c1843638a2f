package dev.leat.engine.benchmarks;

import java.util.List;
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
import org.openjdk.jmh.annotations.Warmup;

/** Time an event, from Java records through the public API, on one thread. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Events.COUNT)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms4g", "-Xmx4g"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first.
public class RecordsBenchmark {
  /** Which query. */
  @Param public Workload workload;

  /** In which order the events come. */
  @Param public Order order;

  int count = Events.COUNT;
  private List<Click> clicks;

  /** Makes the records. */
  @Setup
  public void setUp() {
    clicks = RecordsRun.clicks(Events.of(count, order));
  }

  /** A new engine in memory, appended to and stepped. */
  @Benchmark
  public long engine() {
    try (RecordsRun run = new RecordsRun(workload.pipeline())) {
      return run.pass(clicks);
    }
  }
}
