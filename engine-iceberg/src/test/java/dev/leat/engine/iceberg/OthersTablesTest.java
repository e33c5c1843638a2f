package dev.leat.engine.iceberg;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DataFiles;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableProperties;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.GenericRecord;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.expressions.Literal;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.mapping.MappingUtil;
import org.apache.iceberg.mapping.NameMappingParser;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
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
            records.forEach(record -> rows.add(text(record)));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    rows.sort(null);
    return rows;
  }

  private static String text(Record record) {
    Object[] values = new Object[record.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = record.get(i) instanceof byte[] bytes ? Arrays.toString(bytes) : record.get(i);
    }
    return Arrays.stream(values).map(String::valueOf).collect(joining(", ", "Record(", ")"));
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

  private void append(Object... values) {
    withTable(t -> t.newAppend().appendFile(file(t, List.of(record(t, values)))).commit());
  }

  private TableCare.Compacted compact() {
    return TableCare.of(lake(), NAME.toString()).compact();
  }

  private static void assertRefused(ThrowingCallable call, String... said) {
    var thrown = assertThatThrownBy(call);
    thrown.isInstanceOfSatisfying(
        EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    for (String part : said) {
      thrown.hasMessageContaining(part);
    }
  }

  @Test
  void compactionDoesNotTakeDefaultsForNulls() {
    make(3, COLUMNS, Map.of());
    for (long id = 0; id < 6; id++) {
      append(id, "p");
    }
    withTable(
        t ->
            t.updateSchema()
                .addColumn("country", Types.StringType.get(), null, Literal.of("de"))
                .commit());
    List<String> before = records();
    assertThat(before).hasSize(6).allMatch(row -> row.contains("de"));
    assertThat(compact()).isEqualTo(new TableCare.Compacted(0, 0, 0, 6));
    for (long id = 6; id < 12; id++) {
      append(id, "p", id % 2 == 0 ? "fr" : null);
    }
    before = records();
    assertThat(compact()).isEqualTo(new TableCare.Compacted(6, 1, 6, 6));
    assertThat(records()).isEqualTo(before);
  }

  @Test
  void structsInListsThatHaveGrownAreLeftAlone() {
    Types.StructType item =
        Types.StructType.of(Types.NestedField.optional(4, "sku", Types.StringType.get()));
    make(
        2,
        new org.apache.iceberg.Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "items", Types.ListType.ofOptional(3, item)),
            Types.NestedField.optional(
                5,
                "address",
                Types.StructType.of(
                    Types.NestedField.optional(6, "city", Types.StringType.get())))),
        Map.of());
    for (long id = 0; id < 6; id++) {
      Record sku = GenericRecord.create(item).copy(Map.of("sku", "s" + id));
      append(id, List.of(sku, sku, sku), null);
    }
    List<String> before = records();
    assertThat(compact()).isEqualTo(new TableCare.Compacted(6, 1, 6, 0));
    assertThat(records()).isEqualTo(before);
    for (long id = 6; id < 12; id++) {
      append(id, null, null);
    }
    withTable(t -> t.updateSchema().addColumn("items", "amount", Types.LongType.get()).commit());
    before = records();
    assertThat(compact()).isEqualTo(new TableCare.Compacted(0, 0, 0, 7));
    assertThat(records()).isEqualTo(before);
  }

  /** A column that is not there at all is null in each row, whatever is in it. */
  @Test
  void columnsOfAllTypesAreCopied() {
    org.apache.iceberg.Schema all =
        new org.apache.iceberg.Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "a_uuid", Types.UUIDType.get()),
            Types.NestedField.optional(3, "fixed", Types.FixedType.ofLength(3)),
            Types.NestedField.optional(4, "a_time", Types.TimeType.get()),
            Types.NestedField.optional(5, "local_time", Types.TimestampType.withoutZone()),
            Types.NestedField.optional(6, "nanos", Types.TimestampNanoType.withZone()),
            Types.NestedField.optional(
                7,
                "attributes",
                Types.MapType.ofOptional(8, 9, Types.StringType.get(), Types.IntegerType.get())));
    make(3, all, Map.of());
    for (long id = 0; id < 6; id++) {
      append(
          id,
          id == 3 ? null : new UUID(id, id),
          new byte[] {1, 2, (byte) id},
          LocalTime.of(1, (int) id),
          LocalDateTime.of(1969, 1, 1, 1, (int) id),
          OffsetDateTime.of(1969, 1, 1, 1, 1, 1, (int) id, ZoneOffset.UTC),
          id == 4 ? null : Map.of("a", (int) id));
    }
    withTable(
        t ->
            t.updateSchema()
                .addColumn(
                    "more",
                    Types.ListType.ofOptional(
                        20,
                        Types.StructType.of(
                            Types.NestedField.optional(21, "x", Types.StringType.get()))))
                .commit());
    List<String> before = records();
    assertThat(compact()).isEqualTo(new TableCare.Compacted(6, 1, 6, 0));
    assertThat(records()).isEqualTo(before);
  }

  @Test
  void keysInFilesWithoutNumbersOfColumnsAreNotTakenForNulls() throws Exception {
    make(3, COLUMNS, Map.of());
    Path file = temp.resolve("foreign.parquet");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      boolean unused =
          statement.execute(
              "COPY (SELECT 1::BIGINT AS id, 'a' AS plan) TO '"
                  + file
                  + "' (FORMAT parquet, COMPRESSION zstd)");
    }
    withTable(
        t -> {
          t.updateProperties()
              .set(
                  TableProperties.DEFAULT_NAME_MAPPING,
                  NameMappingParser.toJson(MappingUtil.create(t.schema())))
              .commit();
          t.newAppend()
              .appendFile(
                  DataFiles.builder(t.spec())
                      .withPath(LocalFileIO.location(file))
                      .withFileSizeInBytes(file.toFile().length())
                      .withRecordCount(1)
                      .withFormat("parquet")
                      .build())
              .commit();
        });
    try (Engine engine = Engine.inMemory(upserting(IcebergSink.upsert(lake(), NAME.toString())))) {
      assertRefused(() -> commit(engine, user(1, "b")), "without the table's numbers", "foreign");
    }
    assertThat(records()).containsExactly("Record(1, a)");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void rowsAreDeletedByKeyHoweverTheirFilesArePartitioned(boolean isPartitionedFirst) {
    IcebergSink plain = IcebergSink.upsert(lake(), NAME.toString()).equalityDeletes();
    IcebergSink sink = isPartitionedFirst ? plain.partitionedBy(Partition.bucket("id", 4)) : plain;
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, upserting(sink))) {
      commit(engine, user(1, "a"), user(2, "a"), user(3, "a"));
    }
    try (Engine engine = Engine.open(directory, upserting(plain))) {
      withTable(t -> t.updateSpec().addField("plan").commit());
      commit(engine, user(1, "b"));
      commit(engine, user(1, "c"), user(2, "c"));
      withTable(t -> t.updateSpec().addField(Expressions.truncate("plan", 1)).commit());
      commit(engine, user(2, "d"), user(4, "d"));
      assertThat(rows())
          .containsExactlyInAnyOrder(user(1, "c"), user(2, "d"), user(3, "a"), user(4, "d"));
      assertThat(plain.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
    }
  }

  @Test
  void versionOneIsRefusedAndReadOnceItIsRaised() {
    make(1, COLUMNS, Map.of());
    for (long id = 0; id < 6; id++) {
      append(id, "p");
    }
    IcebergSource source = IcebergSource.of(lake(), NAME.toString());
    IcebergSink sink = IcebergSink.append(lake(), NAME.toString());
    Pipeline added = Pipeline.define(p -> p.stream("users", USERS).to("lake", sink));
    try (Engine engine = Engine.inMemory(added)) {
      Position at = engine.stream("users").append(user(9, "x"));
      assertRefused(
          () -> engine.awaitSink("lake", at, PATIENCE),
          "format version 1, and a sink needs 2: raise its property format-version");
    }
    try (Engine engine = Engine.inMemory(WrittenTable.keeping(USERS))) {
      assertRefused(() -> source.readInto(engine, "rows"), "format version 1");
      withTable(t -> t.updateProperties().set("format-version", "2").commit());
      long[] first = new long[1];
      withTable(t -> first[0] = t.snapshots().iterator().next().snapshotId());
      assertRefused(
          () -> source.named("later").behindSnapshot(first[0]).readInto(engine, "rows"),
          "made in format version 1");
      assertThat(source.readInto(engine, "rows").rowsAppended()).isEqualTo(6);
      assertThat(source.readInto(engine, "rows").rowsAppended()).isZero();
      append(6L, "p");
      assertThat(WrittenTable.rows(engine, source.readInto(engine, "rows"))).hasSize(7);
    }
    assertThat(compact().filesBefore()).isEqualTo(7);
    try (Engine engine = Engine.inMemory(added)) {
      engine.awaitSink("lake", engine.stream("users").append(user(9, "x")), PATIENCE);
    }
    assertThat(records()).hasSize(8);
  }

  /** Its columns in another order, more of them, and partitions by those. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void partitionsByColumnsThatTheRelationLacksAreOfNulls(boolean isByKey) {
    org.apache.iceberg.Schema more =
        new org.apache.iceberg.Schema(
            Types.NestedField.optional(1, "country", Types.StringType.get()),
            Types.NestedField.optional(2, "plan", Types.StringType.get()),
            Types.NestedField.optional(
                3,
                "address",
                Types.StructType.of(Types.NestedField.optional(4, "city", Types.StringType.get()))),
            Types.NestedField.required(5, "id", Types.LongType.get()));
    make(
        3,
        more,
        PartitionSpec.builderFor(more)
            .identity("country")
            .bucket("address.city", 4)
            .identity("plan")
            .build(),
        Map.of(
            TableProperties.OBJECT_STORE_ENABLED,
            "true",
            TableProperties.WRITE_DATA_LOCATION,
            LocalFileIO.location(temp.resolve("else where")),
            TableProperties.WRITE_METADATA_LOCATION,
            LocalFileIO.location(temp.resolve("meta#data")),
            TableProperties.METADATA_DELETE_AFTER_COMMIT_ENABLED,
            "true",
            TableProperties.METADATA_PREVIOUS_VERSIONS_MAX,
            "1",
            TableProperties.DEFAULT_FILE_FORMAT,
            "orc"));
    IcebergSink upsert = IcebergSink.upsert(lake(), NAME.toString());
    IcebergSink sink = isByKey ? upsert.equalityDeletes() : upsert;
    try (Engine engine = Engine.inMemory(upserting(sink))) {
      for (long id = 10; id < 16; id++) {
        commit(engine, user(id, "x"), user(2, "x" + id), user(3, id % 2 == 0 ? "y" : null));
      }
      List<Row> rows = engine.view("users").scan();
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(rows);
      assertThat(compact().filesBefore()).isGreaterThan(4);
      commit(engine, user(7, "x"), user(2, "y"));
      assertThat(TableCare.of(lake(), NAME.toString()).expireSnapshots(Duration.ZERO, 1))
          .isPositive();
      assertThat(TableCare.of(lake(), NAME.toString()).removeOrphans(Duration.ofHours(1)))
          .isEmpty();
      assertThat(sink.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
      assertThat(rows()).hasSize(9);
    }
  }

  @Test
  void aDefaultThatWouldNotBeWrittenIsNamed() {
    make(3, COLUMNS, Map.of());
    withTable(
        t ->
            t.updateSchema()
                .addColumn("country", Types.StringType.get(), null, Literal.of("de"))
                .commit());
    IcebergSink sink = IcebergSink.append(lake(), NAME.toString());
    Pipeline added =
        Pipeline.define(
            p -> p.stream("users", USERS).to("lake", sink.telling(UnforcedSteps.of(step -> {}))));
    try (Engine engine = Engine.inMemory(added)) {
      engine.awaitSink("lake", engine.stream("users").append(user(1, "x")), PATIENCE);
      assertThat(records()).containsExactly("Record(1, x, de)");
      withTable(t -> t.updateSchema().updateColumnDefault("country", Literal.of("fr")).commit());
      Position at = engine.stream("users").append(user(2, "x"));
      assertRefused(() -> engine.awaitSink("lake", at, PATIENCE), "column 'country' has a default");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc", "0", "-5", "1.5", "99999999999999999999"})
  void aTargetSizeThatIsNoneIsNamed(String size) {
    make(2, COLUMNS, Map.of(TableProperties.WRITE_TARGET_FILE_SIZE_BYTES, size));
    append(1L, "a");
    assertRefused(this::compact, TableProperties.WRITE_TARGET_FILE_SIZE_BYTES + "=" + size);
  }

  /** Vectors of several files are in one file, which is needed for as long as one of them is. */
  @Test
  void aFileOfVectorsStaysWhileOneOfThemCounts() {
    IcebergSink sink =
        IcebergSink.upsert(lake(), NAME.toString()).partitionedBy(Partition.identity("plan"));
    try (Engine engine = Engine.inMemory(upserting(sink))) {
      commit(engine, user(1, "a"), user(2, "a"), user(3, "a"));
      commit(engine, user(4, "b"), user(5, "b"), user(6, "b"));
      // One file with two vectors, of which one is replaced.
      commit(engine, user(1, "c"), user(4, "c"));
      commit(engine, user(2, "c"));
      assertThat(TableCare.of(lake(), NAME.toString()).expireSnapshots(Duration.ZERO, 1))
          .isEqualTo(3);
      withTable(t -> assertThat(LiveFiles.missing(t)).isEmpty());
      assertThat(rows()).hasSize(6).contains(user(2, "c"), user(4, "c"));
      // What is not needed any more goes.
      commit(engine, user(5, "c"), user(3, "c"));
      commit(engine, user(6, "c"));
      int expired = TableCare.of(lake(), NAME.toString()).expireSnapshots(Duration.ZERO, 1);
      assertThat(expired).isEqualTo(2);
      withTable(t -> assertThat(LiveFiles.missing(t)).isEmpty());
    }
  }
}
