package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.json.JsonLimits;
import dev.leat.engine.internal.json.NdjsonDecoder;
import dev.leat.engine.internal.json.NdjsonReader;
import dev.leat.engine.plan.Schema;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Time an event to decode NDJSON into columns, with nothing behind. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(NdjsonText.COUNT)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g"})
@SuppressWarnings("NullAway.Init") // JMH calls setUp first.
public class NdjsonBenchmark {
  int count = NdjsonText.COUNT;
  private byte[] text;
  private Schema schema;

  /** Makes the text. */
  @Setup
  public void setUp() {
    text = NdjsonText.of(Events.of(count, Order.TIMED));
    schema = Workload.all().plan().input("clicks").schema();
  }

  /** Decodes all of it; returns how many rows. */
  @Benchmark
  public long decode() throws IOException {
    NdjsonReader reader = new NdjsonReader(new NdjsonDecoder(schema, JsonLimits.DEFAULT));
    StagedRows rows = new StagedRows(schema, new Hashing(1));
    return reader
        .read(
            new ByteArrayInputStream(text),
            rows,
            (reason, line, from, to) -> {
              throw new IllegalStateException(reason);
            },
            (taken, progress) -> {
              taken.clear();
              return taken;
            })
        .accepted();
  }
}
