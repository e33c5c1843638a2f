package dev.leat.engine.iceberg;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.iceberg.Partition.bucket;
import static dev.leat.engine.iceberg.Partition.days;
import static dev.leat.engine.iceberg.Partition.hours;
import static dev.leat.engine.iceberg.Partition.identity;
import static dev.leat.engine.iceberg.Partition.months;
import static dev.leat.engine.iceberg.Partition.truncate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import dev.leat.engine.iceberg.internal.write.IcebergSession;
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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IcebergSinkTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema CLICKS =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("type", Type.STRING, true),
              new Field("at", Type.INSTANT, false)));

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private static IcebergSink unforced(IcebergSink sink) {
    return sink.telling(UnforcedSteps.of(step -> {}));
  }

  private static Pipeline pipeline(Schema schema, IcebergSink sink) {
    return Pipeline.define(p -> p.stream("rows", schema).to("lake", unforced(sink)));
  }

  /** Brings rows into a table that is new. */
  private TableFiles write(Schema schema, IcebergSink sink, List<Row> rows) {
    try (Engine engine = Engine.inMemory(pipeline(schema, sink))) {
      Position at = Position.START;
      for (Row row : rows) {
        at = engine.stream("rows").append(row);
      }
      engine.awaitSink("lake", at, PATIENCE);
    }
    return TableFiles.of(lake(), sink.table());
  }

  private static Row click(long id, String type, String at) {
    return Row.of(CLICKS, id, type, Instant.parse(at));
  }

  @Test
  void everyTypeIsReadBackByAnotherEngine() {
    Schema schema = EachType.twice();
    Object[] low = {
      false,
      Integer.MIN_VALUE,
      Long.MIN_VALUE,
      -1.5f,
      -0.25,
      new BigDecimal("-9999999.99"),
      new BigDecimal("-99999999999999.9999"),
      new BigDecimal("-9999999999999999999999999999.9999999999"),
      "",
      Instant.parse("1815-12-10T01:02:03.000004Z"),
      LocalDate.parse("1815-12-10"),
      Duration.ofSeconds(-1, 500_000_000),
      new byte[0],
      List.of(),
      Arrays.asList(List.of(), null, Arrays.asList(1L, null, -3L)),
      Arrays.asList(new BigDecimal("-0.001"), null),
      List.of(Instant.parse("1969-12-31T23:59:59.999999Z")),
      Arrays.asList(null, Arrays.asList(new BigDecimal("-0.001"), null))
    };
    Object[] high = {
      true,
      Integer.MAX_VALUE,
      Long.MAX_VALUE,
      3.25f,
      1e300,
      new BigDecimal("0.01"),
      new BigDecimal("1.0000"),
      new BigDecimal("12345678901234567890.1234567890"),
      "Zoë \uD83D\uDE00",
      Instant.parse("2262-01-01T00:00:00.123456Z"),
      LocalDate.parse("2262-01-01"),
      Duration.ofDays(400),
      new byte[] {0, -1, 127},
      Arrays.asList("a", null, ""),
      List.of(List.of(7L), List.of(8L, 9L)),
      List.of(new BigDecimal("12345678901234567.123")),
      List.of(Instant.parse("0001-01-01T00:00:00Z"), Instant.parse("9999-12-31T23:59:59.999999Z")),
      List.of(List.of(), List.of(new BigDecimal("12345678901234567.123")))
    };
    List<Row> rows = new ArrayList<>();
    rows.add(row(schema, low, low));
    rows.add(row(schema, high, high));
    rows.add(row(schema, new Object[EachType.TYPES.size()], low));

    TableFiles table = write(schema, IcebergSink.append(lake(), "web.all_types"), rows);

    // As text, by DuckDB: it shares no code with what wrote the file.
    String columns =
        schema.names().stream()
            .map(name -> "CAST(" + name + " AS VARCHAR)")
            .collect(Collectors.joining(", "));
    List<List<Object>> found = table.query("SELECT " + columns + " FROM FILES ORDER BY r2, n2");
    List<String> lowText =
        List.of(
            "false",
            "-2147483648",
            "-9223372036854775808",
            "-1.5",
            "-0.25",
            "-9999999.99",
            "-99999999999999.9999",
            "-9999999999999999999999999999.9999999999",
            "",
            "1815-12-10 01:02:03.000004+00",
            "1815-12-10",
            "-500000",
            "",
            "[]",
            "[[], NULL, [1, NULL, -3]]",
            "[-0.001, NULL]",
            "['1969-12-31 23:59:59.999999+00']",
            "[NULL, [-0.001, NULL]]");
    List<String> highText =
        List.of(
            "true",
            "2147483647",
            "9223372036854775807",
            "3.25",
            "1e+300",
            "0.01",
            "1.0000",
            "12345678901234567890.1234567890",
            "Zoë \uD83D\uDE00",
            "2262-01-01 00:00:00.123456+00",
            "2262-01-01",
            "34560000000000",
            "\\x00\\xFF\\x7F",
            "[a, NULL, '']",
            "[[7], [8, 9]]",
            "[12345678901234567.123]",
            "['0001-01-01 00:00:00+00', '9999-12-31 23:59:59.999999+00']",
            "[[], [12345678901234567.123]]");
    assertThat(found)
        .containsExactlyInAnyOrder(
            both(lowText, lowText),
            both(highText, highText),
            both(new ArrayList<>(Arrays.asList(new String[EachType.TYPES.size()])), lowText));
    assertThat(table.files()).allSatisfy(f -> assertThat(f.nullValueCounts()).isNotEmpty());
  }

  private static Row row(Schema schema, Object[] nullable, Object[] required) {
    Object[] values = new Object[schema.size()];
    for (int i = 0; i < nullable.length; i++) {
      values[2 * i] = nullable[i];
      values[2 * i + 1] = required[i];
    }
    return Row.of(schema, values);
  }

  private static List<Object> both(List<String> nullable, List<String> required) {
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < nullable.size(); i++) {
      all.add(nullable.get(i));
      all.add(required.get(i));
    }
    return all;
  }

  @Test
  void rowsAreInTheFilesOfTheirPartitions() {
    IcebergSink sink =
        IcebergSink.append(lake(), "web.clicks")
            .partitionedBy(days("at"), identity("type"))
            .comment("all clicks")
            .property("write.metadata.delete-after-commit.enabled", "true");

    TableFiles table =
        write(
            CLICKS,
            sink,
            List.of(
                click(1, "view", "1969-12-31T23:00:00Z"),
                click(2, "view", "1970-01-01T01:00:00Z"),
                click(3, "a/b c%", "1970-01-01T02:00:00Z"),
                click(4, "view", "1969-12-31T01:00:00Z"),
                Row.of(CLICKS, 5L, null, Instant.parse("2026-02-03T00:00:00Z"))));

    assertThat(table.files().stream().map(f -> f.partition().toString() + f.recordCount()))
        .containsExactlyInAnyOrder(
            "PartitionData{at_day=-1, type=view}2",
            "PartitionData{at_day=0, type=view}1",
            "PartitionData{at_day=0, type=a/b c%}1",
            "PartitionData{at_day=20487, type=null}1");
    assertThat(table.query("SELECT id FROM FILES ORDER BY id"))
        .extracting(row -> row.get(0))
        .containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(table.properties())
        .containsEntry("comment", "all clicks")
        .containsEntry("write.metadata.delete-after-commit.enabled", "true")
        .containsKey(IcebergSession.property("lake"));
  }

  @Test
  void moreRowsAndPartitionsThanAreRememberedAreInTheirFilesToo() {
    Schema schema =
        Schema.of(
            List.of(
                new Field("kind", Type.STRING, true),
                new Field("at", Type.INSTANT, true),
                new Field("ratio", Type.DOUBLE, false)));
    List<Row> rows = new ArrayList<>();
    java.util.Random random = new java.util.Random(4);
    for (int i = 0; i < 1500; i++) {
      int kind = random.nextInt(6);
      Instant at = Instant.EPOCH.plusSeconds(3600L * (random.nextInt(100) - 50) + i % 60);
      rows.add(
          Row.of(
              schema,
              kind == 0 ? null : "kind " + kind,
              random.nextInt(9) == 0 ? null : at,
              random.nextInt(3) - 1.0));
    }
    IcebergSink sink =
        IcebergSink.append(lake(), "web.spread")
            .partitionedBy(identity("kind"), days("at"), identity("ratio"));

    TableFiles table = write(schema, sink, rows);

    // What each file says of its partition is so of all its rows: nulls or one value, not both.
    String day = "CAST(floor(epoch_us(\"at\") / 86400000000.0) AS INT)";
    List<List<Object>> found =
        table.query(
            "SELECT parse_filename(filename) AS name, count(*), list_distinct(list(coalesce(kind,"
                + " 'none')))::VARCHAR, list_distinct(list(coalesce("
                + day
                + ", 999)))::VARCHAR, list_distinct(list(ratio))::VARCHAR FROM FILES GROUP BY name"
                + " ORDER BY name");
    List<List<Object>> expected = new ArrayList<>();
    for (var file : table.files()) {
      String kind = file.partition().get(0, String.class);
      Integer days = file.partition().get(1, Integer.class);
      expected.add(
          List.of(
              LocalFileIO.path(file.location()).getFileName().toString(),
              file.recordCount(),
              "[" + (kind == null ? "none" : kind) + "]",
              "[" + (days == null ? 999 : days) + "]",
              "[" + file.partition().get(2, Double.class) + "]"));
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(table.query("SELECT count(*) FROM FILES")).containsExactly(List.of(1500L));
  }

  @Test
  void allTransformsSpreadRows() {
    IcebergSink sink =
        IcebergSink.append(lake(), "web.clicks")
            .partitionedBy(hours("at"), bucket("id", 4), truncate("type", 2));

    TableFiles table =
        write(
            CLICKS,
            sink,
            List.of(
                click(1, "view", "1969-12-31T23:00:00Z"), click(1, "vie", "1969-12-31T23:59:00Z")));

    assertThat(table.files()).hasSize(1);
    assertThat(table.files().get(0).partition().toString())
        .isEqualTo("PartitionData{at_hour=-1, id_bucket=0, type_trunc=vi}");

    TableFiles monthly =
        write(
            CLICKS,
            IcebergSink.append(lake(), "web.monthly").partitionedBy(months("at")),
            List.of(click(1, "view", "1970-03-31T23:00:00Z")));
    assertThat(monthly.files().get(0).partition().toString())
        .isEqualTo("PartitionData{at_month=2}");
  }

  @Test
  void filesAreCompletedAtTheirSize() {
    Schema schema = Schema.of(List.of(new Field("text", Type.STRING, false)));
    List<Row> rows = new ArrayList<>();
    java.util.Random random = new java.util.Random(1);
    for (int i = 0; i < 400; i++) {
      byte[] noise = new byte[750];
      random.nextBytes(noise);
      rows.add(Row.of(schema, java.util.Base64.getEncoder().encodeToString(noise)));
    }

    TableFiles table =
        write(schema, IcebergSink.append(lake(), "web.texts").targetFileBytes(1 << 16), rows);

    assertThat(table.query("SELECT count(*), count(DISTINCT text) FROM FILES"))
        .containsExactly(List.of(400L, 400L));
    assertThat(table.files().size()).isBetween(4, 8);
    assertThat(table.files()).allSatisfy(f -> assertThat(f.fileSizeInBytes()).isLessThan(90_000));
  }

  @Test
  void rowsOfFilesAreInTheWantedOrder() {
    Schema schema =
        Schema.of(
            List.of(
                new Field("type", Type.STRING, true),
                new Field("price", Type.decimal(30, 2), true),
                new Field("ratio", Type.DOUBLE, false),
                new Field("part", Type.INT, false)));
    List<String> types = Arrays.asList(null, "b", "\uFF5E", "a", "\uD83D\uDE00", "", "ab");
    List<Row> rows = new ArrayList<>();
    java.util.Random random = new java.util.Random(9);
    for (int i = 0; i < 500; i++) {
      rows.add(
          Row.of(
              schema,
              types.get(random.nextInt(types.size())),
              random.nextInt(5) == 0 ? null : BigDecimal.valueOf(random.nextInt(9) - 4, 2),
              random.nextInt(9) == 0 ? Double.NaN : random.nextInt(40) - 20.0,
              i % 2));
    }
    IcebergSink sink =
        IcebergSink.append(lake(), "web.sorted")
            .partitionedBy(identity("part"))
            .sortedBy("type", "price", "ratio");

    TableFiles table = write(schema, sink, rows);

    assertThat(table.files()).allSatisfy(file -> assertThat(file.sortOrderId()).isEqualTo(1));
    assertThat(table.query("SELECT count(*) FROM FILES")).containsExactly(List.of(500L));
    String columns = "filename, type, price::VARCHAR, ratio::VARCHAR";
    String order = "filename, type NULLS FIRST, price NULLS FIRST, ratio, part";
    assertThat(table.query("SELECT " + columns + " FROM FILES"))
        .isEqualTo(table.query("SELECT " + columns + " FROM FILES ORDER BY " + order));
    assertThatThrownBy(() -> pipeline(CLICKS, sink))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("sorted by column 'price', which is not there");
    assertThatThrownBy(() -> IcebergSink.upsert(lake(), "web.sorted").sortedBy("type"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("only .append(...) sorts");
  }

  @Test
  void aRelationThatTakesRowsBackIsRefusedWithTheWaysOut() {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("clicks", CLICKS)
                            .groupBy("type")
                            .aggregate(count().as("n"))
                            .to("counts", IcebergSink.append(lake(), "web.counts"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("sink 'counts' to iceberg table web.counts")
        .hasMessageContaining("takes rows back")
        .hasMessageContaining("write the rows that it is computed from");
  }

  @Test
  void wrongPartitionsAreRefusedWhereThePipelineIsDefined() {
    IcebergSink sink = IcebergSink.append(lake(), "web.clicks");
    assertThatThrownBy(() -> pipeline(CLICKS, sink.partitionedBy(days("when"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("columns that are not there: [when]; there are [id, type, at]");
    assertThatThrownBy(() -> pipeline(CLICKS, sink.partitionedBy(days("type"))))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("cannot be partitioned by");
    assertThat(temp.resolve("lake")).doesNotExist();
  }

  @Test
  void aNewNullableColumnIsAddedAndOtherDifferencesAreRefused() {
    IcebergSink sink = IcebergSink.append(lake(), "web.clicks");
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, pipeline(CLICKS, sink))) {
      Position at = engine.stream("rows").append(click(1, "view", "2026-01-01T00:00:00Z"));
      engine.awaitSink("lake", at, PATIENCE);
    }
    List<Field> more = new ArrayList<>(CLICKS.fields());
    more.add(new Field("note", Type.STRING, true));
    Schema wider = Schema.of(more);
    assertThatThrownBy(() -> Engine.open(directory, pipeline(wider, sink)))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("rows of another query")
        .hasMessageContaining("continuingChangedQuery");

    Pipeline continued =
        Pipeline.define(
            p ->
                p.stream("rows", wider)
                    .to("lake", unforced(sink), SinkSettings.defaults().continuingChangedQuery()));
    try (Engine engine = Engine.open(directory, continued)) {
      Position at =
          engine.stream("rows")
              .append(Row.of(wider, 2L, "view", Instant.parse("2026-01-02T00:00:00Z"), "new"));
      engine.awaitSink("lake", at, PATIENCE);
    }
    assertThat(TableFiles.of(lake(), "web.clicks").query("SELECT id, note FROM FILES ORDER BY id"))
        .containsExactly(Arrays.asList(1L, null), List.of(2L, "new"));

    Schema other =
        Schema.of(List.of(new Field("id", Type.STRING, false), new Field("x", Type.INT, false)));
    try (Engine engine =
        Engine.inMemory(
            Pipeline.define(p -> p.stream("rows", other).to("second name", unforced(sink))),
            EngineSettings.defaults())) {
      Position at = engine.stream("rows").append(Row.of(other, "a", 1));
      assertThatThrownBy(() -> engine.awaitSink("second name", at, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("column 'id' is string, in the table long")
          .hasMessageContaining("column 'x' is not in the table, and not nullable")
          .hasMessageContaining("the table needs column 'at'");
    }
  }

  @Test
  void fourSinksOfOneEngineCommitSideBySide() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              var rows = p.stream("rows", CLICKS);
              for (int i = 0; i < 4; i++) {
                rows.to("lake" + i, unforced(IcebergSink.append(lake(), "web.copy" + i)));
              }
            });
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline)) {
      for (int i = 0; i < 50; i++) {
        engine.stream("rows").append(click(i, "view", "2026-01-01T00:00:00Z"));
      }
    }
    for (int i = 0; i < 4; i++) {
      assertThat(
              TableFiles.of(lake(), "web.copy" + i)
                  .query("SELECT count(*), count(DISTINCT id) FROM FILES"))
          .containsExactly(List.of(50L, 50L));
    }
  }

  @Test
  void twoEnginesOfOneDirectoryNeverMix() throws Exception {
    IcebergSink sink = IcebergSink.append(lake(), "web.clicks");
    Path first = temp.resolve("first");
    try (Engine engine = Engine.open(first, pipeline(CLICKS, sink))) {
      engine.stream("rows").append(click(1, "view", "2026-01-01T00:00:00Z"));
    }
    Path copy = temp.resolve("copy");
    try (var files = java.nio.file.Files.walk(first)) {
      for (Path file : files.toList()) {
        java.nio.file.Files.copy(file, copy.resolve(first.relativize(file)));
      }
    }
    try (Engine one = Engine.open(first, pipeline(CLICKS, sink));
        Engine two = Engine.open(copy, pipeline(CLICKS, sink))) {
      Position at = two.stream("rows").append(click(3, "two", "2026-01-01T00:00:00Z"));
      two.awaitSink("lake", at, PATIENCE);
      Position refused = one.stream("rows").append(click(2, "one", "2026-01-01T00:00:00Z"));
      assertThatThrownBy(() -> one.awaitSink("lake", refused, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has been written to by somebody else");
      assertThat(one.sinkStatus("lake").failure()).isPresent();
    }
    assertThat(TableFiles.of(lake(), "web.clicks").query("SELECT id FROM FILES ORDER BY id"))
        .containsExactly(List.of(1L), List.of(3L));
  }
}
