package dev.leat.engine.iceberg;

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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables and lakes that somebody else alters beneath a sink, or that were never right for one. */
class AlteredTableTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final TableIdentifier TABLE = TableIdentifier.parse("web.users");
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));

  private final AtomicReference<Runnable> beforeCommit = new AtomicReference<>(() -> {});

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private Pipeline users(IcebergSink sink) {
    IcebergSink told =
        sink.telling(
            UnforcedSteps.of(
                step -> {
                  if (step.equals("before a commit")) {
                    beforeCommit.getAndSet(() -> {}).run();
                  }
                }));
    return Pipeline.define(
        p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", told));
  }

  private IcebergSink upsert() {
    return IcebergSink.upsert(lake(), "web.users");
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private static void commit(Engine engine, Row... rows) {
    engine.awaitSink("lake", engine.table("users").upsert(List.of(rows)), PATIENCE);
  }

  private void alter(Consumer<Table> change) {
    try (LakeCatalog catalog = lake().open(UnforcedSteps.of(step -> {}))) {
      change.accept(catalog.tables().loadTable(TABLE));
    }
  }

  private List<Row> rows() {
    return TableRows.of(lake(), "web.users", USERS);
  }

  private static void refused(Engine engine, String... said) {
    Position at = engine.table("users").upsert(user(9, "z"));
    var thrown = assertThatThrownBy(() -> engine.awaitSink("lake", at, PATIENCE));
    thrown.isInstanceOf(EngineException.class);
    for (String part : said) {
      thrown.hasMessageContaining(part);
    }
  }

  /** Else values would be in files, where nobody finds them, and be missing for ever. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void valuesOfAColumnThatIsTakenAwayAreNotLostUnseen(boolean isByKey) {
    IcebergSink sink = isByKey ? upsert().equalityDeletes() : upsert();
    try (Engine engine = Engine.open(temp.resolve("engine"), users(sink))) {
      commit(engine, user(1, "a"));
      beforeCommit.set(() -> alter(table -> table.updateSchema().deleteColumn("plan").commit()));
      commit(engine, user(2, "b"));
      // The column is there again, as for any that the table lacks, and has what was written then.
      assertThat(rows()).containsExactlyInAnyOrder(user(1, null), user(2, "b"));
      assertThat(sink.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isFalse();
      alter(table -> table.updateSchema().renameColumn("id", "number").commit());
      refused(engine, "the table needs column 'number'");
    }
  }

  @Test
  void filesAreOfThePartitionsThatTheTableHas() {
    try (Engine engine = Engine.open(temp.resolve("engine"), users(upsert()))) {
      commit(engine, user(1, "a"), user(2, "b"));
      beforeCommit.set(() -> alter(table -> table.updateSpec().addField("plan").commit()));
      commit(engine, user(2, "c"), user(3, "c"));
      assertThat(
              TableFiles.of(lake(), "web.users").files().stream()
                  .map(f -> f.partition().toString()))
          .contains("PartitionData{plan=c}");
      commit(engine, user(1, "c"));
      assertThat(rows()).containsExactlyInAnyOrder(user(1, "c"), user(2, "c"), user(3, "c"));
    }
    IcebergSink declared = upsert().partitionedBy(Partition.identity("id"));
    try (Engine engine = Engine.open(temp.resolve("engine"), users(declared))) {
      refused(engine, "is partitioned in another way");
    }
  }

  @Test
  void aTableThatIsDroppedBeneathASinkIsNotMadeAnewWithLess() {
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, users(upsert()))) {
      commit(engine, user(1, "a"));
      try (LakeCatalog catalog = lake().open(UnforcedSteps.of(step -> {}))) {
        assertThat(catalog.tables().dropTable(TABLE, false)).isTrue();
      }
      refused(engine, "has been written to by somebody else", "found=null");
    }
    assertThat(rows()).isEmpty();
    // Opened again, all is written from the log, which is still whole.
    try (Engine engine = Engine.open(directory, users(upsert()))) {
      commit(engine, user(2, "b"));
      assertThat(rows()).containsExactlyInAnyOrder(user(1, "a"), user(2, "b"), user(9, "z"));
    }
  }

  @Test
  void rowsThatSomebodyElseDeletesByExpressionAreMissed() {
    try (Engine engine = Engine.open(temp.resolve("engine"), users(upsert()))) {
      commit(engine, user(1, "a"));
      alter(table -> table.newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit());
      refused(engine, "lacks rows that were there");
    }
  }

  private static void refusedWhereDefined(Schema schema, IcebergSink sink, String... said) {
    var thrown =
        assertThatThrownBy(() -> Pipeline.define(p -> p.stream("rows", schema).to("lake", sink)));
    thrown.isInstanceOf(EngineException.class);
    for (String part : said) {
      thrown.hasMessageContaining(part);
    }
  }

  @Test
  void namesThatOthersCannotReadAreRefused() {
    IcebergSink sink = IcebergSink.append(lake(), "web.rows");
    refusedWhereDefined(
        Schema.of(List.of(new Field("Id", Type.LONG, false), new Field("id", Type.LONG, false))),
        sink,
        "differ in case only",
        "[Id, id]");
    refusedWhereDefined(
        Schema.of(List.of(new Field("_row_id", Type.LONG, true))),
        sink,
        "keeps for itself: column=_row_id");
    refusedWhereDefined(USERS, sink.property("format-version", "1"), "format version 2 or later");
    assertThat(temp.resolve("lake")).doesNotExist();
  }

  @Test
  void aColumnThatTheTableSpellsInAnotherWayIsNotAddedBesideIt() {
    try (Engine engine = Engine.open(temp.resolve("engine"), users(upsert()))) {
      commit(engine, user(1, "a"));
    }
    Schema other =
        Schema.of(List.of(new Field("id", Type.LONG, false), new Field("Plan", Type.STRING, true)));
    try (Engine engine =
        Engine.inMemory(
            Pipeline.define(p -> p.table("users", other).primaryKey("id").to("other", upsert())))) {
      Position at = engine.table("users").upsert(Row.of(other, 2L, "b"));
      assertThatThrownBy(() -> engine.awaitSink("other", at, PATIENCE))
          .hasMessageContaining("column 'Plan' is spelled 'plan' in the table");
    }
  }

  @Test
  void aLakeThatWasMovedIsNamed() throws IOException {
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, users(upsert()))) {
      commit(engine, user(1, "a"));
    }
    Path moved = temp.resolve("moved");
    Path unused = Files.move(temp.resolve("lake"), moved);
    IcebergSink sink = IcebergSink.upsert(Lake.local(moved), "web.users");
    assertThatThrownBy(() -> Engine.open(directory, users(sink)).close())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("web.users")
        .hasMessageContaining("moved");
    assertThat(temp.resolve("lake")).doesNotExist();
  }

  @Test
  void whatIsNoLakeIsNamed() throws IOException {
    Path folder = Files.createDirectories(temp.resolve("lake"));
    Path catalog =
        Files.write(
            folder.resolve("catalog.db"),
            "a file of somebody else".repeat(99).getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> Engine.open(temp.resolve("engine"), users(upsert())).close())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("catalog");
    assertThat(Files.readString(catalog)).startsWith("a file of somebody else");
    Path file = Files.writeString(temp.resolve("file"), "x");
    IcebergSink sink = IcebergSink.upsert(Lake.local(file), "web.users");
    assertThatThrownBy(() -> Engine.open(temp.resolve("engine2"), users(sink)).close())
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("the folder of a lake cannot be made");
  }

  @Test
  void aViewOfNothingMakesNoTable() {
    try (Engine engine = Engine.open(temp.resolve("engine"), users(upsert()))) {
      commit(engine, user(1, "a"));
      engine.awaitSink("lake", engine.table("users").delete(1L), PATIENCE);
      assertThat(upsert().reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
      assertThat(TableCare.of(lake(), "web.users").compact().filesBefore()).isZero();
      commit(engine, user(2, "b"));
      assertThat(rows()).containsExactly(user(2, "b"));
    }
  }
}
