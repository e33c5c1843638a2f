package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.iceberg.internal.care.CompactedFiles;
import dev.leat.engine.iceberg.internal.care.Compaction;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.MetadataColumns;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files with deleted rows are written again, beside a sink that goes on deleting. */
class CompactionTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final String TABLE = "web.users";
  private static final Schema USERS =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("plan", Type.STRING, true),
              new Field("tags", Type.array(Type.STRING), true)));

  @TempDir private Path temp;

  private LocalLake lake() {
    return Lake.local(temp.resolve("lake"));
  }

  private IcebergSink sink() {
    return IcebergSink.upsert(lake(), TABLE).telling(UnforcedSteps.of(step -> {}));
  }

  private Engine engine(IcebergSink sink) {
    return Engine.open(
        temp.resolve("engine"),
        Pipeline.define(
            p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink)));
  }

  private static Row user(long id, String plan) {
    return Row.of(
        USERS, id, plan, id % 3 == 0 ? null : Arrays.asList("tag" + id, null, "of " + plan));
  }

  private static void commit(Engine engine, Row... rows) {
    engine.awaitSink("lake", engine.table("users").upsert(List.of(rows)), PATIENCE);
  }

  private static Row[] users(long from, long to, String plan) {
    return LongStream.range(from, to).mapToObj(id -> user(id, plan)).toArray(Row[]::new);
  }

  private List<Row> rows() {
    return TableRows.of(lake(), TABLE, USERS);
  }

  /** Compacts, and says what it does to somebody who may do something beside. */
  private CompactedFiles compact(Steps steps) {
    try (LakeCatalog catalog = lake().open(UnforcedSteps.of(steps))) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
      return new Compaction(table, steps).run();
    }
  }

  /** Does something once, at the first such step. */
  private static Steps once(String at, Runnable beside) {
    AtomicReference<Runnable> rest = new AtomicReference<>(beside);
    return step -> {
      if (step.equals(at)) {
        rest.getAndSet(() -> {}).run();
      }
    };
  }

  /** How many files of rows and of deletes the table has. */
  private String files() {
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
      Map<String, Integer> data = new TreeMap<>();
      Map<String, Integer> deletes = new TreeMap<>();
      try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
        for (FileScanTask task : tasks) {
          data.merge(task.file().location(), 1, Integer::sum);
          for (DeleteFile delete : task.deletes()) {
            deletes.merge(delete.location() + delete.contentOffset(), 1, Integer::sum);
          }
        }
      }
      String total = table.currentSnapshot().summary().get("total-delete-files");
      return data.size() + " files, " + deletes.size() + " of deletes, " + total + " in all";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The number of each row, and of its last change, as Iceberg's reader finds them. */
  private List<List<Object>> numbers() {
    try (LakeCatalog catalog = lake().open(Steps.UNDISTURBED)) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(TABLE));
      List<List<Object>> numbers = new ArrayList<>();
      try (CloseableIterable<Record> records =
          IcebergGenerics.read(table)
              .project(MetadataColumns.schemaWithRowLineage(table.schema()))
              .build()) {
        for (Record row : records) {
          numbers.add(
              Arrays.asList(
                  row.getField("id"),
                  row.getField(MetadataColumns.ROW_ID.name()),
                  row.getField(MetadataColumns.LAST_UPDATED_SEQUENCE_NUMBER.name())));
        }
      }
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void smallFilesArePutTogetherWithoutDeletedRowsAndRowsKeepTheirNumbers() {
    IcebergSink sink = sink();
    try (Engine engine = engine(sink)) {
      for (int i = 0; i < 6; i++) {
        commit(engine, users(i * 10L, i * 10L + 10, "a"));
      }
      commit(engine, user(5, "b"), user(15, "b"), user(59, "b"));
      List<Row> rows = rows();
      List<List<Object>> numbers = numbers();
      assertThat(numbers).hasSize(60).doesNotContain(Arrays.asList(5L, null, null));
      assertThat(numbers.stream().map(row -> row.get(1)).distinct())
          .hasSize(60)
          .doesNotContainNull();
      assertThat(files()).isEqualTo("7 files, 3 of deletes, 3 in all");

      assertThat(compact(step -> {})).isEqualTo(new CompactedFiles(7, 1, 60, 0));

      assertThat(files()).isEqualTo("1 files, 0 of deletes, 0 in all");
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(rows);
      assertThat(numbers()).containsExactlyInAnyOrderElementsOf(numbers);
      // The sink knows where the rows are now, and numbers survive a second time.
      commit(engine, users(0, 25, "c"));
      numbers = numbers();
      assertThat(files()).isEqualTo("2 files, 1 of deletes, 1 in all");
      assertThat(compact(step -> {})).isEqualTo(new CompactedFiles(2, 1, 60, 0));
      assertThat(numbers()).containsExactlyInAnyOrderElementsOf(numbers);
      commit(engine, user(30, "d"));
      assertThat(sink.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
      assertThat(engine.sinkStatus("lake").failure()).isEmpty();
    }
    try (Engine engine = engine(sink)) {
      commit(engine, user(31, "e"));
      assertThat(sink.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
    }
  }

  @Test
  void aFileOfWhichThreeInTenRowsAreDeletedIsWrittenAgain() {
    try (Engine engine = engine(sink())) {
      commit(engine, users(0, 100, "a"));
      commit(engine, users(0, 29, "b"));
      assertThat(compact(step -> {})).isEqualTo(new CompactedFiles(0, 0, 0, 0));
      commit(engine, users(29, 40, "c"));
      assertThat(compact(step -> {}).rows()).isEqualTo(100);
      assertThat(files()).isEqualTo("1 files, 0 of deletes, 0 in all");
    }
  }

  /**
   * Rows change while files are written: before their files are made, and after a look at the
   * table, so that Iceberg refuses the commit and another one is tried.
   */
  @ParameterizedTest
  @CsvSource({
    "false, 9, before a data file is made",
    "false, 9, before a commit",
    "false, 9, before a manifest is made",
    "false, 10, before a data file is made",
    "false, 10, before a commit",
    "true, 10, before a data file is made",
    "true, 10, before a commit"
  })
  void whatTheSinkDeletesMeanwhileStaysDeleted(boolean isByKey, int ofTheSecond, String step) {
    IcebergSink sink = isByKey ? sink().equalityDeletes() : sink();
    int filesOfSecond = ofTheSecond == 10 && !isByKey ? 0 : 1;
    try (Engine engine = engine(sink)) {
      for (int i = 0; i < 5; i++) {
        commit(engine, users(i * 10L, i * 10L + 10, "a"));
      }
      commit(engine, user(3, "b"));
      Runnable beside =
          () -> {
            commit(engine, users(10, 10 + ofTheSecond, "c"));
            commit(engine, user(0, "c"), user(25, "c"), user(49, "c"), user(50, "c"));
          };
      CompactedFiles done = compact(once(step, beside));
      // If nothing is left of a file, its group waits for the next time.
      assertThat(done.filesAfter()).isEqualTo(filesOfSecond);
      assertThat(done.leftAlone()).isEqualTo(filesOfSecond == 0 ? 6 : 0);
      List<Row> expected = engine.view("users").scan();
      assertThat(expected).hasSize(51);
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(expected);
      commit(engine, user(1, "d"), user(12, "d"), user(25, "d"));
      Reconciliation found = sink.reconcile(engine, "users", "lake", PATIENCE);
      assertThat(found.isEqual()).as(found.toString()).isTrue();
      CompactedFiles unused = compact(s -> {});
      commit(engine, user(2, "e"), user(12, "e"), user(25, "e"));
      found = sink.reconcile(engine, "users", "lake", PATIENCE);
      assertThat(found.isEqual()).as(found.toString()).isTrue();
      assertThat(engine.sinkStatus("lake").failure()).isEmpty();
    }
  }

  @Test
  void keysThatAreDeletedAreAppliedAndTheirFilesGo() {
    try (Engine engine = engine(sink().equalityDeletes())) {
      commit(engine, users(0, 10, "a"));
      for (int i = 0; i < 6; i++) {
        commit(engine, user(i, "b"), user(i + 1, "b"));
      }
      List<Row> rows = rows();
      assertThat(rows).hasSize(10);
      TableCare.Compacted done = TableCare.of(lake(), TABLE).compact();
      assertThat(done).isEqualTo(new TableCare.Compacted(7, 1, 10, 0));
      assertThat(files()).isEqualTo("1 files, 0 of deletes, 0 in all");
      assertThat(rows()).containsExactlyInAnyOrderElementsOf(rows);
      commit(engine, user(3, "c"));
      assertThat(rows()).hasSize(10).contains(user(3, "c"));
    }
  }

  @Test
  void ofFilesWithoutALiveRowNothingIsLeft() {
    try (Engine engine = engine(sink().equalityDeletes())) {
      commit(engine, users(0, 10, "a"));
      for (int i = 0; i < 6; i++) {
        commit(engine, users(0, 10, "b" + i));
      }
      assertThat(TableCare.of(lake(), TABLE).compact())
          .isEqualTo(new TableCare.Compacted(7, 1, 10, 0));
      engine.awaitSink(
          "lake",
          engine.append(
              t -> LongStream.range(0, 10).forEach(id -> t.delete(engine.table("users"), id))),
          PATIENCE);
      for (int i = 0; i < 5; i++) {
        commit(engine, user(100 + i, "x"));
        engine.awaitSink("lake", engine.table("users").delete(100L + i), PATIENCE);
      }
      assertThat(rows()).isEmpty();
      assertThat(TableCare.of(lake(), TABLE).compact().filesAfter()).isZero();
      assertThat(files()).isEqualTo("0 files, 0 of deletes, 0 in all");
      commit(engine, user(1, "y"));
      assertThat(rows()).containsExactly(user(1, "y"));
    }
  }

  @Test
  void theSinkCommitsOnTopOfACompactionThatComesBetween() {
    AtomicReference<Runnable> beside = new AtomicReference<>(() -> {});
    IcebergSink sink =
        IcebergSink.upsert(lake(), TABLE)
            .telling(
                UnforcedSteps.of(
                    step -> {
                      if (step.equals("before a commit")) {
                        beside.getAndSet(() -> {}).run();
                      }
                    }));
    try (Engine engine = engine(sink)) {
      for (int i = 0; i < 5; i++) {
        commit(engine, users(i * 10L, i * 10L + 10, "a"));
      }
      beside.set(() -> assertThat(compact(step -> {}).filesBefore()).isEqualTo(5));
      commit(engine, user(7, "b"), user(50, "b"));
      assertThat(rows()).hasSize(51).contains(user(7, "b"), user(50, "b"));
      commit(engine, user(8, "c"));
      assertThat(sink.reconcile(engine, "users", "lake", PATIENCE).isEqual()).isTrue();
    }
  }

  /** A commit whose reply was lost is there, and what it put in place must not be deleted. */
  @Test
  void aCompactionThatDiesAtAnyStepLeavesTheTableRight() {
    List<String> steps = new ArrayList<>();
    IcebergSink sink = sink();
    try (Engine engine = engine(sink)) {
      for (int at = 0; at == 0 || at <= steps.size(); at++) {
        for (int i = 0; i < 5; i++) {
          commit(engine, users(i * 4L, i * 4L + 4, "a" + at + i));
        }
        int dies = at;
        List<String> told = new ArrayList<>();
        Steps dying =
            step -> {
              told.add(step);
              if (told.size() == dies) {
                throw new IllegalStateException("planted: " + step);
              }
            };
        if (dies == 0) {
          assertThat(compact(dying).filesAfter()).isOne();
          steps.addAll(told);
        } else {
          assertThatThrownBy(() -> compact(dying)).as(told.toString()).isNotNull();
        }
        assertThat(rows()).as(told.toString()).hasSize(20);
        Reconciliation found = sink.reconcile(engine, "users", "lake", PATIENCE);
        assertThat(found.isEqual()).as(told + ": " + found).isTrue();
      }
    }
    assertThat(steps)
        .contains(
            "before a commit", "after a commit, before its reply", "after a data file was written");
  }

  private static final class RandomLife {
    private final Random random;
    private final List<Runnable> rest = new ArrayList<>();
    private boolean isBusy;

    private RandomLife(long seed) {
      this.random = new Random(seed);
    }
  }

  /** Compactions between commits, within commits, with commits within; openings; failures. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void atRandomMomentsTheTableIsTheView(boolean isByKey) {
    long first = Long.getLong("random.seed", 11);
    for (long seed = first; seed < first + Long.getLong("compactions", 1); seed++) {
      live(seed, isByKey);
    }
  }

  private void live(long seed, boolean isByKey) {
    RandomLife life = new RandomLife(seed);
    String name = "web.t" + seed;
    Steps disturbed =
        step -> {
          if (!life.isBusy && !life.rest.isEmpty() && life.random.nextInt(8) == 0) {
            life.isBusy = true;
            life.rest.remove(0).run();
            life.isBusy = false;
          }
        };
    IcebergSink base =
        IcebergSink.upsert(lake(), name)
            .partitionedBy(Partition.bucket("id", 2))
            .telling(UnforcedSteps.of(disturbed));
    IcebergSink sink = isByKey ? base.equalityDeletes() : base;
    Pipeline pipeline =
        Pipeline.define(
            p -> p.table("users", USERS).primaryKey("id").materialize("users").to("lake", sink));
    for (int opening = 0; opening < 3; opening++) {
      try (Engine engine = Engine.open(temp.resolve("engine" + seed), pipeline)) {
        // Undisturbed, or there may be no table yet that can be compacted.
        change(engine, life.random);
        for (int commit = 0; commit < 12; commit++) {
          round(engine, life, name, disturbed);
          Reconciliation found = sink.reconcile(engine, "users", "lake", PATIENCE);
          assertThat(found.isEqual()).as("seed %s: %s", seed, found).isTrue();
        }
      }
    }
    assertThat(life.rest).as("seed %s", seed).hasSizeLessThan(30);
  }

  private void round(Engine engine, RandomLife life, String name, Steps disturbed) {
    Random random = life.random;
    // Within a commit of the sink, a compaction may come.
    life.rest.clear();
    life.rest.add(() -> compact(name, step -> {}));
    change(engine, random);
    life.rest.clear();
    if (random.nextBoolean()) {
      // Within a compaction, commits of the sink may come.
      life.rest.add(() -> change(engine, random));
      life.rest.add(() -> change(engine, random));
      compact(name, random.nextInt(4) == 0 ? dying(random.nextInt(12)) : disturbed);
    }
    life.rest.clear();
  }

  private static Steps dying(int after) {
    int[] told = {0};
    return step -> {
      if (told[0]++ == after) {
        throw new IllegalStateException("planted: " + step);
      }
    };
  }

  private void compact(String name, Steps steps) {
    try (LakeCatalog catalog = lake().open(UnforcedSteps.of(steps))) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse(name));
      CompactedFiles unused = new Compaction(table, steps).run();
    } catch (RuntimeException e) {
      assertThat(e).hasStackTraceContaining("planted");
    }
  }

  private static void change(Engine engine, Random random) {
    engine.awaitSink(
        "lake",
        engine.append(
            t -> {
              for (int i = 0; i < 6; i++) {
                long id = random.nextInt(40);
                if (random.nextInt(4) == 0) {
                  t.delete(engine.table("users"), id);
                } else {
                  t.upsert(engine.table("users"), user(id, "p" + random.nextInt(1000)));
                }
              }
            }),
        PATIENCE);
  }
}
