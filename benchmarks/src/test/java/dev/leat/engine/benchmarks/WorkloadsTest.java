package dev.leat.engine.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that is compared computes the same. */
class WorkloadsTest {
  private static final int EVENTS = 30_000;

  @ParameterizedTest
  @EnumSource
  void allWaysOfComputingItGiveTheSame(Order order) throws Exception {
    Events events = Events.of(EVENTS, order);
    EncodedEvents encoded = new EncodedEvents(events);
    try (DuckDb duckDb = new DuckDb(events)) {
      for (Workload workload : Workload.values()) {
        duckDb.recompute(workload);
        List<String> expected = duckDb.rows(workload);
        assertThat(expected).isNotEmpty();

        EncodedRun run = new EncodedRun(workload, encoded);
        run.pass();
        assertThat(run.rows()).isEqualTo(expected);

        assertThat(HandWritten.recompute(workload, encoded).rows()).isEqualTo(expected);
        assertThat(HandWritten.maintain(workload, encoded).rows()).isEqualTo(expected);

        try (RecordsRun records = new RecordsRun(workload.pipeline())) {
          records.pass(RecordsRun.clicks(events));
          assertThat(records.rows(workload)).isEqualTo(expected);
        }
      }
    }
  }
}
