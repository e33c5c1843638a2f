package dev.leat.engine.examples.enrichment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Position;
import dev.leat.engine.examples.BatchEngine;
import dev.leat.engine.examples.LakeFiles;
import dev.leat.engine.examples.LakeTable;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of the joined events has the rows of the view, each once, as DuckDB reads it. */
class EnrichmentLakeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir private Path temp;

  private LakeTable table() {
    return new LakeTable(temp.resolve("lake"), EnrichmentPipeline.TABLE);
  }

  private Map<List<Object>, Integer> ofFiles() throws SQLException {
    try (BatchEngine batch = new BatchEngine()) {
      LakeFiles.load(batch, table(), "joined", "event_time", "ingested_at", "session_start");
      return batch.rows("select * from joined");
    }
  }

  private void assertIsTheView(Engine engine) throws SQLException {
    assertThat(ofFiles())
        .isNotEmpty()
        .isEqualTo(BatchEngine.rows(engine, EnrichmentPipeline.JOINED))
        .allSatisfy((row, count) -> assertThat(count).isEqualTo(1));
  }

  @Test
  void whatIsCorrectedInTheViewIsCorrectedInTheTable() throws SQLException {
    GeneratedRows generated = new GeneratedRows(400);
    Path data = temp.resolve("data");
    for (int opening = 0; opening < 2; opening++) {
      try (Engine engine = Engine.open(data, EnrichmentPipeline.define(table()))) {
        Position last = engine.position();
        for (int i = 0; generated.hasNext() && (i < 20 || opening > 0); i++) {
          last = GeneratedRun.send(engine, generated.next(), last);
          if (i % 5 == 4) {
            Engine unused = engine.awaitSink("lake", last, PATIENCE);
            assertIsTheView(engine);
          }
        }
        Engine unused = engine.awaitSink("lake", last, PATIENCE);
        assertIsTheView(engine);
      }
    }
    assertThat(ofFiles()).hasSize(400);
    int kept = 1;
    assertThat(table().care().expireSnapshots(Duration.ZERO, kept)).isPositive();
    assertThat(ofFiles()).hasSize(400);
  }
}
