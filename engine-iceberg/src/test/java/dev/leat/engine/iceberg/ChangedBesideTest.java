package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.write.IcebergSession;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.RewriteFiles;
import org.apache.iceberg.Table;
import org.apache.iceberg.Transaction;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.data.parquet.GenericParquetWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Others change a table whose rows an engine replaces: what they may, and what is told. */
class ChangedBesideTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));

  @TempDir private Path temp;

  private Lake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private Pipeline pipeline(Steps steps) {
    IcebergSink sink = IcebergSink.upsert(lake(), "web.users").telling(UnforcedSteps.of(steps));
    return Pipeline.define(p -> p.table("users", USERS).primaryKey("id").to("lake", sink));
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private static void commit(Engine engine, Row... rows) {
    engine.awaitSink("lake", engine.table("users").upsert(List.of(rows)), PATIENCE);
  }

  private List<Row> rows() {
    return TableRows.of(lake(), "web.users", USERS);
  }

  /** Writes all rows into one file, with Iceberg's writer, in the place of all files. */
  private void compact(String codec) {
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse("web.users"));
      DataFile all = write(table, codec);
      RewriteFiles rewrite = table.newRewrite();
      try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
        for (FileScanTask task : tasks) {
          rewrite.deleteFile(task.file().copy());
          for (DeleteFile vector : task.deletes()) {
            rewrite.deleteFile(vector.copy());
          }
        }
      }
      rewrite.addFile(all).validateFromSnapshot(table.currentSnapshot().snapshotId());
      rewrite.commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static DataFile write(Table table, String codec) throws IOException {
    DataWriter<Record> writer =
        Parquet.writeData(
                table
                    .io()
                    .newOutputFile(
                        table.location() + "/data/" + codec + "-" + System.nanoTime() + ".parquet"))
            .schema(table.schema())
            .withSpec(table.spec())
            .set("write.parquet.compression-codec", codec)
            .createWriterFunc(GenericParquetWriter::create)
            .overwrite()
            .build();
    try (writer;
        CloseableIterable<Record> records = IcebergGenerics.read(table).build()) {
      records.forEach(writer::write);
    }
    return writer.toDataFile();
  }

  @Test
  void filesAreCompactedBetweenCommits() {
    try (Engine engine = Engine.inMemory(pipeline(step -> {}))) {
      commit(engine, user(1, "a"), user(2, "a"), user(3, "a"));
      commit(engine, user(1, "b"));
      for (String codec : List.of("zstd", "gzip", "uncompressed")) {
        compact(codec);
        commit(engine, user(2, codec), user(4, codec));
        assertThat(rows())
            .containsExactlyInAnyOrder(user(1, "b"), user(2, codec), user(3, "a"), user(4, codec));
      }
      assertThat(engine.sinkStatus("lake").failure()).isEmpty();
    }
  }

  @Test
  void aCodecThatIsNotReadIsNamed() {
    try (Engine engine = Engine.inMemory(pipeline(step -> {}))) {
      commit(engine, user(1, "a"));
      compact("lz4_raw");
      assertThatThrownBy(() -> commit(engine, user(1, "b")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("codec that is not read here")
          .hasMessageContaining("codec=LZ4_RAW");
    }
  }

  @Test
  void filesAreCompactedWithinACommit() {
    List<String> seen = new ArrayList<>();
    AtomicReference<Runnable> beside = new AtomicReference<>(() -> {});
    Steps steps =
        step -> {
          if (step.equals("before a commit")) {
            seen.add(step);
            beside.getAndSet(() -> {}).run();
          }
        };
    try (Engine engine = Engine.inMemory(pipeline(steps))) {
      commit(engine, user(1, "a"), user(2, "a"));
      beside.set(() -> compact("zstd"));
      commit(engine, user(2, "b"), user(3, "b"));
      assertThat(rows()).containsExactlyInAnyOrder(user(1, "a"), user(2, "b"), user(3, "b"));
      // Made, refused, and made again.
      assertThat(seen.size()).isGreaterThanOrEqualTo(3);
    }
  }

  @Test
  void rowsThatSomebodyElseHasDeletedAreMissed() {
    try (Engine engine = Engine.inMemory(pipeline(step -> {}))) {
      commit(engine, user(1, "a"));
      commit(engine, user(2, "a"));
      try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
        Table table = catalog.tables().loadTable(TableIdentifier.parse("web.users"));
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
          table.newDelete().deleteFile(tasks.iterator().next().file().copy()).commit();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      assertThatThrownBy(() -> commit(engine, user(3, "b")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("lacks rows that were there")
          .hasMessageContaining("rows=1 known=2");
    }
  }

  /** A host that was thought dead goes on: what it misses, its successor has deleted. */
  @Test
  void aPlaceThatHasMovedIsToldBeforeRowsAreMissed() {
    try (Engine engine = Engine.inMemory(pipeline(step -> {}))) {
      commit(engine, user(1, "a"));
      commit(engine, user(2, "a"));
      try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
        Table table = catalog.tables().loadTable(TableIdentifier.parse("web.users"));
        Transaction successor = table.newTransaction();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
          successor.newDelete().deleteFile(tasks.iterator().next().file().copy()).commit();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        SinkPlace place = new SinkPlace("log", "query", "another", new Position(7));
        successor.updateProperties().set(IcebergSession.property("lake"), place.text()).commit();
        successor.commitTransaction();
      }
      assertThatThrownBy(() -> commit(engine, user(3, "b")))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has been written to by somebody else");
    }
  }

  @Test
  void rowsThatSomebodyElseHasAddedTwiceAreFound() {
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, pipeline(step -> {}))) {
      commit(engine, user(1, "a"));
    }
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse("web.users"));
      table.newAppend().appendFile(write(table, "zstd")).commit();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try (Engine engine = Engine.open(directory, pipeline(step -> {}))) {
      Position at = engine.table("users").upsert(user(2, "a"));
      assertThatThrownBy(() -> engine.awaitSink("lake", at, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has two rows of one key")
          .hasMessageContaining("position=0");
    }
  }
}
