package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RowDelta;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconciliationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TABLE = "web.users";
  private static final String WHY = "a few rows of a test";
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private IcebergSink append() {
    return IcebergSink.append(lake(), TABLE).telling(UnforcedSteps.of(step -> {}));
  }

  private IcebergSink upsert() {
    return IcebergSink.upsert(lake(), TABLE).telling(UnforcedSteps.of(step -> {}));
  }

  private static Pipeline added(IcebergSink sink) {
    return Pipeline.define(
        p -> p.stream("users", USERS).acceptGrowth(WHY).materialize("users").to("lake", sink));
  }

  private static Pipeline changed(IcebergSink sink) {
    return Pipeline.define(
        p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink));
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private static void commit(Engine engine, Position at) {
    engine.awaitSink("lake", at, PATIENCE);
  }

  private static Reconciliation reconcile(Engine engine, IcebergSink sink) {
    return sink.reconcile(engine, "users", "lake", PATIENCE);
  }

  /** Somebody else changes the table. */
  private void beside(Consumer<Table> change) {
    try (LakeCatalog catalog = lake().catalog()) {
      change.accept(catalog.tables().loadTable(TableIdentifier.parse(TABLE)));
    }
  }

  private static List<DataFile> files(Table table) {
    try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
      List<DataFile> files = new ArrayList<>();
      tasks.forEach(task -> files.add(task.file().copy()));
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All rows as one file, by Iceberg's writer, with a change. */
  private static DataFile written(Table table, String codec, UnaryOperator<Record> change) {
    try {
      DataWriter<Record> writer =
          Parquet.writeData(
                  table.io().newOutputFile(table.location() + "/data/" + codec + ".parquet"))
              .schema(table.schema())
              .withSpec(table.spec())
              .set("write.parquet.compression-codec", codec)
              .createWriterFunc(GenericParquetWriter::create)
              .overwrite()
              .build();
      try (writer;
          CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
        for (Record record : records) {
          writer.write(change.apply(record));
        }
      }
      return writer.toDataFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aTableOfAddedRowsIsEqualWithEqualRowsInIt() {
    try (Engine engine = Engine.inMemory(added(append()))) {
      commit(engine, engine.stream("users").append(List.of(user(1, "a"), user(1, "a"))));
      Position at = engine.stream("users").append(List.of(user(1, "a"), user(2, null)));
      engine.view("users").await(at);
      Reconciliation found = reconcile(engine, append());
      assertThat(found.isEqual()).isTrue();
      assertThat(found.position()).isEqualTo(at);
      assertThat(found.rowsOfView()).isEqualTo(4);
      assertThat(found).hasToString("equal: position=2 rows_of_view=4 rows_of_table=4");
    }
  }

  @Test
  void aRowThatTheTableHasNotIsNamed() {
    try (Engine engine = Engine.inMemory(added(append()))) {
      commit(engine, engine.stream("users").append(user(1, "a")));
      commit(engine, engine.stream("users").append(user(2, "b")));
      beside(
          table ->
              table
                  .newDelete()
                  .deleteFile(
                      files(table).stream()
                          .filter(file -> file.dataSequenceNumber() == 2)
                          .findFirst()
                          .orElseThrow())
                  .commit());
      Reconciliation found = reconcile(engine, append());
      assertThat(found.isEqual()).isFalse();
      assertThat(found.firstMissing()).contains(user(2, "b"));
      assertThat(found.firstSurplus()).isEmpty();
      assertThat(found)
          .hasToString(
              "different: position=2 rows_of_view=2 rows_of_table=1 missing=1 surplus=0"
                  + " first_missing={id=2, plan=b}");
    }
  }

  @Test
  void rowsThatTheTableHasTwiceAreNamed() {
    try (Engine engine = Engine.inMemory(added(append()))) {
      commit(engine, engine.stream("users").append(List.of(user(1, "a"), user(2, "b"))));
      beside(
          table -> table.newAppend().appendFile(written(table, "zstd", record -> record)).commit());
      Reconciliation found = reconcile(engine, append());
      assertThat(found)
          .hasToString(
              "different: position=1 rows_of_view=2 rows_of_table=4 missing=0 surplus=2"
                  + " first_surplus={id=1, plan=a}");
      assertThat(found.firstSurplus()).contains(user(1, "a"));
    }
  }

  @Test
  void aValueThatDiffersIsNamedWithTheRowOfItsKey() {
    try (Engine engine = Engine.inMemory(changed(upsert()))) {
      commit(
          engine, engine.table("users").upsert(List.of(user(1, "a"), user(2, "a"), user(3, "a"))));
      commit(engine, engine.table("users").upsert(user(1, "b")));
      assertThat(reconcile(engine, upsert()))
          .hasToString("equal: position=2 rows_of_view=3 rows_of_table=3");
      beside(
          table -> {
            DataFile other =
                written(
                    table,
                    "zstd",
                    record -> {
                      Record copy = record.copy();
                      if (copy.getField("id").equals(2L)) {
                        copy.setField("plan", "quite another");
                      }
                      return copy;
                    });
            RowDelta delta = table.newRowDelta().addRows(other);
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
              for (FileScanTask task : tasks) {
                delta.removeRows(task.file().copy());
                task.deletes().forEach(vector -> delta.removeDeletes(vector.copy()));
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
            delta.commit();
          });
      Reconciliation found = reconcile(engine, upsert());
      assertThat(found.firstSurplus()).contains(user(2, "quite another"));
      assertThat(found.firstMissing()).contains(user(2, "a"));
      assertThat(found)
          .hasToString(
              "different: position=2 rows_of_view=3 rows_of_table=3 missing=1 surplus=1"
                  + " first_missing={id=2, plan=a} first_surplus={id=2, plan=quite another}");
    }
  }

  @Test
  void rowsThatWereDeletedByKeyAreNotThere() {
    IcebergSink sink = upsert().equalityDeletes();
    try (Engine engine = Engine.inMemory(changed(sink))) {
      commit(
          engine, engine.table("users").upsert(List.of(user(1, "a"), user(2, null), user(3, "a"))));
      commit(engine, engine.table("users").upsert(List.of(user(1, "b"), user(2, "b"))));
      commit(engine, engine.table("users").delete(2L));
      commit(engine, engine.table("users").upsert(user(2, "c")));
      assertThat(reconcile(engine, sink))
          .hasToString("equal: position=4 rows_of_view=3 rows_of_table=3");
    }
  }

  @Test
  void theViewIsFollowedWhileRowsCome() throws Exception {
    SinkSettings often = SinkSettings.defaults().withCommitInterval(Duration.ofMillis(5));
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("users", USERS)
                    .primaryKey("id")
                    .materialize("users")
                    .to("lake", upsert(), often));
    try (Engine engine = Engine.inMemory(pipeline)) {
      Position unused = engine.table("users").upsert(user(0, "a"));
      AtomicBoolean isDone = new AtomicBoolean();
      Thread writer =
          new Thread(
              () -> {
                for (long i = 0; !isDone.get(); i++) {
                  Position at = engine.table("users").upsert(user(i % 97, "plan " + i));
                  engine.view("users").await(at);
                }
              });
      writer.start();
      try {
        Position before = Position.START;
        for (int i = 0; i < 4; i++) {
          Reconciliation found = reconcile(engine, upsert());
          assertThat(found.isEqual()).as(found.toString()).isTrue();
          assertThat(found.position()).isGreaterThanOrEqualTo(before);
          before = found.position();
        }
        assertThat(before).isGreaterThan(new Position(1));
      } finally {
        isDone.set(true);
        writer.join();
      }
    }
  }

  @Test
  void theHostMayStep() {
    try (Engine engine =
        Engine.inMemory(added(append()), EngineSettings.defaults().withThreading(Threading.HOST))) {
      Position unused = engine.stream("users").append(List.of(user(1, "a"), user(2, "b")));
      int steps = engine.step();
      assertThat(steps).isPositive();
      assertThat(reconcile(engine, append()))
          .hasToString("equal: position=1 rows_of_view=2 rows_of_table=2");
    }
  }

  @Test
  void anotherTableOrRelationIsRefused() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              var users = p.stream("users", USERS).acceptGrowth(WHY).materialize("users");
              users.to("lake", append());
              users.select("plan").acceptGrowth(WHY).materialize("plans");
              p.stream("others", OTHERS).acceptGrowth(WHY).materialize("others");
            });
    try (Engine engine = Engine.inMemory(pipeline)) {
      commit(engine, engine.stream("users").append(user(1, "a")));
      IcebergSink other = IcebergSink.append(lake(), "web.others");
      refused(() -> reconcile(engine, other), "the table is not there", "'lake'", "web.others");
      refused(() -> reconcile(engine, append().toBranch("b")), "not at a position", "found=null");
      refused(
          () -> append().reconcile(engine, "plans", "lake", PATIENCE),
          "the table needs column 'id'");
      refused(
          () -> append().reconcile(engine, "others", "lake", PATIENCE),
          "lacks a column",
          "column=x");
      refused(() -> append().reconcile(engine, "users", "lace", PATIENCE), "lace");
    }
  }

  private static final Schema OTHERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("x", Type.LONG, true)));

  private static void refused(Runnable run, String... said) {
    var thrown =
        assertThatThrownBy(run::run)
            .isInstanceOfSatisfying(
                EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID));
    for (String part : said) {
      thrown.hasMessageContaining(part);
    }
  }

  @Test
  void filesOfOthersThatAreNotReadAreNamed() {
    try (Engine engine = Engine.inMemory(added(append()))) {
      commit(engine, engine.stream("users").append(user(1, "a")));
      beside(table -> table.newAppend().appendFile(written(table, "lz4_raw", r -> r)).commit());
      refused(() -> reconcile(engine, append()), "codec that is not read here", "lz4_raw.parquet");
    }
  }
}
