package dev.leat.engine.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
 * Time an event to enrich it by five dimensions, one through another, from encoded batches: 28
 * columns of 2 M events, 20 K users, 100 K sessions. The dimensions are there before.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(EnrichmentBenchmark.EVENTS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms8g", "-Xmx8g"})
@SuppressWarnings("NullAway.Init") // JMH calls the set-ups first.
public class EnrichmentBenchmark {
  static final int EVENTS = 2_000_000;

  /** Who enriches, and how. */
  @Param public Enrichment enrichment;

  int count = EVENTS;
  private EnrichmentData data;
  private Enrichment.Prepared prepared;

  /** Makes the batches. */
  @Setup
  public void setUp() {
    data = new EnrichmentData(count);
  }

  /** Takes the dimensions in; a pass takes a second, beside which this call is nothing. */
  @Setup(Level.Invocation)
  public void prepare() {
    prepared = enrichment.prepare(data);
  }

  /** All events. */
  @Benchmark
  public long pass() {
    return prepared.pass();
  }
}
