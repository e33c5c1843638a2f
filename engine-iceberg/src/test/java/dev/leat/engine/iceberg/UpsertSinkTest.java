package dev.leat.engine.iceberg;

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
import java.util.function.Function;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.jdbc.JdbcCatalog;
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
            List<Row> old = rows.stream().filter(r -> keyOf(r, key).equals(keyOf(row, key))).toList();
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
      maybe(random, new BigDecimal("12345678901234567890123.456").negate()),
      maybe(random, n == 0 ? "" : "Zo\u00eb"),
      maybe(random, Instant.parse("1815-12-10T01:02:03.000004Z").plusSeconds(n)),
      maybe(random, LocalDate.parse("1815-12-10").plusDays(n)),
      maybe(random, Duration.ofMillis(-1500L * n)),
      maybe(random, new byte[] {(byte) -n, 7}),
      maybe(random, Arrays.asList("a", null, "" + random.nextInt(50))),
      maybe(random, List.of(List.of(random.nextLong()), List.of()))
    };
  }

  private static final Schema EACH_TYPE =
      Schema.of(
          List.of(
              new Field("a_boolean", Type.BOOLEAN, true),
              new Field("an_int", Type.INT, true),
              new Field("a_long", Type.LONG, true),
              new Field("a_float", Type.FLOAT, true),
              new Field("a_double", Type.DOUBLE, true),
              new Field("a_decimal", Type.decimal(10, 2), true),
              new Field("a_long_decimal", Type.decimal(38, 3), true),
              new Field("a_string", Type.STRING, true),
              new Field("an_instant", Type.INSTANT, true),
              new Field("a_date", Type.DATE, true),
              new Field("a_duration", Type.DURATION, true),
              new Field("some_bytes", Type.BYTES, true),
              new Field("strings", Type.array(Type.STRING), true),
              new Field("longs", Type.array(Type.array(Type.LONG)), true)));

  @Test
  void eachTypeIsAKeyThatMayBeNull() {
    for (int column : new int[] {0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11}) {
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
}
