package dev.leat.readback;

import static dev.leat.engine.iceberg.Partition.bucket;
import static dev.leat.engine.iceberg.Partition.days;
import static dev.leat.engine.iceberg.Partition.hours;
import static dev.leat.engine.iceberg.Partition.identity;
import static dev.leat.engine.iceberg.Partition.months;
import static dev.leat.engine.iceberg.Partition.truncate;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.View;
import dev.leat.engine.examples.engagement.EngagementPipeline;
import dev.leat.engine.examples.engagement.GeneratedInteractions;
import dev.leat.engine.examples.engagement.Interaction;
import dev.leat.engine.iceberg.IcebergSink;
import dev.leat.engine.iceberg.Lake;
import dev.leat.engine.iceberg.LocalLake;
import dev.leat.engine.iceberg.Partition;
import dev.leat.engine.iceberg.TableCare;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Writes tables of every kind into a lake, and beside it the rows that each should have, and the
 * six results of the engagement example as its live views have them: the same each time.
 */
public final class LakeTables {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int INTERACTIONS = 2000;
  private static final int IDS = 100;

  private static final List<String> RESULTS =
      List.of(
          "engagement",
          "top_pages",
          "sessions",
          "session_statistics",
          "conversion_funnel",
          "devices",
          "browsers",
          "campaigns",
          "traffic_sources",
          "geography",
          "validation");

  private final Path directory;
  private final LocalLake lake;

  private LakeTables(Path directory) {
    this.directory = directory;
    this.lake = lake(directory);
  }

  /** The lake in a folder. */
  public static LocalLake lake(Path directory) {
    return Lake.local(directory.resolve("lake"));
  }

  /**
   * Writes everything.
   *
   * @param directory is made; nothing may be in it
   */
  public static void write(Path directory) throws IOException {
    Path unused = Files.createDirectories(ExpectedFiles.tables(directory));
    unused = Files.createDirectories(ExpectedFiles.results(directory));
    LakeTables tables = new LakeTables(directory);
    tables.writeAppended();
    tables.writeCaredFor();
    tables.writeEvolved();
    tables.writeLong();
    tables.writeBranch();
    tables.writeUpserted();
    tables.writeClickstream();
  }

  private void expect(String name, Rows rows) throws IOException {
    rows.write(ExpectedFiles.tables(directory).resolve(name + ExpectedFiles.ENDING));
  }

  private IcebergSink append(String table, Partition... by) {
    return IcebergSink.append(lake, table).partitionedBy(by);
  }

  /** Some commits of rows of all types. */
  private void append(String table, int rows, Partition... by) throws IOException {
    MadeUpRows made = new MadeUpRows(table.hashCode());
    try (TableWriting writing =
        TableWriting.appending(MadeUpRows.SCHEMA, "lake", append(table, by))) {
      writing.commit(fitting(made.rows(0, rows / 2), by));
      writing.commit(fitting(made.rows(rows / 2, rows), by));
      expect(table, writing.expected());
    }
  }

  /**
   * Without the rows of which Iceberg cannot truncate a number: what is below the least one,
   * rounded down, does not fit its type.
   */
  private static List<Row> fitting(List<Row> rows, Partition... by) {
    List<String> truncated =
        Stream.of(by)
            .filter(partition -> partition.transform() == Partition.Transform.TRUNCATE)
            .map(Partition::column)
            .toList();
    return rows.stream()
        .filter(row -> truncated.stream().noneMatch(column -> MadeUpRows.isLeast(row, column)))
        .toList();
  }

  private void writeAppended() throws IOException {
    append("append.all_types", 1500);
    append("append.by_day_and_type", 60, days("an_instant"), identity("a_string"));
    append(
        "append.by_transforms",
        40,
        hours("an_instant"),
        months("a_date"),
        bucket("a_long", 4),
        bucket("a_string", 3),
        bucket("a_long_decimal", 3),
        bucket("some_bytes", 2),
        truncate("a_string", 3),
        truncate("a_short_decimal", 500));
    append(
        "append.by_more_transforms",
        40,
        days("a_date"),
        months("an_instant"),
        bucket("an_instant", 2),
        bucket("a_date", 2),
        bucket("an_int", 2),
        truncate("an_int", 10),
        truncate("a_long", 1000),
        truncate("some_bytes", 1),
        truncate("a_long_decimal", 10));
    append(
        "append.by_values",
        40,
        identity("a_boolean"),
        identity("an_int"),
        identity("a_long"),
        identity("a_short_decimal"),
        identity("a_decimal"),
        identity("a_long_decimal"),
        identity("a_date"),
        identity("an_instant"),
        identity("some_bytes"));
  }

  /** Small files that are put together, and snapshots that go, while rows come. */
  private void writeCaredFor() throws IOException {
    care("append.compacted", TableCare::compact);
    care(
        "append.expired",
        care -> {
          TableCare.Compacted unused = care.compact();
          int unusedCount = care.expireSnapshots(Duration.ZERO, 1);
        });
  }

  private void care(String table, Consumer<TableCare> call) throws IOException {
    MadeUpRows made = new MadeUpRows(table.hashCode());
    try (TableWriting writing =
        TableWriting.appending(MadeUpRows.SCHEMA, "lake", append(table, identity("a_boolean")))) {
      for (int commit = 0; commit < 10; commit++) {
        writing.commit(made.rows(commit * 40L, commit * 40L + 40));
        if (commit == 7) {
          call.accept(TableCare.of(lake, table));
        }
      }
      expect(table, writing.expected());
    }
  }

  /** Columns that come later are null in the rows before. */
  private void writeEvolved() throws IOException {
    String table = "append.evolved";
    Schema before =
        Schema.of(MadeUpRows.SCHEMA.fields().stream().filter(field -> !field.nullable()).toList());
    MadeUpRows made = new MadeUpRows(table.hashCode());
    List<Row> early = new ArrayList<>();
    List<Row> expected = new ArrayList<>();
    for (Row row : made.rows(0, 100)) {
      early.add(Row.of(before, before.names().stream().map(row::value).toArray()));
      expected.add(
          Row.of(
              MadeUpRows.SCHEMA,
              MadeUpRows.SCHEMA.fields().stream()
                  .map(field -> field.nullable() ? null : row.value(field.name()))
                  .toArray()));
    }
    try (TableWriting writing = TableWriting.appending(before, "before", append(table))) {
      writing.commit(early);
    }
    List<Row> late = made.rows(100, 200);
    try (TableWriting writing = TableWriting.appending(MadeUpRows.SCHEMA, "after", append(table))) {
      writing.commit(late);
    }
    expected.addAll(late);
    expect(table, TableWriting.rows(MadeUpRows.SCHEMA, expected));
  }

  /** Several files of a commit, each with several pages, dictionaries and none. */
  private void writeLong() throws IOException {
    Schema schema =
        Schema.of(
            List.of(
                new Field("id", Type.LONG, false),
                new Field("one_of_few", Type.STRING, true),
                new Field("unique_text", Type.STRING, false),
                new Field("amount", Type.decimal(12, 2), true),
                new Field("reading", Type.DOUBLE, true)));
    SplittableRandom random = new SplittableRandom(1);
    List<Row> rows = new ArrayList<>();
    for (long id = 0; id < 40_000; id++) {
      rows.add(
          Row.of(
              schema,
              id,
              id % 7 == 0 ? null : "kind " + random.nextInt(30),
              Long.toString(random.nextLong(), 36) + id,
              id % 5 == 0 ? null : BigDecimal.valueOf(random.nextInt(), 2),
              id % 3 == 0 ? null : random.nextInt(1000) / 8.0));
    }
    IcebergSink sink = append("append.long").targetFileBytes(1 << 20);
    try (TableWriting writing = TableWriting.appending(schema, "lake", sink)) {
      writing.commit(rows);
      expect("append.long", writing.expected());
    }
  }

  private void writeBranch() throws IOException {
    String table = "append.on_branch";
    MadeUpRows made = new MadeUpRows(table.hashCode());
    List<Row> onMain = made.rows(0, 50);
    List<Row> onBranch = made.rows(50, 120);
    try (TableWriting writing = TableWriting.appending(MadeUpRows.SCHEMA, "lake", append(table))) {
      writing.commit(onMain);
      expect(table, writing.expected());
    }
    try (TableWriting writing =
        TableWriting.appending(MadeUpRows.SCHEMA, "audited", append(table).toBranch("audit"))) {
      writing.commit(onBranch);
    }
    List<Row> both = new ArrayList<>(onMain);
    both.addAll(onBranch);
    expect(table + ExpectedFiles.BRANCH + "audit", TableWriting.rows(MadeUpRows.SCHEMA, both));
  }

  private IcebergSink upsert(String table, Partition... by) {
    return IcebergSink.upsert(lake, table).partitionedBy(by);
  }

  private void writeUpserted() throws IOException {
    Partition[] byTime = {days("an_instant"), bucket("a_long", 2)};
    change("upsert.vectors", upsert("upsert.vectors"), care -> {}, "id");
    change("upsert.vectors_by_day", upsert("upsert.vectors_by_day", byTime), care -> {}, "id");
    change(
        "upsert.vectors_expired",
        upsert("upsert.vectors_expired", identity("a_boolean")),
        care -> {
          int unused = care.expireSnapshots(Duration.ZERO, 1);
        },
        "id");
    change(
        "upsert.vectors_compacted",
        upsert("upsert.vectors_compacted", identity("a_boolean")),
        LakeTables::compact,
        "id");
    change(
        "upsert.vectors_cared_for",
        upsert("upsert.vectors_cared_for", identity("a_boolean")),
        care -> {
          compact(care);
          int unusedCount = care.expireSnapshots(Duration.ZERO, 1);
        },
        "id");
    change("upsert.deletes", upsert("upsert.deletes").equalityDeletes(), care -> {}, "id");
    change(
        "upsert.deletes_by_day",
        upsert("upsert.deletes_by_day", byTime).equalityDeletes(),
        care -> {},
        "id");
    change(
        "upsert.deletes_by_values",
        upsert("upsert.deletes_by_values").equalityDeletes(),
        care -> {},
        "a_string_always",
        "a_short_decimal_always",
        "a_date_always",
        "an_instant_always");
    change(
        "upsert.deletes_cared_for",
        upsert("upsert.deletes_cared_for", identity("a_boolean")).equalityDeletes(),
        care -> {
          TableCare.Compacted unused = care.compact();
          int unusedCount = care.expireSnapshots(Duration.ZERO, 1);
        },
        "id");
  }

  /** Puts files together; what is upserted afterwards is deleted in the new ones. */
  private static void compact(TableCare care) {
    TableCare.Compacted done = care.compact();
    if (done.filesAfter() == 0) {
      throw new IllegalStateException("nothing was put together: " + care + " " + done);
    }
  }

  private void change(String table, IcebergSink sink, Consumer<TableCare> call, String... key)
      throws IOException {
    MadeUpRows made = new MadeUpRows(table.hashCode());
    SplittableRandom random = new SplittableRandom(table.hashCode());
    try (TableWriting writing = TableWriting.upserting(MadeUpRows.SCHEMA, sink, key)) {
      writing.commit(made.rows(0, IDS));
      writing.change(made, random, IDS, 5);
      call.accept(TableCare.of(lake, table));
      writing.change(made, random, IDS, 2);
      expect(table, writing.expected());
    }
  }

  private void writeClickstream() throws IOException {
    List<Interaction> events = new ArrayList<>(new GeneratedInteractions().next(INTERACTIONS));
    // One that comes twice.
    events.add(events.get(0));
    Pipeline toLake =
        Pipeline.define(
            p ->
                p.stream("events", Interaction.class)
                    .to(
                        "lake",
                        append(SixResults.TABLE, days("event_timestamp"), identity("event_type"))));
    try (Engine engine = Engine.inMemory(toLake)) {
      int half = events.size() / 2;
      for (List<Interaction> some :
          List.of(events.subList(0, half), events.subList(half, events.size()))) {
        Position at = engine.stream("events", Interaction.class).append(some);
        engine.awaitSink("lake", at, PATIENCE);
      }
    }
    try (Engine engine =
        Engine.inMemory(
            EngagementPipeline.define(), EngineSettings.defaults().withThreading(Threading.HOST))) {
      Position unused = engine.stream(EngagementPipeline.EVENTS, Interaction.class).append(events);
      engine.step();
      for (String result : RESULTS) {
        View<Row> view = engine.view(result);
        Rows rows = TableWriting.rows(view.schema(), view.scan());
        new Rows(rows.columns(), SixResults.comparable(rows.rows()))
            .write(ExpectedFiles.results(directory).resolve(result + ExpectedFiles.ENDING));
      }
    }
  }
}
