package dev.leat.engine.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each benchmark's code runs, on little data. */
class BenchmarksTest {
  private static final int EVENTS = 5_000;

  @ParameterizedTest
  @EnumSource
  void encodedBatches(Workload workload) {
    EncodedBenchmark benchmark = new EncodedBenchmark();
    benchmark.workload = workload;
    benchmark.order = Order.TIMED;
    benchmark.count = EVENTS;
    benchmark.setUp();
    assertThat(benchmark.engine().totalWeight()).isPositive();
    assertThat(benchmark.engineWarm().totalWeight()).isEqualTo(benchmark.engine().totalWeight());
    assertThat(((HandWritten) benchmark.handWritten()).rows())
        .isEqualTo(((HandWritten) benchmark.handMaintained()).rows());
  }

  @ParameterizedTest
  @EnumSource
  void windows(WindowQuery query) {
    WindowBenchmark benchmark = new WindowBenchmark();
    benchmark.query = query;
    benchmark.count = EVENTS;
    benchmark.setUp();
    assertThat(benchmark.pass()).isPositive();
  }

  @ParameterizedTest
  @EnumSource
  void enrichments(Enrichment enrichment) {
    EnrichmentBenchmark benchmark = new EnrichmentBenchmark();
    benchmark.enrichment = enrichment;
    benchmark.count = EVENTS;
    benchmark.setUp();
    benchmark.prepare();
    assertThat(benchmark.pass()).isEqualTo(EVENTS);
  }

  @ParameterizedTest
  @EnumSource
  void records(Workload workload) {
    RecordsBenchmark benchmark = new RecordsBenchmark();
    benchmark.workload = workload;
    benchmark.order = Order.SHUFFLED;
    benchmark.count = EVENTS;
    benchmark.setUp();
    assertThat(benchmark.engine()).isEqualTo(EVENTS);
  }

  @ParameterizedTest
  @EnumSource
  void duckDb(Workload workload) throws Exception {
    DuckDbBenchmark benchmark = new DuckDbBenchmark();
    benchmark.workload = workload;
    benchmark.order = Order.TIMED;
    benchmark.count = EVENTS;
    benchmark.setUp();
    try {
      assertThat(benchmark.recompute()).isNotNull();
    } finally {
      benchmark.tearDown();
    }
  }

  @Test
  void sessionWindows() {
    EncodedEvents events = new EncodedEvents(Events.of(EVENTS, Order.TIMED));
    EncodedEvents shuffled = new EncodedEvents(Events.of(EVENTS, Order.SHUFFLED));
    List<String> expected = SessionWindowBench.handWritten(events).rows();
    assertThat(expected).hasSizeGreaterThan(100);
    assertThat(SessionWindowBench.engineRows(events)).isEqualTo(expected);
    assertThat(SessionWindowBench.engineRows(shuffled)).isEqualTo(expected);
  }

  @Test
  void ndjson() throws Exception {
    NdjsonBenchmark benchmark = new NdjsonBenchmark();
    benchmark.count = EVENTS;
    benchmark.setUp();
    assertThat(benchmark.decode()).isEqualTo(EVENTS);
  }

  @Test
  void ndjsonIntoTheLogGivesTheSameViews() throws Exception {
    LogBenchmark.Ingestion state = new LogBenchmark.Ingestion();
    state.count = EVENTS;
    state.setUp();
    state.open();
    EncodedEvents expected = new EncodedEvents(Events.of(EVENTS, Order.TIMED));
    try {
      new LogBenchmark().ndjsonToViews(state);
      for (Workload workload : Workload.values()) {
        assertThat(RecordsRun.rows(state.engine(), workload))
            .isEqualTo(HandWritten.recompute(workload, expected).rows());
      }
    } finally {
      state.close();
    }
  }

  @Test
  void replay() throws Exception {
    LogBenchmark.Replay state = new LogBenchmark.Replay();
    state.count = EVENTS;
    state.setUp();
    try {
      assertThat(new LogBenchmark().replay(state).value()).isPositive();
    } finally {
      state.tearDown();
    }
  }

  @Test
  void firstResult() {
    assertThat(FirstResult.run()).isPositive();
  }

  @Test
  void lakeWriters() throws Exception {
    LakeWriterBenchmark benchmark = new LakeWriterBenchmark();
    benchmark.count = EVENTS;
    benchmark.setUp();
    try {
      assertThat(LakeWriters.bytes(benchmark.leat())).isPositive();
      assertThat(LakeWriters.bytes(benchmark.leatPartitioned())).isPositive();
      assertThat(LakeWriters.bytes(benchmark.duckDbCopy())).isPositive();
    } finally {
      benchmark.delete();
      benchmark.tearDown();
    }
  }

  @Test
  void lakeWritersInTurnHaveTheSameRows() throws Exception {
    assertThat(LakeWriterSpeed.run(EVENTS, 1)).hasSize(5);
  }
}
