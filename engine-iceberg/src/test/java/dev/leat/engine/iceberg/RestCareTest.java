package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Care, comparison and sources over a REST catalog and S3. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestCareTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema ROWS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("at", Type.INSTANT, false)));
  private RestFixture fixture;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fixture = RestFixture.start(directory);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whateverIsDoneBesideTheTableIsTheView(boolean isByKey, @TempDir Path temp) {
    // An object has the second in which it was made.
    RandomCare.Place place =
        new RandomCare.Place(fixture.lake(), fixture::file, temp, Duration.ofSeconds(2));
    long first = Long.getLong("random.seed", 1);
    for (long seed = first; seed < first + Integer.getInteger("cares", 1); seed++) {
      new RandomCare(place, seed, isByKey).live(2, 2);
    }
  }

  private static Row row(long id) {
    return Row.of(ROWS, id, Instant.EPOCH.plusSeconds(id));
  }

  @Test
  void aTableIsReadAndFollowedAndCaredFor() {
    String name = "source.rows";
    IcebergSink sink =
        IcebergSink.append(fixture.lake(), name).telling(UnforcedSteps.of(step -> {}));
    IcebergSource source =
        IcebergSource.of(fixture.lake(), name).from("at", Instant.EPOCH.plusSeconds(5));
    TableCare care = TableCare.of(fixture.lake(), name);
    try (Engine writer =
            Engine.inMemory(
                Pipeline.define(
                    p ->
                        p.stream("rows", ROWS)
                            .acceptGrowth("a test")
                            .materialize("rows")
                            .to("lake", sink)));
        Engine reader = WrittenTable.reader(ROWS)) {
      assertThatThrownBy(() -> source.readInto(reader, "rows"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has no table");
      for (long id = 0; id < 10; id++) {
        writer.awaitSink("lake", writer.stream("rows").append(row(id)), PATIENCE);
      }
      SourceProgress read = source.readInto(reader, "rows");
      assertThat(read.rowsAppended()).isEqualTo(5);
      assertThat(read.filesSkipped()).isEqualTo(5);
      assertThat(care.compact()).isEqualTo(new TableCare.Compacted(10, 1, 10, 0));
      writer.awaitSink("lake", writer.stream("rows").append(List.of(row(10), row(3))), PATIENCE);
      assertThat(care.expireSnapshots(Duration.ZERO, 2)).isPositive();
      assertThat(care.removeOrphans(Duration.ofHours(1))).isEmpty();
      List<Row> expected = LongStream.range(5, 11).mapToObj(RestCareTest::row).toList();
      assertThat(WrittenTable.rows(reader, source.readInto(reader, "rows"))).isEqualTo(expected);
      try (SourceFollower follower = source.followInto(reader, "rows", Duration.ofMillis(100))) {
        writer.awaitSink("lake", writer.stream("rows").append(row(11)), PATIENCE);
        assertThat(WrittenTable.rows(reader, follower.awaitCaughtUp(PATIENCE))).hasSize(7);
      }
      assertThat(sink.reconcile(writer, "rows", "lake", PATIENCE).rowsOfTable()).isEqualTo(13);
      try (LakeCatalog catalog = fixture.lake().catalog()) {
        assertThat(LiveFiles.missing(catalog.tables().loadTable(TableIdentifier.parse(name))))
            .isEmpty();
      }
    }
  }
}
