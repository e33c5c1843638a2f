package dev.leat.engine.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSource;
import dev.leat.engine.iceberg.internal.catalog.FencedOperations;
import dev.leat.engine.iceberg.internal.catalog.LocalFileIO;
import dev.leat.engine.iceberg.internal.catalog.Steps;
import dev.leat.engine.iceberg.internal.write.IcebergSession;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.HasTableOperations;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableMetadata;
import org.apache.iceberg.TableOperations;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.CommitFailedException;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.LocationProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two writers of which one commits between the other's last look and its commit, in each kind of
 * catalog: exactly one of them is there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommitFenceTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema SCHEMA = Schema.of(List.of(new Field("id", Type.LONG, false)));
  private static final SinkSource SOURCE =
      new SinkSource("lake", "rows", SCHEMA, true, Optional.empty());

  private RestFixture fixture;

  /** A lake of one kind, and where its files are. */
  private record Place(Lake lake, Function<String, Path> file) {
    @Override
    public String toString() {
      return lake.getClass().getSimpleName();
    }
  }

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    fixture = RestFixture.start(directory);
  }

  @AfterAll
  void stop() {
    fixture.close();
  }

  Stream<Place> lakes(@TempDir Path directory) {
    return Stream.of(
        new Place(Lake.local(directory.resolve("lake")), LocalFileIO::path),
        new Place(fixture.lake(), fixture::file));
  }

  private static SinkPlace place(String run, long position) {
    return new SinkPlace("log", "query", run, new Position(position));
  }

  /** Does something once, just before the next commit. */
  private static IcebergSink interrupted(IcebergSink sink, Runnable before) {
    AtomicBoolean isDone = new AtomicBoolean();
    return sink.telling(
        UnforcedSteps.of(
            step -> {
              if (step.equals("before a commit") && isDone.compareAndSet(false, true)) {
                before.run();
              }
            }));
  }

  private static String stored(Lake lake, String table) {
    try (LakeCatalog catalog = lake.catalog()) {
      return catalog
          .tables()
          .loadTable(TableIdentifier.parse(table))
          .properties()
          .get(IcebergSession.property("lake"));
    }
  }

  private static Pipeline pipeline(IcebergSink sink) {
    return Pipeline.define(p -> p.stream("rows", SCHEMA).to("lake", sink));
  }

  @ParameterizedTest
  @MethodSource("lakes")
  void ofTwoPlacesAtTheSameMomentOneIsStored(Place where) {
    IcebergSink sink = IcebergSink.append(where.lake(), "fence.places");
    try (SinkSession first = sink.open(SOURCE)) {
      first.commit(place("first", 1));
    }
    try (SinkSession second = sink.open(SOURCE);
        SinkSession third =
            interrupted(sink, () -> second.commit(place("second", 2))).open(SOURCE)) {
      assertThatThrownBy(() -> third.commit(place("third", 3)))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE))
          .hasMessageContaining("another writer was here");
    }
    assertThat(stored(where.lake(), "fence.places")).isEqualTo(place("second", 2).text());
  }

  @ParameterizedTest
  @MethodSource("lakes")
  void rowsAreRefusedAfterAPlaceAtTheSameMoment(Place where) {
    IcebergSink sink = IcebergSink.append(where.lake(), "fence.rows");
    AtomicBoolean isStored = new AtomicBoolean();
    IcebergSink late =
        interrupted(
            sink,
            () -> {
              try (SinkSession other = sink.open(SOURCE)) {
                other.commit(place("other", 7));
                isStored.set(true);
              }
            });
    try (Engine engine = Engine.inMemory(pipeline(late))) {
      Position at = engine.stream("rows").append(Row.of(SCHEMA, 1L));
      assertThatThrownBy(() -> engine.awaitSink("lake", at, PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("has been written to by somebody else");
    }
    assertThat(isStored).isTrue();
    assertThat(stored(where.lake(), "fence.rows")).isEqualTo(place("other", 7).text());
    assertThat(TableFiles.of(where.lake(), "fence.rows", where.file()).query("SELECT * FROM FILES"))
        .isEmpty();
  }

  @ParameterizedTest
  @MethodSource("lakes")
  void aPlaceIsRefusedAfterRowsAtTheSameMoment(Place where) {
    IcebergSink sink =
        IcebergSink.append(where.lake(), "fence.late").telling(UnforcedSteps.of(step -> {}));
    try (SinkSession late =
        interrupted(
                sink,
                () -> {
                  try (Engine engine = Engine.inMemory(pipeline(sink))) {
                    Position at = engine.stream("rows").append(Row.of(SCHEMA, 1L));
                    engine.awaitSink("lake", at, PATIENCE);
                  }
                })
            .open(SOURCE)) {
      assertThatThrownBy(() -> late.commit(place("late", 3)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("another writer was here");
    }
    assertThat(TableFiles.of(where.lake(), "fence.late", where.file()).query("SELECT * FROM FILES"))
        .containsExactly(List.of(1L));
  }

  @ParameterizedTest
  @MethodSource("lakes")
  void aCommitThatIsSaidToBeRefusedAndIsThereIsNotCleanedUp(Place where) {
    IcebergSink sink = IcebergSink.append(where.lake(), "fence.again");
    try (SinkSession first = sink.open(SOURCE)) {
      first.commit(place("first", 1));
    }
    String property = IcebergSession.property("lake");
    try (LakeCatalog catalog = where.lake().catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse("fence.again"));
      TableOperations operations = ((HasTableOperations) table).operations();
      FencedOperations fenced =
          new FencedOperations(
              new RefusedAfterwards(operations),
              property,
              place("first", 1).text(),
              metadata -> {},
              Steps.UNDISTURBED);
      TableMetadata base = fenced.current();
      TableMetadata next =
          TableMetadata.buildFrom(base)
              .setProperties(Map.of(property, place("first", 2).text()))
              .build();
      assertThatThrownBy(() -> fenced.commit(base, next))
          .isInstanceOf(CommitStateUnknownException.class);
      assertThat(fenced.hasTried()).isTrue();
    }
    assertThat(stored(where.lake(), "fence.again")).isEqualTo(place("first", 2).text());
  }

  /** Why a commit of a REST catalog moves a snapshot, even if it only stores a place. */
  @Test
  void ofPropertiesAloneARestCatalogRequiresNothing() {
    List<String> stored = new ArrayList<>();
    try (LakeCatalog catalog = fixture.lake().catalog();
        SinkSession made = IcebergSink.append(fixture.lake(), "fence.properties").open(SOURCE)) {
      made.commit(place("first", 1));
      TableIdentifier name = TableIdentifier.parse("fence.properties");
      TableOperations one = ((HasTableOperations) catalog.tables().loadTable(name)).operations();
      TableMetadata base = one.current();
      catalog.tables().loadTable(name).updateProperties().set("by", "two").commit();

      one.commit(base, TableMetadata.buildFrom(base).setProperties(Map.of("by", "one")).build());

      stored.add(catalog.tables().loadTable(name).properties().get("by"));
    }
    assertThat(stored).containsExactly("one");
  }

  @ParameterizedTest
  @MethodSource("lakes")
  void aBranchHasRowsAndAPlaceOfItsOwn(Place where) throws Exception {
    IcebergSink main =
        IcebergSink.append(where.lake(), "fence.branches").telling(UnforcedSteps.of(s -> {}));
    for (IcebergSink sink : List.of(main, main.toBranch("audit"))) {
      try (Engine engine = Engine.inMemory(pipeline(sink))) {
        Position at = engine.stream("rows").append(Row.of(SCHEMA, sink == main ? 1L : 2L));
        engine.awaitSink("lake", at, PATIENCE);
      }
    }
    try (LakeCatalog catalog = where.lake().catalog()) {
      Table table = catalog.tables().loadTable(TableIdentifier.parse("fence.branches"));
      assertThat(table.properties())
          .containsKeys("leat.sink.lake.place", "leat.sink.lake.branch.audit.place");
      assertThat(rows(table, "main")).isEqualTo(1);
      assertThat(rows(table, "audit")).isEqualTo(2);
    }
  }

  private static long rows(Table table, String branch) throws IOException {
    long rows = 0;
    try (CloseableIterable<FileScanTask> tasks = table.newScan().useRef(branch).planFiles()) {
      for (FileScanTask task : tasks) {
        rows += task.file().recordCount();
      }
    }
    return rows;
  }

  /** Makes a commit, and says that it did not. */
  private record RefusedAfterwards(TableOperations inner) implements TableOperations {
    @Override
    public TableMetadata current() {
      return inner.current();
    }

    @Override
    public TableMetadata refresh() {
      return inner.refresh();
    }

    @Override
    public void commit(TableMetadata base, TableMetadata metadata) {
      inner.commit(base, metadata);
      throw new CommitFailedException("somebody was faster");
    }

    @Override
    public FileIO io() {
      return inner.io();
    }

    @Override
    public String metadataFileLocation(String fileName) {
      return inner.metadataFileLocation(fileName);
    }

    @Override
    public LocationProvider locationProvider() {
      return inner.locationProvider();
    }
  }
}
