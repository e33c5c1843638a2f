package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import dev.leat.engine.iceberg.internal.write.IcebergSession;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableCareTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TABLE = "web.events";
  private static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("kind", Type.STRING, true),
              new Field("amount", Type.decimal(30, 2), true),
              new Field("tags", Type.array(Type.array(Type.STRING)), true)));

  @TempDir private Path temp;

  private LocalLake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private Pipeline pipeline() {
    IcebergSink sink =
        IcebergSink.append(lake(), TABLE)
            .partitionedBy(Partition.identity("kind"))
            .telling(UnforcedSteps.of(step -> {}));
    return Pipeline.define(p -> p.stream("rows", SCHEMA).to("lake", sink));
  }

  private static Row row(long id) {
    return Row.of(
        SCHEMA,
        id,
        id % 3 == 0 ? null : "kind " + id % 3,
        id % 2 == 0 ? null : new BigDecimal("1234567890123456789012.50"),
        id % 5 == 0 ? null : Arrays.asList(List.of(), null, Arrays.asList("a" + id, null)));
  }

  /** One commit for each of some rows. */
  private static void commits(Engine engine, long from, long to) {
    for (long id = from; id < to; id++) {
      Position at = engine.stream("rows").append(row(id));
      engine.awaitSink("lake", at, PATIENCE);
    }
  }

  private TableFiles table() {
    return TableFiles.of(lake(), TABLE);
  }

  private List<List<Object>> rows() {
    return table().query("SELECT id, kind, amount::VARCHAR, tags::VARCHAR FROM FILES ORDER BY id");
  }

  private String place() {
    return table().properties().get(IcebergSession.property("lake"));
  }

  /** The files of a table's folder, made as if they had been written two days ago. */
  private static long age(Path directory) throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
    long files = 0;
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path unused = Files.setLastModifiedTime(file, old);
        files++;
      }
    }
    return files;
  }

  @Test
  void smallFilesArePutTogetherBesideARunningSink() {
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline())) {
      commits(engine, 0, 18);
      List<List<Object>> before = rows();
      assertThat(table().files()).hasSize(18);
      String placeBefore = place();

      TableCare.Compacted done = TableCare.of(lake(), TABLE).compact();

      assertThat(done).isEqualTo(new TableCare.Compacted(18, 3, 18, 0));
      assertThat(table().files()).hasSize(3);
      assertThat(rows()).isEqualTo(before);
      assertThat(place()).isEqualTo(placeBefore);
      commits(engine, 18, 20);
      assertThat(engine.sinkStatus("lake").failure()).isEmpty();
    }
    assertThat(rows()).hasSize(20);
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline())) {
      assertThat(engine.sinkStatus("lake").committed().orElseThrow().value()).isEqualTo(20);
    }
    assertThat(TableCare.of(lake(), TABLE).compact().filesBefore()).isZero();
  }

  @Test
  void columnsThatCameLaterAreNullInWhatWasThereBefore() {
    try (Engine engine = Engine.inMemory(pipeline())) {
      commits(engine, 0, 15);
    }
    List<List<Object>> before = rows();
    try (LakeCatalog catalog = lake().catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
      table
          .updateSchema()
          .renameColumn("amount", "price")
          .addColumn("note", Types.StringType.get())
          .commit();
    }
    assertThat(TableCare.of(lake(), TABLE).compact().filesAfter()).isEqualTo(3);
    assertThat(
            table()
                .query(
                    "SELECT id, kind, price::VARCHAR, tags::VARCHAR FROM FILES WHERE note IS NULL"
                        + " ORDER BY id"))
        .isEqualTo(before);
  }

  @Test
  void columnsOfAnotherTypeAreLeftAlone() {
    try (Engine engine = Engine.inMemory(pipeline())) {
      commits(engine, 0, 15);
    }
    List<List<Object>> before = rows();
    try (LakeCatalog catalog = lake().catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
      table.updateSchema().makeColumnOptional("id").commit();
    }
    assertThat(TableCare.of(lake(), TABLE).compact())
        .isEqualTo(new TableCare.Compacted(0, 0, 0, 15));
    assertThat(rows()).isEqualTo(before);
  }

  @Test
  void oldSnapshotsGoAndThePlaceStays() {
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline())) {
      commits(engine, 0, 6);
      TableCare care = TableCare.of(lake(), TABLE);
      assertThat(care.expireSnapshots(Duration.ofDays(1), 1)).isZero();
      String placeBefore = place();
      assertThat(care.expireSnapshots(Duration.ZERO, 2)).isEqualTo(4);
      assertThat(table().summaries()).hasSize(2);
      assertThat(place()).isEqualTo(placeBefore);
      commits(engine, 6, 8);
    }
    assertThat(rows()).hasSize(8);
  }

  @Test
  void agedFilesThatNoVersionHasAreRemoved() throws Exception {
    TableCare care = TableCare.of(lake(), TABLE);
    Path folder = temp.resolve("lake/warehouse/web/events");
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline())) {
      commits(engine, 0, 6);
      Path young = Files.writeString(folder.resolve("data/young.parquet"), "x");
      Path elsewhere = Files.writeString(temp.resolve("lake/warehouse/web/other.parquet"), "x");
      assertThat(care.removeOrphans(Duration.ofDays(1))).isEmpty();
      long files = age(temp.resolve("lake/warehouse"));
      Path old = young.resolveSibling("old.parquet");
      Path unused = Files.move(young, old);
      young = Files.writeString(folder.resolve("data/young.parquet"), "x");

      assertThat(care.removeOrphans(Duration.ofDays(1))).containsExactly(LocalFileIO.location(old));

      assertThat(old).doesNotExist();
      assertThat(young).exists();
      assertThat(elsewhere).exists();
      assertThat(age(temp.resolve("lake/warehouse"))).isEqualTo(files);
      commits(engine, 6, 8);
    }
    assertThat(rows()).hasSize(8);
    assertThatThrownBy(() -> care.removeOrphans(Duration.ofMinutes(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("younger than an hour");
  }

  @Test
  void aFolderThatHasOtherTablesIsLeftAlone() {
    try (Engine engine = Engine.inMemory(pipeline())) {
      commits(engine, 0, 1);
    }
    IcebergSink within = IcebergSink.append(lake(), TABLE + ".data");
    try (Engine engine =
        Engine.inMemory(Pipeline.define(p -> p.stream("rows", SCHEMA).to("lake", within)))) {
      commits(engine, 0, 1);
    }
    assertThatThrownBy(() -> TableCare.of(lake(), TABLE).removeOrphans(Duration.ofDays(1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("namespace=web.events");
  }

  @Test
  void aScheduleCaresForATableThatIsWrittenTo() {
    TableCare care = TableCare.of(lake(), TABLE);
    long last = 60;
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline())) {
      commits(engine, 0, 1);
      try (CareSchedule schedule =
          CareSchedule.every(
              Duration.ofMillis(100),
              List.of(
                  care::compact,
                  () -> care.expireSnapshots(Duration.ZERO, 1),
                  () -> care.removeOrphans(Duration.ofHours(1))))) {
        long id = 1;
        while (schedule.rounds() < 3 || id < last) {
          commits(engine, id, ++id);
        }
        last = id;
        // A sink that commits without a pause may be in the way of a round.
        schedule
            .lastFailure()
            .ifPresent(e -> assertThat(e).hasMessageContaining("others commit too often"));
      }
    }
    assertThat(table().query("SELECT count(*), count(DISTINCT id), max(id) FROM FILES"))
        .containsExactly(List.of(last, last, last - 1));
  }

  @Test
  void aTableThatIsNotThereIsSaidToBe() {
    TableCare care = TableCare.of(lake(), "web.none");
    assertThatThrownBy(care::compact)
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("is not there");
    assertThatThrownBy(() -> care.removeOrphans(Duration.ofDays(1)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("is not there");
  }
}
