package dev.leat.engine.iceberg;

import static dev.leat.engine.iceberg.WrittenTable.reader;
import static dev.leat.engine.iceberg.WrittenTable.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.source.SourceReading;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources at the edges of what they are for: large rows, far times, tables that are exchanged. */
class SourceEdgesTest {
  private static final Schema ROWS =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("text", Type.STRING, true),
              new Field("at", Type.INSTANT, true)));

  @TempDir private Path temp;

  private WrittenTable table() {
    return WrittenTable.of(temp.resolve("lake"), ROWS);
  }

  private static Row row(long id) {
    return Row.of(ROWS, id, "text " + id, Instant.EPOCH.plusSeconds(id));
  }

  private static List<Row> some(long from, long to) {
    return LongStream.range(from, to).mapToObj(SourceEdgesTest::row).toList();
  }

  @Test
  void whatAFollowerKnowsOfATableIsNotTakenForAnotherOfThatName() {
    Lake lake = Lake.local(temp.resolve("lake"));
    try (Engine engine = reader(ROWS)) {
      SourceReading reading =
          new SourceReading(IcebergSource.of(lake, "web.rows").table(), engine, "rows");
      try (WrittenTable first = table()) {
        for (int i = 0; i < 3; i++) {
          first.add(some(10L * i, 10L * i + 10));
        }
        assertThat(reading.pass().rowsAppended()).isEqualTo(30);
      }
      try (LakeCatalog catalog = lake.catalog()) {
        assertThat(catalog.tables().dropTable(TableIdentifier.parse("web.rows"))).isTrue();
      }
      // It has more commits than the first had.
      try (WrittenTable second = table()) {
        for (int i = 0; i < 4; i++) {
          second.add(some(100 + 10L * i, 110 + 10L * i));
        }
        assertThat(rows(engine, SourceProgress.of(reading.pass()))).hasSize(70);
      }
    }
  }

  @Test
  void whatHadNothingForTheStreamIsNotNeededAfterARestart() {
    TableCare care = TableCare.of(Lake.local(temp.resolve("lake")), "web.rows");
    Path directory = temp.resolve("engine");
    try (WrittenTable table = table()) {
      IcebergSource source = table.source().until("at", Instant.EPOCH.plusSeconds(1000));
      for (int i = 0; i < 5; i++) {
        table.add(some(10L * i, 10L * i + 10));
      }
      for (int opening = 0; opening < 3; opening++) {
        try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS))) {
          SourceProgress read = source.readInto(engine, "rows");
          assertThat(read.rowsAppended()).isEqualTo(opening == 0 ? 50 : 0);
          for (int i = 0; i < 5; i++) {
            table.add(some(1000 + i, 1001 + i));
          }
          assertThat(care.compact().filesAfter()).isPositive();
          assertThat(source.readInto(engine, "rows").rowsAppended()).isZero();
          assertThat(source.readInto(engine, "rows").rowsRead()).isZero();
        }
        assertThat(care.expireSnapshots(Duration.ZERO, 1)).isPositive();
      }
      table.add(some(50, 60));
      try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS))) {
        assertThat(rows(engine, source.readInto(engine, "rows"))).isEqualTo(some(0, 60));
      }
    }
  }

  @Test
  void boundsThatLetNothingInMayBeMended() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 10));
      SourceProgress none =
          table.source().until("at", Instant.EPOCH.minusSeconds(1)).readInto(engine, "rows");
      assertThat(none.rowsAppended()).isZero();
      IcebergSource mended = table.source().from("at", Instant.EPOCH.plusSeconds(5));
      assertThat(rows(engine, mended.readInto(engine, "rows"))).isEqualTo(some(5, 10));
    }
  }

  @Test
  void boundsMayBeAnyTimesThatColumnsHave() {
    Instant early = Instant.parse("0001-01-01T00:00:00Z");
    Instant late = Instant.parse("9999-12-31T23:59:59.999999Z");
    Row first = Row.of(ROWS, 1L, "early", early);
    Row last = Row.of(ROWS, 3L, "late", late);
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(List.of(first));
      table.add(List.of(row(2)));
      table.add(List.of(last));
      SourceProgress until = table.source().until("at", late).readInto(engine, "rows");
      assertThat(rows(engine, until)).containsExactly(first, row(2));
      assertThat(until.filesSkipped()).isEqualTo(1);
      SourceProgress from =
          table
              .source()
              .named("from")
              .between("at", late, late.plusNanos(1))
              .readInto(engine, "rows");
      assertThat(rows(engine, from)).containsExactly(first, row(2), last);
      assertThat(from.filesSkipped()).isEqualTo(2);
      assertThatThrownBy(() -> table.source().until("at", Instant.MAX))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no time of a table can be so far away");
    }
  }

  @Test
  void aLargeRowBehindOthersComesInAnAppendOfItsOwn() {
    Row some = Row.of(ROWS, 1L, "y".repeat(1_300_000), null);
    Row large = Row.of(ROWS, 2L, "x".repeat(16_000_000), null);
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(List.of(some));
      table.add(List.of(large));
      assertThat(rows(engine, table.source().readInto(engine, "rows")))
          .containsExactly(some, large);
    }
  }

  @Test
  void whoIsToldOfProgressMayCloseTheFollower() throws Exception {
    CompletableFuture<SourceFollower> started = new CompletableFuture<>();
    CompletableFuture<Long> closed = new CompletableFuture<>();
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 9000));
      IcebergSource source =
          table
              .source()
              .tellingProgress(
                  told -> {
                    if (told.rowsAppended() > 0) {
                      started.join().close();
                      closed.complete(told.rowsAppended());
                    }
                  });
      SourceFollower follower = source.followInto(engine, "rows", Duration.ofHours(1));
      started.complete(follower);
      assertThat(closed.get(1, TimeUnit.MINUTES)).isEqualTo(4096);
      follower.close();
      assertThat(follower.progress().rowsAppended()).isEqualTo(4096);
    }
  }

  @Test
  void tablesOfMetadataAreNoSources() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 1));
      IcebergSource files = IcebergSource.of(Lake.local(temp.resolve("lake")), "web.rows.files");
      assertThatThrownBy(() -> files.readInto(engine, "rows"))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
          .hasMessageContaining("web.rows.files");
    }
  }
}
