package dev.leat.engine.benchmarks;

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
 * Time an event of windows, from encoded batches in the order of time: the engine, and beside it
 * loops written for the query. Each invocation builds its state anew.
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
public class WindowBenchmark {
  /** Which query, and who computes it. */
  @Param public WindowQuery query;

  int count = Events.COUNT;
  private EncodedEvents events;

  /** Makes the batches. */
  @Setup
  public void setUp() {
    events = new EncodedEvents(Events.of(count, Order.TIMED));
  }

  /** All events. */
  @Benchmark
  public long pass() {
    return query.pass(events);
  }
}
