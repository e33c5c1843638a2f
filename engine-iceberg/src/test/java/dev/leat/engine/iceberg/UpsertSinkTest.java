package dev.leat.engine.iceberg;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.iceberg.Partition.bucket;
import static dev.leat.engine.iceberg.Partition.days;
import static dev.leat.engine.iceberg.Partition.truncate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.parquet.TableShape;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpsertSinkTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema USERS =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("plan", Type.STRING, true),
              new Field("since", Type.INSTANT, true)));

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private static IcebergSink unforced(IcebergSink sink) {
    return sink.telling(UnforcedSteps.of(step -> {}));
  }

  private IcebergSink users() {
    return unforced(IcebergSink.upsert(lake(), "web.users"));
  }

  private static Pipeline users(IcebergSink sink) {
    return Pipeline.define(
        p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink));
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan, Instant.EPOCH.minusSeconds(id));
  }

  private List<Row> rows() {
    return TableRows.of(lake(), "web.users", USERS);
  }

  private static void commit(Engine engine, Position at) {
    engine.awaitSink("lake", at, PATIENCE);
  }

  @Test
  void theTableHasTheLastVersionOfEachRow() {
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, users(users()))) {
      commit(engine, engine.table("users").upsert(List.of(user(1, "a"), user(2, "b"))));
      commit(engine, engine.table("users").upsert(user(1, "c")));
      commit(engine, engine.table("users").delete(2L));
    }
    assertThat(rows()).containsExactly(user(1, "c"));
    try (Engine engine = Engine.open(directory, users(users()))) {
      commit(engine, engine.table("users").upsert(user(1, "d")));
      commit(engine, engine.table("users").upsert(user(2, "e")));
    }
    assertThat(rows()).containsExactlyInAnyOrder(user(1, "d"), user(2, "e"));
  }

  /** How a relation is made from a keyed table of rows, and what its sink is. */
  private void compare(
      Schema schema, List<String> key, IcebergSink sink, Function<Random, Object[]> values) {
    Pipeline pipeline =
        Pipeline.define(
            p -> p.table("rows", schema).keyless().materialize("rows").to("lake", unforced(sink)));
    Path directory = temp.resolve("engine");
    Random random = new Random(7);
    List<Row> rows = new ArrayList<>();
    for (int opening = 0; opening < 3; opening++) {
      try (Engine engine = Engine.open(directory, pipeline)) {
        for (int commit = 0; commit < 4; commit++) {
          Position at = engine.position();
          for (int epoch = 0; epoch < 3; epoch++) {
            at = change(engine, schema, key, rows, random, values);
          }
          commit(engine, at);
          assertThat(TableRows.of(lake(), sink.table(), schema))
              .as("opening %s commit %s", opening, commit)
              .containsExactlyInAnyOrderElementsOf(rows);
          Reconciliation found = sink.reconcile(engine, "rows", "lake", PATIENCE);
          assertThat(found.isEqual()).as(found.toString()).isTrue();
          assertThat(found.rowsOfTable()).isEqualTo(rows.size());
        }
      }
    }
  }

  private static Position change(
      Engine engine,
      Schema schema,
      List<String> key,
      List<Row> rows,
      Random random,
      Function<Random, Object[]> values) {
    return engine.append(
        t -> {
          for (int i = 0; i < 12; i++) {
            Row row = Row.of(schema, values.apply(random));
            List<Row> old =
                rows.stream().filter(r -> keyOf(r, key).equals(keyOf(row, key))).toList();
            old.forEach(r -> t.delete(engine.keylessTable("rows"), r));
            rows.removeAll(old);
            if (old.isEmpty() || random.nextInt(3) > 0) {
              t.insert(engine.keylessTable("rows"), row);
              rows.add(row);
            }
          }
        });
  }

  private static List<Object> keyOf(Row row, List<String> key) {
    List<Object> values = new ArrayList<>();
    for (String column : key) {
      Object value = row.value(column);
      values.add(value instanceof byte[] bytes ? Arrays.toString(bytes) : value);
    }
    return values;
  }

  private static <T> T maybe(Random random, T value) {
    return random.nextInt(4) == 0 ? null : value;
  }

  private static Object[] someOfEachType(Random random) {
    int n = random.nextInt(2);
    return new Object[] {
      maybe(random, random.nextBoolean()),
      maybe(random, random.nextInt(3) - 1),
      maybe(random, random.nextLong()),
      maybe(random, 0.5f * n),
      maybe(random, -1.0 / (1 + n)),
      maybe(random, new BigDecimal("-12.50").add(BigDecimal.valueOf(n))),
      maybe(random, new BigDecimal("12345678901234.5000").add(BigDecimal.valueOf(n))),
      maybe(random, new BigDecimal("12345678901234567890123.4560000000").negate()),
      maybe(random, n == 0 ? "" : "Zo\u00eb"),
      maybe(random, Instant.parse("0815-12-10T01:02:03.000004Z").plusSeconds(n)),
      maybe(random, LocalDate.parse("1815-12-10").plusDays(n)),
      maybe(random, Duration.ofMillis(-1500L * n)),
      maybe(random, new byte[] {(byte) -n, 7}),
      maybe(random, Arrays.asList("a", null, "" + random.nextInt(50))),
      maybe(random, List.of(List.of(random.nextLong()), List.of())),
      maybe(random, List.of(new BigDecimal("-0.001"))),
      maybe(random, Arrays.asList(Instant.EPOCH, null)),
      maybe(random, Arrays.asList(null, List.of(new BigDecimal("0.001"))))
    };
  }

  private static final Schema EACH_TYPE = EachType.nullable();

  @Test
  void eachTypeIsAKeyThatMayBeNull() {
    for (int column : new int[] {0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}) {
      String name = EACH_TYPE.field(column).name();
      String table = "web.by_" + name;
      Path directory = temp.resolve(name);
      Pipeline pipeline =
          Pipeline.define(
              p ->
                  p.table("rows", EACH_TYPE)
                      .keyless()
                      .to("lake", unforced(IcebergSink.upsert(lake(), table, name))));
      Random random = new Random(column);
      List<Row> rows = new ArrayList<>();
      for (int opening = 0; opening < 2; opening++) {
        try (Engine engine = Engine.open(directory, pipeline)) {
          commit(
              engine,
              change(
                  engine, EACH_TYPE, List.of(name), rows, random, UpsertSinkTest::someOfEachType));
        }
        assertThat(TableRows.of(lake(), table, EACH_TYPE))
            .as(name)
            .containsExactlyInAnyOrderElementsOf(rows);
      }
    }
  }

  @Test
  void randomChangesOfRowsOfAllTypesAreThereAfterEachCommit() {
    compare(
        EACH_TYPE,
        List.of("an_int", "a_string", "a_date"),
        IcebergSink.upsert(lake(), "web.rows", "an_int", "a_string", "a_date"),
        UpsertSinkTest::someOfEachType);
  }

  @Test
  void rowsChangeTheirPartition() {
    compare(
        EACH_TYPE,
        List.of("a_string", "an_int"),
        IcebergSink.upsert(lake(), "web.rows", "a_string", "an_int")
            .partitionedBy(days("an_instant"), bucket("a_long", 3), truncate("a_decimal", 10)),
        UpsertSinkTest::someOfEachType);
  }

  @Test
  void theKeyOfAGroupIsThatOfItsTable() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("users", USERS)
                    .groupBy("plan")
                    .aggregate(count().as("n"), max(col("since")).as("latest"))
                    .materialize("plans")
                    .to("lake", unforced(IcebergSink.upsert(lake(), "web.plans"))));
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline)) {
      Position at = Position.START;
      for (int i = 0; i < 40; i++) {
        at = engine.stream("users").append(user(i, i % 3 == 0 ? null : "plan " + i % 7));
        if (i % 8 == 0) {
          commit(engine, at);
        }
      }
      commit(engine, at);
      assertThat(TableRows.of(lake(), "web.plans", engine.view("plans").schema()))
          .containsExactlyInAnyOrderElementsOf(engine.view("plans").scan());
    }
  }

  @Test
  void aSecondRowOfAKeyGivesTheSinkUpWithTheKey() {
    IcebergSink sink = IcebergSink.upsert(lake(), "web.users", "plan");
    Pipeline pipeline =
        Pipeline.define(p -> p.table("users", USERS).primaryKey("id").to("lake", unforced(sink)));
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline)) {
      commit(engine, engine.table("users").upsert(List.of(user(1, "a"), user(2, "b"))));
      // Two rows change their keys with each other.
      commit(engine, engine.table("users").upsert(List.of(user(1, "b"), user(2, "a"))));
      assertThat(rows()).containsExactlyInAnyOrder(user(1, "b"), user(2, "a"));
      Position at = engine.table("users").upsert(user(3, "a"));
      assertThatThrownBy(() -> commit(engine, at))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("gets a second row of a key")
          .hasMessageContaining("plan=a weight=1 position=3");
    }
    assertThat(rows()).containsExactlyInAnyOrder(user(1, "b"), user(2, "a"));
  }

  @Test
  void equalRowsHaveOneKey() {
    IcebergSink sink = IcebergSink.upsert(lake(), "web.users", "id", "plan", "since");
    Pipeline pipeline = Pipeline.define(p -> p.stream("users", USERS).to("lake", unforced(sink)));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.stream("users").append(List.of(user(1, "a"), user(1, "a")));
      assertThatThrownBy(() -> commit(engine, at))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("gets a second row of a key")
          .hasMessageContaining("id=1 plan=a since=1969-12-31T23:59:59Z");
    }
  }

  private static void refused(
      Function<Relation<Row>, Relation<Row>> of, IcebergSink sink, String... said) {
    var thrown =
        assertThatThrownBy(
            () ->
                Pipeline.define(
                    p -> of.apply(p.table("users", USERS).primaryKey("id")).to("lake", sink)));
    thrown.isInstanceOf(EngineException.class);
    for (String part : said) {
      thrown.hasMessageContaining(part);
    }
  }

  @Test
  void whatCannotBeUpsertedIsRefusedWhereThePipelineIsDefined() {
    refused(
        r -> r.groupBy("plan").aggregate(count().as("n")),
        IcebergSink.append(lake(), "web.users"),
        "takes rows back",
        "upsert by its key [plan] with IcebergSink.upsert(lake, table)",
        ".closing(lateness)",
        "as a view");
    refused(
        r -> r.select("plan"),
        IcebergSink.upsert(lake(), "web.users"),
        "has none that is known",
        "name columns that no two rows share",
        ".groupBy");
    refused(
        r -> r,
        IcebergSink.upsert(lake(), "web.users", "plam"),
        "there is no column of the key 'plam'; did you mean 'plan'?");
    refused(
        r -> r.groupBy("plan").aggregate(arrayAgg(col("id")).as("ids")),
        IcebergSink.upsert(lake(), "web.users", "ids"),
        "cannot upsert by an array: column=ids");
    refused(
        r -> r,
        IcebergSink.upsert(lake(), "web.users", "plan").equalityDeletes(),
        "of which the plan does not say that no two rows share it: relation_key=[id]");
    assertThatThrownBy(() -> IcebergSink.append(lake(), "web.users").equalityDeletes())
        .hasMessageContaining("only .upsert(...) deletes");
    assertThatThrownBy(() -> IcebergSink.upsert(lake(), "web.users", "id", "id"))
        .hasMessageContaining("a column is named twice");
    assertThat(temp.resolve("lake")).doesNotExist();
  }

  @Test
  void keysOfFractionsAreNotDeletedByEquality() {
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.table("rows", Schema.of(List.of(new Field("x", Type.DOUBLE, false))))
                            .primaryKey("x")
                            .to("lake", IcebergSink.upsert(lake(), "web.xs").equalityDeletes())))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("cannot delete by a float or double")
        .hasMessageContaining("column=x");
  }

  /** What the table has, by its manifests. */
  private List<FileScanTask> tasks() {
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse("web.users"));
      List<FileScanTask> tasks = new ArrayList<>();
      try (CloseableIterable<FileScanTask> planned = table.newScan().planFiles()) {
        planned.forEach(tasks::add);
      }
      return tasks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void eachFileHasOneVectorAndIsRemovedWhenNothingIsLeft() {
    try (Engine engine = Engine.inMemory(users(users()))) {
      commit(
          engine, engine.table("users").upsert(List.of(user(1, "a"), user(2, "a"), user(3, "a"))));
      commit(engine, engine.table("users").upsert(user(1, "b")));
      commit(engine, engine.table("users").delete(2L));
      assertThat(tasks())
          .extracting(
              task -> task.file().recordCount() + " rows, " + task.deletes().size() + " vectors")
          .containsExactlyInAnyOrder("3 rows, 1 vectors", "1 rows, 0 vectors");
      assertThat(tasks().stream().flatMap(task -> task.deletes().stream()))
          .extracting(DeleteFile::recordCount)
          .containsExactly(2L);
      // The last row of the first file, and the only one of the second.
      commit(engine, engine.table("users").upsert(List.of(user(3, "c"), user(1, "c"))));
      assertThat(tasks())
          .extracting(
              task -> task.file().recordCount() + " rows, " + task.deletes().size() + " vectors")
          .containsExactly("2 rows, 0 vectors");
      // Of a row that comes and goes between two commits nothing is written.
      Position unused = engine.table("users").upsert(user(9, "x"));
      commit(engine, engine.table("users").delete(9L));
      assertThat(tasks()).hasSize(1);
      assertThat(rows()).containsExactlyInAnyOrder(user(3, "c"), user(1, "c"));
    }
  }

  @Test
  void theTableSaysWhatItsKeyIs() {
    try (Engine engine = Engine.inMemory(users(users()))) {
      commit(engine, engine.table("users").upsert(user(1, "a")));
    }
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse("web.users"));
      assertThat(table.schema().identifierFieldNames()).containsExactly("id");
      assertThat(((HasTableOperations) table).operations().current().formatVersion()).isEqualTo(3);
    }
  }

  /** Makes a table as somebody else would. */
  private void make(int version, org.apache.iceberg.Schema schema) {
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table unused =
          catalog
              .tables()
              .buildTable(TableIdentifier.parse("web.users"), schema)
              .withProperty("format-version", Integer.toString(version))
              .create();
    }
  }

  @Test
  void aTableThatIsThereGetsColumnsAndIsRefusedWithItsDifferences() {
    make(
        3,
        new org.apache.iceberg.Schema(
            Types.NestedField.required(1, "id", Types.LongType.get()),
            Types.NestedField.optional(2, "other", Types.StringType.get())));
    try (Engine engine = Engine.inMemory(users(users()))) {
      commit(engine, engine.table("users").upsert(user(1, "a")));
      commit(engine, engine.table("users").upsert(user(1, "b")));
    }
    assertThat(rows()).containsExactly(user(1, "b"));
    Schema other =
        Schema.of(List.of(new Field("id", Type.STRING, false), new Field("n", Type.INT, false)));
    Pipeline pipeline =
        Pipeline.define(p -> p.table("users", other).primaryKey("id").to("lake 2", users()));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position at = engine.table("users").upsert(Row.of(other, "a", 1));
      assertThatThrownBy(() -> engine.awaitSink("lake 2", at, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("column 'id' is string, in the table long")
          .hasMessageContaining("column 'n' is not in the table, and not nullable");
    }
  }

  @Test
  void anOlderTableIsRefusedWithTheWaysOut() {
    make(2, TableShape.toCreate(USERS, List.of()));
    try (Engine engine = Engine.inMemory(users(users()))) {
      Position at = engine.table("users").upsert(user(1, "a"));
      assertThatThrownBy(() -> commit(engine, at))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("format version 2, and deletion vectors need 3")
          .hasMessageContaining(".equalityDeletes()");
    }
    try (Engine engine = Engine.inMemory(users(users().equalityDeletes()))) {
      commit(engine, engine.table("users").upsert(List.of(user(1, "a"), user(2, "a"))));
      commit(engine, engine.table("users").upsert(user(1, "b")));
    }
    assertThat(rows()).containsExactlyInAnyOrder(user(1, "b"), user(2, "a"));
  }

  @Test
  void whatWasDeletedByEqualityMustBeRewrittenFirst() {
    make(3, TableShape.toCreate(USERS, List.of()));
    try (Engine engine = Engine.inMemory(users(users().equalityDeletes()))) {
      commit(engine, engine.table("users").upsert(user(1, "a")));
      commit(engine, engine.table("users").upsert(user(1, "b")));
    }
    Pipeline vectors =
        Pipeline.define(p -> p.table("users", USERS).primaryKey("id").to("lake 2", users()));
    try (Engine engine = Engine.inMemory(vectors)) {
      Position at = engine.table("users").upsert(user(2, "a"));
      assertThatThrownBy(() -> engine.awaitSink("lake 2", at, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("deleted in another way than with deletion vectors");
    }
  }
}
