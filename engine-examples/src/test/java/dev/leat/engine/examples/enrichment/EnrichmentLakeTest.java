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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of the joined events has the rows of the view, each once, as DuckDB reads it. */
class EnrichmentLakeTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int COMMIT_ROWS = 150;

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

  /** Lines of some generated rows in an order in which much is corrected. */
  private static List<SampleRows.Sent> lines(int events) {
    List<SampleRows.Sent> lines = new ArrayList<>();
    GeneratedRows rows = new GeneratedRows(events);
    while (rows.hasNext()) {
      for (SampleRows.Sent sent : rows.next()) {
        sent.ndjson()
            .lines()
            .forEach(line -> lines.add(new SampleRows.Sent(sent.input(), line + "\n")));
      }
    }
    Collections.shuffle(lines, new Random(3));
    return lines;
  }

  @Test
  void whatIsCorrectedInTheViewIsCorrectedInTheTable() throws SQLException {
    List<SampleRows.Sent> lines = lines(400);
    Path data = temp.resolve("data");
    int half = lines.size() / 2;
    for (List<SampleRows.Sent> some :
        List.of(lines.subList(0, half), lines.subList(half, lines.size()))) {
      try (Engine engine = Engine.open(data, EnrichmentPipeline.define(table()))) {
        Position last = engine.position();
        for (int from = 0; from < some.size(); from += COMMIT_ROWS) {
          List<SampleRows.Sent> commit =
              some.subList(from, Math.min(some.size(), from + COMMIT_ROWS));
          last = GeneratedRun.send(engine, commit, last);
          Engine unused = engine.awaitSink("lake", last, PATIENCE);
          assertIsTheView(engine);
        }
      }
    }
    Map<List<Object>, Integer> all = ofFiles();
    assertThat(all).hasSize(400);
    Map<String, String> summary = LakeFiles.look(table(), t -> t.currentSnapshot().summary());
    assertThat(summary)
        .as("some rows are deleted by vectors")
        .containsKey("total-delete-files")
        .doesNotContainEntry("total-delete-files", "0");
    assertThat(table().care().expireSnapshots(Duration.ZERO, 1)).isPositive();
    assertThat(ofFiles()).isEqualTo(all);
  }
}
