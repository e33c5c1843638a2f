package dev.leat.engine.benchmarks;

import dev.leat.engine.Pipeline;
import dev.leat.engine.internal.state.StoredRows;
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

/**
 * Time an event, from encoded batches: the engine's operators and view, and hand-written loops.
 * Each invocation takes all events through and, but for {@link #engineWarm}, builds its state anew.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(Events.COUNT)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first.
public class EncodedBenchmark {
  /** Which query. */
  @Param public Workload workload;

  /** In which order the events come. */
  @Param public Order order;

  int count = Events.COUNT;
  private EncodedEvents events;
  private Pipeline pipeline;
  private EncodedRun warm;

  /** Makes the batches, defines the pipeline, and makes a run that has seen them all. */
  @Setup
  public void setUp() {
    events = new EncodedEvents(Events.of(count, order));
    pipeline = workload.pipeline();
    warm = new EncodedRun(workload, events);
    warm.pass();
  }

  /** Operators and view, state included. */
  @Benchmark
  public StoredRows engine() {
    return new EncodedRun(workload, pipeline, events).pass();
  }

  /** The same events once more over the state that there is. */
  @Benchmark
  public StoredRows engineWarm() {
    return warm.pass();
  }

  /** A loop that has its result at the end. */
  @Benchmark
  public Object handWritten() {
    return HandWritten.recompute(workload, events);
  }

  /** A loop that brings its result up to date after each batch. */
  @Benchmark
  public Object handMaintained() {
    return HandWritten.maintain(workload, events);
  }
}
