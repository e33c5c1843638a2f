package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.care.CompactedFiles;
import dev.leat.engine.iceberg.internal.care.Compaction;
import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.scan.SnapshotRows;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.apache.iceberg.SnapshotRef;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Care for tables whose rows change, and branches of them. */
class UpsertCareTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TABLE = "web.users";
  private static final Schema USERS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("plan", Type.STRING, true)));

  @TempDir private Path temp;

  private LocalLake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private IcebergSink sink() {
    return IcebergSink.upsert(lake(), TABLE).telling(UnforcedSteps.of(step -> {}));
  }

  private Engine engine(String name, IcebergSink sink) {
    return Engine.open(
        temp.resolve(name),
        Pipeline.define(
            p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink)));
  }

  private static Row user(long id, String plan) {
    return Row.of(USERS, id, plan);
  }

  private static void commit(Engine engine, Row... rows) {
    engine.awaitSink("lake", engine.table("users").upsert(List.of(rows)), PATIENCE);
  }

  private List<Row> rows() {
    return TableRows.of(lake(), TABLE, USERS);
  }

  @Test
  void whatIsDeletedByKeyWhileFilesArePutTogetherStaysDeleted() {
    IcebergSink sink = sink().equalityDeletes();
    AtomicReference<Runnable> beside = new AtomicReference<>(() -> {});
    try (Engine engine = engine("engine", sink)) {
      for (long id = 0; id < 6; id++) {
        commit(engine, user(id, "a"));
      }
      beside.set(() -> commit(engine, user(2, "b"), user(6, "b")));
      Steps steps =
          UnforcedSteps.of(
              step -> {
                if (step.equals("before a data file is made")) {
                  beside.getAndSet(() -> {}).run();
                }
              });
      try (LakeCatalog catalog = lake().open(steps)) {
        Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
        assertThat(new Compaction(table, steps).run()).isEqualTo(new CompactedFiles(6, 1, 6, 0));
      }
      List<Row> expected =
          new ArrayList<>(
              List.of(user(0, "a"), user(1, "a"), user(2, "b"), user(3, "a"), user(4, "a")));
      expected.addAll(List.of(user(5, "a"), user(6, "b")));
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
      commit(engine, user(3, "c"));
      expected.set(3, user(3, "c"));
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(engine.sinkStatus("lake").failure()).isEmpty();
      assertThat(sink.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
    }
  }

  private List<Path> vectors() throws IOException {
    try (Stream<Path> all = Files.walk(temp.resolve("lake/warehouse"))) {
      return all.filter(file -> file.toString().endsWith(".puffin")).toList();
    }
  }

  private void age() throws IOException {
    FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
    try (Stream<Path> all = Files.walk(temp.resolve("lake/warehouse"))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        Path unused = Files.setLastModifiedTime(file, old);
      }
    }
  }

  @Test
  void vectorsOfVersionsThatAreThereStayAndOthersAreOrphans() throws Exception {
    TableCare care = TableCare.of(lake(), TABLE);
    try (Engine engine = engine("engine", sink())) {
      commit(engine, user(1, "a"), user(2, "a"), user(3, "a"));
      commit(engine, user(1, "b"));
      commit(engine, user(2, "b"));
      // The second vector has what the first had; the snapshot before still has the first.
      List<Path> vectors = vectors();
      assertThat(vectors).hasSize(2);
      Path orphan =
          Files.writeString(vectors.get(0).resolveSibling("00000-0-of-nobody.puffin"), "x");
      age();
      assertThat(care.removeOrphans(Duration.ofDays(1)))
          .containsExactly(LocalFileIO.location(orphan));
      assertThat(vectors()).containsExactlyInAnyOrderElementsOf(vectors);

      assertThat(care.expireSnapshots(Duration.ZERO, 1)).isEqualTo(2);
      // Iceberg itself would delete the first with the snapshot that no longer has it.
      age();
      List<String> removed = care.removeOrphans(Duration.ofDays(1));
      assertThat(removed).hasSize(1).allMatch(file -> file.endsWith(".puffin"));
      assertThat(vectors()).hasSize(1).isSubsetOf(vectors);
      commit(engine, user(3, "b"), user(4, "b"));
    }
    assertThat(rows())
        .containsExactlyInAnyOrder(user(1, "b"), user(2, "b"), user(3, "b"), user(4, "b"));
    try (Engine engine = engine("engine", sink())) {
      commit(engine, user(4, "c"));
    }
    assertThat(rows())
        .containsExactlyInAnyOrder(user(1, "b"), user(2, "b"), user(3, "b"), user(4, "c"));
  }

  private List<Row> rows(String branch) {
    try (LakeCatalog catalog = lake().catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
      List<Row> rows = new ArrayList<>();
      new SnapshotRows(table, USERS, branch)
          .forEach(
              table.snapshot(branch),
              values -> rows.add(Row.of(USERS, values.toArray(new Object[0]))));
      return rows;
    }
  }

  @Test
  void rowsOfTheSameKeysChangeOnABranchAndOnMain() {
    IcebergSink onBranch = sink().toBranch("audit");
    for (int opening = 0; opening < 2; opening++) {
      String now = "opening " + opening;
      try (Engine branch = engine("branch", onBranch);
          Engine main = engine("main", sink())) {
        commit(branch, user(1, "branch"), user(2, "branch"));
        commit(main, user(1, "main"), user(3, "main"));
        commit(branch, user(1, now + " on the branch"));
        commit(main, user(1, now + " on main"));
        commit(branch, user(3, "branch"));
        assertThat(rows("audit"))
            .containsExactlyInAnyOrder(
                user(1, now + " on the branch"), user(2, "branch"), user(3, "branch"));
        assertThat(rows(SnapshotRef.MAIN_BRANCH))
            .containsExactlyInAnyOrderElementsOf(rows())
            .containsExactlyInAnyOrder(user(1, now + " on main"), user(3, "main"));
        assertThat(onBranch.reconcile(branch, "users", "lake", PATIENCE).rowsOfTable())
            .isEqualTo(3);
        assertThat(sink().reconcile(main, "users", "lake", PATIENCE).isEqual()).isTrue();
      }
    }
  }
}
