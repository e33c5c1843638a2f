package dev.leat.engine.iceberg;

import static dev.leat.engine.iceberg.Partition.bucket;
import static dev.leat.engine.iceberg.Partition.days;
import static dev.leat.engine.iceberg.Partition.identity;
import static dev.leat.engine.iceberg.WrittenTable.reader;
import static dev.leat.engine.iceberg.WrittenTable.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table is read into a stream: its rows, of all types, within bounds, and what is added. */
class IcebergSourceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema CLICKS =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("type", Type.STRING, true),
              new Field("at", Type.INSTANT, true)));

  @TempDir private Path temp;

  private WrittenTable table(Schema schema, Partition... partitions) {
    return WrittenTable.of(temp.resolve("lake"), schema, partitions);
  }

  private static Row click(long id) {
    return Row.of(
        CLICKS,
        id,
        id % 3 == 0 ? null : "t" + id % 3,
        Instant.parse("2026-01-01T00:00:00Z").plusSeconds(60 * id));
  }

  private static List<Row> clicks(long from, long to) {
    return LongStream.range(from, to).mapToObj(IcebergSourceTest::click).toList();
  }

  @Test
  void allRowsComeFirstAndThenWhatIsAdded() {
    try (WrittenTable table = table(CLICKS);
        Engine engine = reader(CLICKS)) {
      table.add(clicks(0, 5000));
      table.add(clicks(5000, 10_000));
      List<Long> told = new ArrayList<>();
      IcebergSource source =
          table.source().tellingProgress(progress -> told.add(progress.rowsAppended()));
      SourceProgress first = source.readInto(engine, "rows");
      assertThat(rows(engine, first)).isEqualTo(clicks(0, 10_000));
      assertThat(first.rowsAppended()).isEqualTo(10_000);
      assertThat(first.filesRead()).isEqualTo(2);
      assertThat(told).isSorted().startsWith(0L).contains(4096L, 8192L).endsWith(10_000L);

      // Nothing is new; then two commits are.
      assertThat(source.readInto(engine, "rows").rowsRead()).isZero();
      table.add(clicks(10_000, 10_003));
      table.add(clicks(10_003, 10_007));
      SourceProgress second = source.readInto(engine, "rows");
      assertThat(second.rowsAppended()).isEqualTo(7);
      assertThat(rows(engine, second)).isEqualTo(clicks(0, 10_007));
      assertThat(second.snapshot())
          .hasValue(table.withTable(t -> t.currentSnapshot().snapshotId()));
    }
  }

  @Test
  void aTableWithoutRowsHasNothingToRead() {
    try (WrittenTable table = table(CLICKS);
        Engine engine = reader(CLICKS)) {
      assertThatThrownBy(() -> table.source().readInto(engine, "rows"))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has no table");
      table.add(clicks(0, 1));
      table.change(t -> t.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit());
      assertThat(table.source().readInto(engine, "rows").position()).isEqualTo(Position.START);
      table.add(clicks(1, 3));
      SourceProgress read = table.source().readInto(engine, "rows");
      assertThat(rows(engine, read)).isEqualTo(clicks(1, 3));
    }
  }

  private static Object[] someOfEachType(Random random) {
    Object[] values = {
      random.nextBoolean(),
      random.nextInt(),
      random.nextLong(),
      random.nextFloat(),
      -random.nextDouble(),
      new BigDecimal("-9999999.99").add(BigDecimal.valueOf(random.nextInt(9))),
      new BigDecimal("-99999999999999.9999").add(BigDecimal.valueOf(random.nextInt(9))),
      new BigDecimal("12345678901234567890.1234567890").negate(),
      random.nextBoolean() ? "" : "Zo\u00eb \uD83D\uDE00",
      Instant.parse("1815-12-10T01:02:03.000004Z").plusSeconds(random.nextInt()),
      LocalDate.parse("1815-12-10").plusDays(random.nextInt(200_000)),
      Duration.ofMillis(random.nextInt()),
      new byte[] {(byte) random.nextInt(), 7},
      random.nextBoolean() ? List.of() : Arrays.asList("a", null, "" + random.nextInt(50)),
      Arrays.asList(List.of(random.nextLong()), null, List.of()),
      Arrays.asList(null, new BigDecimal("-0.001")),
      List.of(Instant.EPOCH.minusMillis(random.nextInt(9))),
      List.of(List.of(BigDecimal.valueOf(random.nextLong(), 3)), List.of())
    };
    return values;
  }

  @Test
  void everyTypeComesBack() {
    Schema schema = EachType.twice(new Field("id", Type.INT, false));
    Random random = new Random(11);
    List<Row> written = new ArrayList<>();
    for (int r = 0; r < 500; r++) {
      Object[] nullable = someOfEachType(random);
      Object[] required = someOfEachType(random);
      Object[] values = new Object[schema.size()];
      values[0] = r;
      for (int i = 0; i < EachType.TYPES.size(); i++) {
        values[2 * i + 1] = random.nextInt(4) == 0 ? null : nullable[i];
        values[2 * i + 2] = required[i];
      }
      written.add(Row.of(schema, values));
    }
    try (WrittenTable table = table(schema, bucket("r8", 3), identity("n0"));
        Engine engine = reader(schema)) {
      table.add(written.subList(0, 200));
      table.add(written.subList(200, 500));
      SourceProgress read = table.source().readInto(engine, "rows");
      assertThat(rows(engine, read)).isEqualTo(written);
    }
  }

  @Test
  void onlyFilesAndRowsOfATimeAreRead() {
    Instant from = Instant.parse("2026-01-02T12:00:00Z");
    Instant until = Instant.parse("2026-01-04T00:00:00Z");
    List<Row> wanted =
        clicks(0, 10_000).stream()
            .filter(r -> !((Instant) r.value("at")).isBefore(from))
            .filter(r -> ((Instant) r.value("at")).isBefore(until))
            .toList();
    try (WrittenTable table = table(CLICKS, days("at"), identity("type"));
        Engine engine = reader(CLICKS)) {
      table.add(clicks(0, 8000));
      table.add(List.of(Row.of(CLICKS, -1L, "t1", null)));
      IcebergSource source = table.source().between("at", from, until);
      SourceProgress read = source.readInto(engine, "rows");
      assertThat(rows(engine, read)).isEqualTo(wanted);
      // Two days of three types; the other days, and the row without a time, are not opened.
      assertThat(read.filesRead()).isEqualTo(6);
      assertThat(read.filesSkipped()).isEqualTo(4 * 3 + 1);
      assertThat(read.rowsRead()).isEqualTo(2 * 24 * 60);

      table.add(clicks(8000, 10_000));
      SourceProgress more = source.readInto(engine, "rows");
      assertThat(more.filesRead()).isZero();
      assertThat(more.filesSkipped()).isPositive();
      // The rest by a second source of the same table.
      IcebergSource older = table.source().until("at", from).named("older");
      IcebergSource newer = table.source().from("at", until).named("newer");
      SourceProgress unused = older.readInto(engine, "rows");
      assertThat(rows(engine, newer.readInto(engine, "rows"))).isEqualTo(clicks(0, 10_000));
    }
  }

  @Test
  void filesWithoutPartitionsAreLeftOutByTheirStatistics() {
    try (WrittenTable table = table(CLICKS);
        Engine engine = reader(CLICKS)) {
      for (int i = 0; i < 5; i++) {
        table.add(clicks(1000L * i, 1000L * (i + 1)));
      }
      Instant from = (Instant) click(2000).value("at");
      SourceProgress read = table.source().from("at", from).readInto(engine, "rows");
      assertThat(rows(engine, read)).isEqualTo(clicks(2000, 5000));
      assertThat(read.filesRead()).isEqualTo(3);
      assertThat(read.filesSkipped()).isEqualTo(2);
    }
  }

  @Test
  void itBeginsBehindASnapshotOrATime() {
    try (WrittenTable table = table(CLICKS)) {
      table.add(clicks(0, 3));
      long first = table.withTable(t -> t.currentSnapshot().snapshotId());
      Instant after =
          Instant.ofEpochMilli(table.withTable(t -> t.currentSnapshot().timestampMillis()));
      table.add(clicks(3, 5));
      table.add(clicks(5, 6));
      List<IcebergSource> sources =
          List.of(table.source().behindSnapshot(first), table.source().committedAfter(after));
      for (IcebergSource source : sources) {
        try (Engine engine = reader(CLICKS)) {
          assertThat(rows(engine, source.readInto(engine, "rows"))).isEqualTo(clicks(3, 6));
          assertThat(source.readInto(engine, "rows").rowsRead()).isZero();
        }
      }
      try (Engine engine = reader(CLICKS)) {
        IcebergSource all = table.source().committedAfter(Instant.EPOCH);
        assertThat(rows(engine, all.readInto(engine, "rows"))).isEqualTo(clicks(0, 6));
        assertThatThrownBy(
                () -> table.source().named("b").behindSnapshot(7).readInto(engine, "rows"))
            .hasMessageContaining("not in the history of the table")
            .hasMessageContaining("snapshot=7");
      }
    }
  }

  @Test
  void aColumnThatTheTableGotLaterIsNullInOlderRows() {
    Schema wider =
        Schema.of(
            List.of(
                new Field("plan", Type.STRING, true),
                new Field("id", Type.LONG, false),
                new Field("at", Type.INSTANT, true)));
    try (WrittenTable table = table(CLICKS);
        Engine old = reader(CLICKS)) {
      table.add(clicks(0, 3));
      SourceProgress first = table.source().readInto(old, "rows");
      assertThat(rows(old, first)).hasSize(3);
      table.change(t -> t.updateSchema().addColumn("plan", Types.StringType.get()).commit());
      try (WrittenTable evolved =
          table(
              Schema.of(
                  List.of(
                      new Field("id", Type.LONG, false),
                      new Field("type", Type.STRING, true),
                      new Field("at", Type.INSTANT, true),
                      new Field("plan", Type.STRING, true))))) {
        Schema four = evolved.engine().stream("rows").schema();
        evolved.add(List.of(Row.of(four, 3L, null, click(3).value("at"), "paid")));
        // The stream that does not know the column goes on without it.
        assertThat(rows(old, table.source().readInto(old, "rows"))).isEqualTo(clicks(0, 4));
        try (Engine engine = reader(wider)) {
          List<Row> wanted =
              new ArrayList<>(
                  IntStream.range(0, 3)
                      .mapToObj(i -> Row.of(wider, null, (long) i, click(i).value("at")))
                      .toList());
          wanted.add(Row.of(wider, "paid", 3L, click(3).value("at")));
          assertThat(rows(engine, table.source().readInto(engine, "rows"))).isEqualTo(wanted);
        }
      }
    }
  }

  @Test
  void aColumnMayBeWidenedAndRenamed() {
    Schema narrow =
        Schema.of(
            List.of(
                new Field("id", Type.INT, false),
                new Field("share", Type.FLOAT, true),
                new Field("price", Type.decimal(9, 2), true)));
    Schema wide =
        Schema.of(
            List.of(
                new Field("number", Type.LONG, true),
                new Field("share", Type.DOUBLE, true),
                new Field("price", Type.decimal(30, 2), true)));
    try (WrittenTable table = table(narrow)) {
      table.add(List.of(Row.of(narrow, -7, 0.5f, new BigDecimal("-12.50"))));
      // A stream may be wider than the table, and a table wider than its files.
      Schema some = wide.select(List.of("share", "price"), "test");
      try (Engine engine = reader(some)) {
        SourceProgress read = table.source().readInto(engine, "rows");
        assertThat(engine.view("rows").await(read.position()).scan())
            .containsExactly(Row.of(some, 0.5, new BigDecimal("-12.50")));
      }
      table.change(
          t ->
              t.updateSchema()
                  .updateColumn("id", Types.LongType.get())
                  .makeColumnOptional("id")
                  .renameColumn("id", "number")
                  .updateColumn("share", Types.DoubleType.get())
                  .updateColumn("price", Types.DecimalType.of(30, 2))
                  .commit());
      try (Engine engine = reader(wide)) {
        SourceProgress read = table.source().readInto(engine, "rows");
        assertThat(engine.view("rows").await(read.position()).scan())
            .containsExactly(Row.of(wide, -7L, 0.5, new BigDecimal("-12.50")));
      }
    }
  }

  @Test
  void everyDifferenceToTheStreamIsNamed() {
    Schema other =
        Schema.of(
            List.of(
                new Field("id", Type.STRING, false),
                new Field("typ", Type.STRING, true),
                new Field("at", Type.INSTANT, false)));
    try (WrittenTable table = table(CLICKS);
        Engine engine = reader(other)) {
      table.add(clicks(0, 1));
      assertThatThrownBy(() -> table.source().readInto(engine, "rows"))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.INVALID))
          .hasMessageContaining("the source of stream 'rows', iceberg table web.rows in ")
          .hasMessageContaining("column 'id' is string in the stream, and long in the table")
          .hasMessageContaining("no column of the table 'typ'; did you mean 'type'?")
          .hasMessageContaining("column 'at' may be null in the table, in the stream not");
      assertThatThrownBy(() -> table.source().from("when", Instant.EPOCH).readInto(engine, "rows"))
          .hasMessageContaining("there is no column 'when'");
      assertThatThrownBy(() -> table.source().from("id", Instant.EPOCH).readInto(engine, "rows"))
          .hasMessageContaining("column=id type=string");
      assertThatThrownBy(() -> table.source().between("at", Instant.EPOCH, Instant.EPOCH))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no time is in these bounds");
    }
  }

  @Test
  void itFollowsATableUntilItIsClosed() {
    Path engineDirectory = temp.resolve("engine");
    Pipeline pipeline = WrittenTable.keeping(CLICKS);
    try (WrittenTable table = table(CLICKS)) {
      table.add(clicks(0, 10));
      try (Engine engine = Engine.open(engineDirectory, pipeline);
          SourceFollower follower =
              table.source().followInto(engine, "rows", Duration.ofHours(1))) {
        assertThat(rows(engine, follower.awaitCaughtUp(PATIENCE))).hasSize(10);
        for (int i = 10; i < 13; i++) {
          table.add(clicks(i, i + 1));
          assertThat(rows(engine, follower.awaitCaughtUp(PATIENCE))).hasSize(i + 1);
        }
        assertThat(follower.failure()).isEmpty();
      }
      table.add(clicks(13, 14));
      SourceFollower closed;
      try (Engine engine = Engine.open(engineDirectory, pipeline);
          SourceFollower follower =
              table.source().followInto(engine, "rows", Duration.ofMillis(100))) {
        assertThat(rows(engine, follower.awaitCaughtUp(PATIENCE))).isEqualTo(clicks(0, 14));
        assertThat(follower.progress().rowsAppended()).isEqualTo(1);
        closed = follower;
      }
      assertThatThrownBy(() -> closed.awaitCaughtUp(PATIENCE))
          .isInstanceOfSatisfying(
              EngineException.class,
              e -> assertThat(e.kind()).isEqualTo(EngineException.Kind.CLOSED));
    }
  }

  @Test
  void aTableOfThatNameThatIsMadeAnewIsReadAnew() {
    try (Engine engine = reader(CLICKS)) {
      try (WrittenTable table = table(CLICKS)) {
        table.add(clicks(0, 10));
        SourceProgress unused = table.source().readInto(engine, "rows");
        try (LakeCatalog catalog = table.lake().catalog()) {
          assertThat(catalog.tables().dropTable(TableIdentifier.parse(table.name()))).isTrue();
        }
      }
      try (WrittenTable table = table(CLICKS)) {
        table.add(clicks(10, 12));
        assertThat(rows(engine, table.source().readInto(engine, "rows"))).isEqualTo(clicks(0, 12));
      }
    }
  }
}
