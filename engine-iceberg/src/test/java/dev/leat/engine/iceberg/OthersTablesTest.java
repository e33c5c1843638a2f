package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.SortOrder;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables that others have made, as they make them: as targets, as sources, and to be cared for. */
class OthersTablesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final TableIdentifier NAME = TableIdentifier.of("web", "users");
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));
  private static final org.apache.iceberg.Schema COLUMNS =
      new org.apache.iceberg.Schema(
          Types.NestedField.required(1, "id", Types.LongType.get()),
          Types.NestedField.optional(2, "plan", Types.StringType.get()));

  @TempDir private Path temp;

  private LocalLake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private void make(int version, org.apache.iceberg.Schema schema, Map<String, String> properties) {
    make(version, schema, PartitionSpec.unpartitioned(), properties);
  }

  private void make(
      int version,
      org.apache.iceberg.Schema schema,
      PartitionSpec spec,
      Map<String, String> properties) {
    try (LakeCatalog catalog = lake().catalog()) {
      ((SupportsNamespaces) catalog.tables()).createNamespace(Namespace.of("web"));
      Table unused =
          catalog
              .tables()
              .buildTable(NAME, schema)
              .withPartitionSpec(spec)
              .withProperties(properties)
              .withProperty("format-version", Integer.toString(version))
              .create();
    }
  }

  private void withTable(Consumer<Table> action) {
    try (LakeCatalog catalog = lake().catalog()) {
      action.accept(catalog.tables().loadTable(NAME));
    }
  }

  /** One file with some rows, as Iceberg's writer writes it. */
  private static DataFile file(Table table, List<? extends Record> rows) {
    try {
      DataWriter<Record> writer =
          Parquet.writeData(
                  table
                      .io()
                      .newOutputFile(
                          table.location() + "/data/others-" + System.nanoTime() + ".parquet"))
              .schema(table.schema())
              .withSpec(PartitionSpec.unpartitioned())
              .set("write.parquet.compression-codec", "zstd")
              .createWriterFunc(GenericParquetWriter::create)
              .overwrite()
              .build();
      try (writer) {
        rows.forEach(writer::write);
      }
      return writer.toDataFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Record record(Table table, Object... values) {
    GenericRecord record = GenericRecord.create(table.schema());
    for (int i = 0; i < values.length; i++) {
      record.set(i, values[i]);
    }
    return record;
  }

  private List<String> records() {
    List<String> rows = new ArrayList<>();
    withTable(
        table -> {
          try (CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
            records.forEach(record -> rows.add(record.toString()));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    rows.sort(null);
    return rows;
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private static Pipeline upserting(IcebergSink sink) {
    IcebergSink calm = sink.telling(UnforcedSteps.of(step -> {}));
    return Pipeline.define(
        p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", calm));
  }

  private static void commit(Engine engine, Row... rows) {
    engine.awaitSink("lake", engine.table("users").upsert(List.of(rows)), PATIENCE);
  }

  private List<Row> rows() {
    return TableRows.of(lake(), NAME.toString(), USERS);
  }

  @Test
  void compactionKeepsDefaults() {
    make(3, COLUMNS, Map.of());
    for (int i = 0; i < 6; i++) {
      long id = i;
      withTable(t -> t.newAppend().appendFile(file(t, List.of(record(t, id, "p")))).commit());
    }
    withTable(
        t ->
            t.updateSchema()
                .addColumn("country", Types.StringType.get(), null, Literal.of("de"))
                .commit());
    List<String> before = records();
    assertThat(before.get(0)).contains("de");
    TableCare.Compacted done = TableCare.of(lake(), NAME.toString()).compact();
    System.out.println("defaults " + done + records());
    assertThat(records()).isEqualTo(before);
  }

  @Test
  void compactionOfListsOfStructsThatGrew() {
    make(
        2,
        new org.apache.iceberg.Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(
                2,
                "items",
                Types.ListType.ofOptional(
                    3,
                    Types.StructType.of(
                        Types.NestedField.optional(4, "sku", Types.StringType.get()))))),
        Map.of());
    for (int i = 0; i < 6; i++) {
      long id = i;
      withTable(
          t -> {
            Types.StructType item =
                t.schema().findType("items").asListType().elementType().asStructType();
            List<Record> items =
                IntStream.range(0, 3)
                    .mapToObj(
                        n -> (Record) GenericRecord.create(item).copy(Map.of("sku", "s" + n + id)))
                    .toList();
            t.newAppend().appendFile(file(t, List.of(record(t, id, items)))).commit();
          });
    }
    withTable(
        t -> t.updateSchema().addColumn("items", "amount", Types.LongType.get()).commit());
    List<String> before = records();
    TableCare.Compacted done = TableCare.of(lake(), NAME.toString()).compact();
    System.out.println("structs " + done + records());
    assertThat(records()).isEqualTo(before);
  }

  @Test
  void aFileWithoutNumbersOfColumnsIsNotUpserted() throws Exception {
    make(3, COLUMNS, Map.of());
    withTable(
        t -> {
          // A file as another program makes it, imported.
          Path file = temp.resolve("foreign.parquet");
          try (java.sql.Connection c = java.sql.DriverManager.getConnection("jdbc:duckdb:");
              java.sql.Statement s = c.createStatement()) {
            s.execute(
                "COPY (SELECT 1::BIGINT AS id, 'a' AS plan) TO '"
                    + file
                    + "' (FORMAT parquet, COMPRESSION zstd)");
          } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
          }
          t.updateProperties()
              .set(
                  "schema.name-mapping.default",
                  org.apache.iceberg.mapping.NameMappingParser.toJson(
                      org.apache.iceberg.mapping.MappingUtil.create(t.schema())))
              .commit();
          t.newAppend()
              .appendFile(
                  org.apache.iceberg.DataFiles.builder(t.spec())
                      .withPath("file://" + file)
                      .withFileSizeInBytes(file.toFile().length())
                      .withRecordCount(1)
                      .withFormat("parquet")
                      .build())
              .commit();
        });
    try (Engine engine = Engine.inMemory(upserting(IcebergSink.upsert(lake(), NAME.toString())))) {
      commit(engine, user(2, "b"));
      commit(engine, user(1, "b"));
    } catch (EngineException e) {
      System.out.println("no ids: " + e.getMessage());
    }
    System.out.println("no ids rows " + records());
    try (Engine engine = Engine.inMemory(upserting(IcebergSink.upsert(lake(), NAME.toString())))) {
      commit(engine, user(1, "b"));
    } catch (EngineException e) {
      System.out.println("no ids: " + e.getMessage());
    }
    System.out.println("no ids rows " + records());
  }

  @Test
  void keysAreDeletedWhereTheirRowsAreWhenPartitionsChanged() {
    Path directory = temp.resolve("engine");
    IcebergSink sink = IcebergSink.upsert(lake(), NAME.toString()).equalityDeletes();
    try (Engine engine = Engine.open(directory, upserting(sink))) {
      commit(engine, user(1, "a"), user(2, "a"));
      withTable(t -> t.updateSpec().addField("plan").commit());
      try {
        commit(engine, user(1, "b"));
        System.out.println("respec " + rows());
        commit(engine, user(1, "c"));
        System.out.println("respec " + rows());
      } catch (EngineException e) {
        System.out.println("respec " + e.getMessage());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void versionOne(boolean isUpgraded) {
    make(1, COLUMNS, Map.of());
    for (int i = 0; i < 6; i++) {
      long id = i;
      withTable(t -> t.newAppend().appendFile(file(t, List.of(record(t, id, "p")))).commit());
    }
    System.out.println("v1 compact " + TableCare.of(lake(), NAME.toString()).compact());
    System.out.println("v1 " + records());
    System.out.println("v1 expire " + TableCare.of(lake(), NAME.toString()).expireSnapshots(Duration.ZERO, 2));
    if (isUpgraded) {
      withTable(t -> t.updateProperties().set("format-version", "2").commit());
    }
    for (IcebergSink sink :
        List.of(
            IcebergSink.append(lake(), NAME.toString()),
            IcebergSink.upsert(lake(), NAME.toString()),
            IcebergSink.upsert(lake(), NAME.toString()).equalityDeletes())) {
      IcebergSink calm = sink.telling(UnforcedSteps.of(step -> {}));
      Pipeline pipeline =
          sink.mode().deletes() == WriteMode.Deletes.NONE
              ? Pipeline.define(p -> p.stream("users", USERS).to("lake", calm))
              : upserting(sink);
      try (Engine engine = Engine.inMemory(pipeline)) {
        Position at =
            sink.mode().deletes() == WriteMode.Deletes.NONE
                ? engine.stream("users").append(user(100, "x"))
                : engine.table("users").upsert(user(101, "x"));
        engine.awaitSink("lake", at, PATIENCE);
      } catch (EngineException e) {
        System.out.println("v1 " + e.getMessage());
      }
    }
    System.out.println("v1 " + records());
    try (Engine engine = WrittenTable.reader(USERS)) {
      IcebergSource source = IcebergSource.of(lake(), NAME.toString());
      System.out.println("v1 source " + source.readInto(engine, "rows"));
      withTable(t -> t.newAppend().appendFile(file(t, List.of(record(t, 50L, "p")))).commit());
      System.out.println("v1 source " + source.readInto(engine, "rows"));
    } catch (EngineException e) {
      System.out.println("v1 " + e.getMessage());
    }
  }

  @Test
  void versionOneUpgradedIsASource() {
    make(1, COLUMNS, Map.of());
    for (int i = 0; i < 3; i++) {
      long id = i;
      withTable(t -> t.newAppend().appendFile(file(t, List.of(record(t, id, "p")))).commit());
    }
    withTable(t -> t.updateProperties().set("format-version", "2").commit());
    try (Engine engine = WrittenTable.reader(USERS)) {
      IcebergSource source = IcebergSource.of(lake(), NAME.toString());
      System.out.println("v1up source " + source.readInto(engine, "rows"));
      withTable(t -> t.newAppend().appendFile(file(t, List.of(record(t, 50L, "p")))).commit());
      SourceProgress read = source.readInto(engine, "rows");
      System.out.println("v1up source " + read + WrittenTable.rows(engine, read));
    } catch (EngineException e) {
      System.out.println("v1up " + e.getMessage());
    }
  }

  private void tryAppend(String what, org.apache.iceberg.Schema schema, PartitionSpec spec) {
    tryAppend(what, schema, spec, Map.of());
  }

  private void tryAppend(
      String what,
      org.apache.iceberg.Schema schema,
      PartitionSpec spec,
      Map<String, String> properties) {
    try (LakeCatalog catalog = lake().catalog()) {
      if (!((SupportsNamespaces) catalog.tables()).namespaceExists(Namespace.of("web"))) {
        ((SupportsNamespaces) catalog.tables()).createNamespace(Namespace.of("web"));
      }
      boolean unused = catalog.tables().dropTable(NAME);
      Table table =
          catalog
              .tables()
              .buildTable(NAME, schema)
              .withPartitionSpec(spec)
              .withProperties(properties)
              .create();
    }
    for (IcebergSink sink :
        List.of(
            IcebergSink.append(lake(), NAME.toString()),
            IcebergSink.upsert(lake(), NAME.toString()).equalityDeletes())) {
      IcebergSink calm = sink.telling(UnforcedSteps.of(step -> {}));
      boolean isAppend = sink.mode().deletes() == WriteMode.Deletes.NONE;
      Pipeline pipeline =
          isAppend
              ? Pipeline.define(p -> p.stream("users", USERS).to("lake", calm))
              : upserting(sink);
      try (Engine engine = Engine.inMemory(pipeline)) {
        for (int i = 0; i < 6; i++) {
          Position at =
              isAppend
                  ? engine.stream("users").append(user(100 + i, "x"))
                  : engine.table("users").upsert(user(200, "x" + i));
          engine.awaitSink("lake", at, Duration.ofSeconds(4));
        }
        System.out.println(what + " ok " + records());
      } catch (EngineException e) {
        System.out.println(what + " " + e.kind() + " " + e.getMessage());
      }
    }
    try {
      System.out.println(what + " compact " + TableCare.of(lake(), NAME.toString()).compact());
    } catch (RuntimeException e) {
      System.out.println(what + " compact " + e);
    }
    System.out.println(what + " after " + records());
  }

  @Test
  void shapesOfOthers() {
    org.apache.iceberg.Schema more =
        new org.apache.iceberg.Schema(
            Types.NestedField.optional(1, "country", Types.StringType.get()),
            Types.NestedField.optional(2, "plan", Types.StringType.get()),
            Types.NestedField.optional(
                3,
                "address",
                Types.StructType.of(Types.NestedField.optional(4, "city", Types.StringType.get()))),
            Types.NestedField.required(5, "id", Types.LongType.get()));
    tryAppend(
        "foreign partition", more, PartitionSpec.builderFor(more).identity("country").build());
    tryAppend(
        "nested partition", more, PartitionSpec.builderFor(more).identity("address.city").build());
    tryAppend("void partition", more, PartitionSpec.builderFor(more).alwaysNull("country").build());
    tryAppend("void plan", more, PartitionSpec.builderFor(more).alwaysNull("plan").build());
    tryAppend(
        "year bucket", more, PartitionSpec.builderFor(more).bucket("id", 3).truncate("plan", 1).build());
    for (Map<String, String> p :
        List.of(
            Map.of("write.target-file-size-bytes", "abc"),
            Map.of("write.target-file-size-bytes", "0"),
            Map.of("write.target-file-size-bytes", "-5"),
            Map.of("write.metadata.delete-after-commit.enabled", "true", "write.metadata.previous-versions-max", "1"),
            Map.of("commit.manifest-merge.enabled", "true", "commit.manifest.min-count-to-merge", "2"),
            Map.of("commit.retry.num-retries", "abc"),
            Map.of("gc.enabled", "false"),
            Map.of("write.location-provider.impl", "no.such.Class"),
            Map.of("write.format.default", "orc"))) {
      tryAppend(p.toString(), more, PartitionSpec.unpartitioned(), p);
    }
  }
}
