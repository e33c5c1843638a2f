package dev.leat.engine.iceberg;

import static dev.leat.engine.iceberg.WrittenTable.reader;
import static dev.leat.engine.iceberg.WrittenTable.rows;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Appended;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.ProducerSequence;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.ReplacePartitions;
import org.apache.iceberg.SnapshotChanges;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others do with a table between the readings of a source: what it follows, and what not. */
class SourceHistoryTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema ROWS =
      Schema.of(List.of(new Field("id", Type.LONG, false), new Field("kind", Type.STRING, true)));

  @TempDir private Path temp;

  private WrittenTable table() {
    return WrittenTable.of(temp.resolve("lake"), ROWS, Partition.identity("kind"));
  }

  private TableCare care() {
    return TableCare.of(Lake.local(temp.resolve("lake")), "web.rows");
  }

  private static List<Row> some(long from, long to) {
    return LongStream.range(from, to)
        .mapToObj(id -> Row.of(ROWS, id, id % 2 == 0 ? "even" : "odd"))
        .toList();
  }

  private static void assertRefused(ThrowingCallable reading, String... parts) {
    assertThatThrownBy(reading)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void compactionAndExpiryBetweenReadingsChangeNothing() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      for (int i = 0; i < 6; i++) {
        table.add(some(10L * i, 10L * i + 10));
      }
      assertThat(rows(engine, table.source().readInto(engine, "rows"))).hasSize(60);
      assertThat(care().compact().filesBefore()).isEqualTo(12);
      assertThat(care().expireSnapshots(Duration.ZERO, 1)).isEqualTo(6);
      assertThat(table.source().readInto(engine, "rows").rowsRead()).isZero();
      table.add(some(60, 70));
      table.add(some(70, 80));
      assertThat(care().compact().leftAlone()).isZero();
      assertThat(rows(engine, table.source().readInto(engine, "rows"))).isEqualTo(some(0, 80));
    }
  }

  @Test
  void whatIsReadHalfIsReadToTheEndAfterACompaction() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      for (int i = 0; i < 6; i++) {
        table.add(some(3000L * i, 3000L * (i + 1)));
      }
      breakOff(table.source(), engine);
      assertThat(care().compact().filesBefore()).isEqualTo(12);
      table.add(some(18_000, 18_010));
      assertThat(rows(engine, table.source().readInto(engine, "rows"))).isEqualTo(some(0, 18_010));
    }
  }

  /** Reads a first chunk, and not more. */
  private static void breakOff(IcebergSource source, Engine engine) {
    assertThatThrownBy(
            () ->
                source
                    .telling(
                        UnforcedSteps.of(
                            step -> {
                              if (step.equals("after rows were appended")) {
                                throw new IllegalStateException("planted");
                              }
                            }))
                    .readInto(engine, "rows"))
        .hasMessage("planted");
  }

  @Test
  void expiredSnapshotsThatWereNotReadAreAnError() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 10));
      SourceProgress first = table.source().readInto(engine, "rows");
      for (int i = 1; i < 4; i++) {
        table.add(some(10L * i, 10L * i + 10));
      }
      assertThat(care().expireSnapshots(Duration.ZERO, 1)).isEqualTo(3);
      assertRefused(
          () -> table.source().readInto(engine, "rows"),
          "no longer in the history of the table",
          "Keep snapshots for longer than a source is away",
          "oldest=4");
      assertRefused(
          () ->
              table
                  .source()
                  .named("anew")
                  .committedAfter(first.committed().orElseThrow())
                  .readInto(engine, "rows"),
          "commits of which some are expired");
      assertThat(rows(engine, first)).hasSize(10);
    }
  }

  @Test
  void aSnapshotThatIsReadHalfAndExpiredIsAnError() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 10_000));
      breakOff(table.source(), engine);
      table.add(some(10_000, 10_001));
      assertThat(care().expireSnapshots(Duration.ZERO, 1)).isEqualTo(1);
      assertRefused(
          () -> table.source().readInto(engine, "rows"), "no longer in the history of the table");
    }
  }

  @Test
  void deletionsAreRefusedOrIgnored() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 10));
      SourceProgress unused = table.source().readInto(engine, "rows");
      table.add(some(10, 20));
      table.change(
          t -> t.newDelete().deleteFromRowFilter(Expressions.equal("kind", "odd")).commit());
      table.add(some(20, 30));
      assertRefused(
          () -> table.source().readInto(engine, "rows"),
          "takes rows away or replaces them",
          "ignoringDeletions()",
          "operation=delete");
      // What was committed before is there; and what comes behind if deletions do not matter.
      IcebergSource ignoring = table.source().ignoringDeletions();
      assertThat(rows(engine, ignoring.readInto(engine, "rows"))).isEqualTo(some(0, 30));
    }
  }

  @Test
  void partitionsThatReplaceNothingAreAdded() {
    List<Row> even = List.of(Row.of(ROWS, 0L, "even"), Row.of(ROWS, 2L, "even"));
    List<Row> odd = List.of(Row.of(ROWS, 3L, "odd"));
    try (WrittenTable table = table();
        WrittenTable files =
            WrittenTable.of(temp.resolve("files"), ROWS, Partition.identity("kind"));
        Engine engine = reader(ROWS)) {
      table.add(even);
      SourceProgress unused = table.source().readInto(engine, "rows");
      // As a load does that writes the partition of a day: first one that was empty.
      files.add(odd);
      List<DataFile> loaded = new ArrayList<>();
      files.change(t -> added(t).forEach(loaded::add));
      replace(table, loaded);
      assertThat(rows(engine, table.source().readInto(engine, "rows")))
          .containsExactly(even.get(0), even.get(1), odd.get(0));
      files.add(List.of(Row.of(ROWS, 5L, "odd")));
      files.change(t -> added(t).forEach(loaded::add));
      replace(table, loaded.subList(1, 2));
      assertRefused(
          () -> table.source().ignoringDeletions().readInto(engine, "rows"),
          "replaces them",
          "operation=overwrite");
    }
  }

  private static Iterable<DataFile> added(Table table) {
    return SnapshotChanges.builderFor(table)
        .snapshot(table.currentSnapshot())
        .build()
        .addedDataFiles();
  }

  private static void replace(WrittenTable table, List<DataFile> files) {
    table.change(
        t -> {
          ReplacePartitions replace = t.newReplacePartitions();
          files.forEach(replace::addFile);
          replace.commit();
        });
  }

  @Test
  void aTableThatIsUpsertedIsReadOnceAndNotFollowed() {
    for (boolean isByKey : new boolean[] {false, true}) {
      Lake lake = Lake.local(temp.resolve("lake" + isByKey));
      IcebergSink sink = IcebergSink.upsert(lake, "web.rows").telling(UnforcedSteps.of(step -> {}));
      IcebergSink to = isByKey ? sink.equalityDeletes() : sink;
      Pipeline users = Pipeline.define(p -> p.table("rows", ROWS).primaryKey("id").to("lake", to));
      try (Engine writer = Engine.inMemory(users);
          Engine engine = reader(ROWS)) {
        IcebergSource source = IcebergSource.of(lake, "web.rows");
        writer.awaitSink("lake", writer.table("rows").upsert(some(0, 10)), PATIENCE);
        Row changed = Row.of(ROWS, 3L, "changed");
        writer.awaitSink("lake", writer.table("rows").upsert(changed), PATIENCE);
        writer.awaitSink("lake", writer.table("rows").delete(4L), PATIENCE);
        SourceProgress read = source.readInto(engine, "rows");
        List<Row> found = rows(engine, read);
        assertThat(found).hasSize(9).contains(changed);
        assertThat(TableRows.of(lake, "web.rows", ROWS)).containsExactlyInAnyOrderElementsOf(found);

        writer.awaitSink("lake", writer.table("rows").upsert(some(4, 5)), PATIENCE);
        assertThat(rows(engine, source.readInto(engine, "rows"))).hasSize(10);
        writer.awaitSink("lake", writer.table("rows").upsert(Row.of(ROWS, 5L, "x")), PATIENCE);
        assertRefused(() -> source.readInto(engine, "rows"), "replaces them");
      }
    }
  }

  @Test
  void aSourceGoesOnAfterAYear() {
    Path directory = temp.resolve("engine");
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    try (WrittenTable table = table()) {
      table.add(some(0, 10));
      for (int year = 0; year < 3; year++) {
        EngineSettings settings =
            EngineSettings.defaults()
                .withClock(Clock.fixed(now.plus(Duration.ofDays(366L * year)), ZoneOffset.UTC));
        try (Engine engine = Engine.open(directory, WrittenTable.keeping(ROWS), settings)) {
          // Others come and let the engine forget whom it has not seen for long.
          Appended other =
              engine.stream("rows").append(some(-1, 0), ProducerSequence.of("other", year));
          engine.view("rows").await(other.position());
          SourceProgress read = table.source().readInto(engine, "rows");
          assertThat(read.rowsAppended()).isEqualTo(year == 0 ? 10 : 0);
          assertThat(rows(engine, read)).hasSize(11 + year);
        }
      }
    }
  }

  @Test
  void twoReadingsAtOnceAreRefused() {
    try (WrittenTable table = table();
        Engine engine = reader(ROWS)) {
      table.add(some(0, 10_000));
      List<SourceProgress> faster = new ArrayList<>();
      IcebergSource overtaken =
          table
              .source()
              .telling(
                  UnforcedSteps.of(
                      step -> {
                        if (step.equals("before rows are appended") && faster.isEmpty()) {
                          faster.add(table.source().readInto(engine, "rows"));
                        }
                      }));
      assertRefused(
          () -> overtaken.readInto(engine, "rows"), "by somebody else at the same time", "named(");
      assertThat(rows(engine, faster.get(0))).isEqualTo(some(0, 10_000));
    }
  }
}
