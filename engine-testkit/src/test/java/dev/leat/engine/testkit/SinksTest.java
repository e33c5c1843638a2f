package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkChanges;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.SinkSource;
import dev.leat.engine.SinkStatus;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SinksTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Schema EVENTS =
      Schema.of(
          List.of(new Field("user", Type.STRING, false), new Field("amount", Type.LONG, false)));

  @TempDir private Path temp;

  private static Relation<Row> events(PipelineBuilder p) {
    return p.stream("events", EVENTS);
  }

  private static Row event(String user, long amount) {
    return Row.of(EVENTS, user, amount);
  }

  private static EngineSettings host() {
    return EngineSettings.defaults().withThreading(Threading.HOST);
  }

  private Engine open(Consumer<PipelineBuilder> pipeline) {
    return Engine.open(temp.resolve("engine"), Pipeline.define(pipeline), host());
  }

  private static void epoch(Engine engine, Row... rows) {
    for (Row row : rows) {
      engine.stream("events").append(row);
    }
    assertThat(engine.step()).isEqualTo(rows.length);
  }

  private List<Long> checkpoints() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("engine/checkpoints"))) {
      return files
          .map(
              file ->
                  Long.parseLong(file.getFileName().toString().substring("checkpoint-".length())))
          .sorted()
          .toList();
    }
  }

  @Test
  void aTableIsWhatTheViewIsAlsoWhereRowsAreTakenBack() {
    MemorySink counts = new MemorySink();
    MemorySink total = new MemorySink();
    Consumer<PipelineBuilder> pipeline =
        p -> {
          var byUser =
              events(p).groupBy("user").aggregate(count().as("n"), sum(col("amount")).as("amount"));
          byUser.to("counts", counts);
          byUser.materialize("by_user");
          var all = events2(p).groupBy(new String[0]).aggregate(count().as("n"));
          all.to("total", total);
          all.materialize("all");
        };
    SplittableRandom random = new SplittableRandom(1);
    try (Engine engine = open(pipeline)) {
      for (int i = 0; i < 60; i++) {
        epoch(engine, event("u" + random.nextInt(5), random.nextInt(3)), event("u0", i));
        if (random.nextInt(4) == 0) {
          engine.awaitSink("counts", engine.position(), PATIENCE);
          engine.awaitSink("total", engine.position(), PATIENCE);
          assertThat(counts.rows())
              .containsExactlyInAnyOrderElementsOf(engine.view("by_user").scan());
          // Also the row that is there before any other, of an aggregate without groups.
          assertThat(total.rows()).containsExactlyElementsOf(engine.view("all").scan());
        }
      }
    }
  }

  /** A sink whose sessions wait for themselves while they are written. */
  private static final class WaitingSink implements Sink {
    private final MemorySink rows = new MemorySink();
    private Runnable wait = () -> {};

    @Override
    public String describe() {
      return rows.describe();
    }

    @Override
    public void check(SinkSource source) {
      rows.check(source);
    }

    @Override
    public SinkSession open(SinkSource source) {
      SinkSession session = rows.open(source);
      return new SinkSession() {
        @Override
        public Optional<SinkPlace> place() {
          return session.place();
        }

        @Override
        public void write(SinkChanges changes) {
          wait.run();
          session.write(changes);
        }

        @Override
        public void commit(SinkPlace place) {
          session.commit(place);
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }
  }

  @Test
  void aSinkThatIsWaitedForWhileItIsWrittenIsNotWrittenTwice() {
    WaitingSink sink = new WaitingSink();
    try (Engine engine = open(p -> events(p).to("rows", sink))) {
      sink.wait =
          () ->
              assertThatThrownBy(() -> engine.awaitSink("rows", engine.position(), Duration.ZERO))
                  .isInstanceOf(EngineException.class);
      epoch(engine, event("a", 1));
      epoch(engine, event("b", 2));
      sink.wait = () -> {};
      engine.awaitSink("rows", engine.position(), PATIENCE);
    }
    assertThat(sink.rows.rows()).containsExactly(event("a", 1), event("b", 2));
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void aSinkCannotCloseTheEngineThatWritesToIt(Threading threading) {
    WaitingSink sink = new WaitingSink();
    List<Throwable> refused = new CopyOnWriteArrayList<>();
    Pipeline pipeline = Pipeline.define(p -> events(p).to("rows", sink));
    try (Engine engine =
        Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(threading))) {
      sink.wait = () -> refused.add(catchThrowable(engine::close));
      Position at = engine.stream("events").append(event("a", 1));
      engine.awaitSink("rows", at, PATIENCE);
      assertThat(refused)
          .singleElement()
          .satisfies(e -> assertThat(e).hasMessageContaining("cannot close the engine"));
    }
    assertThat(sink.rows.rows()).containsExactly(event("a", 1));
  }

  @Test
  void aSinkThatIsWrittenToWhileItIsWaitedForMustNotStep() {
    WaitingSink sink = new WaitingSink();
    List<Throwable> refused = new CopyOnWriteArrayList<>();
    try (Engine engine = open(p -> events(p).to("rows", sink))) {
      sink.wait = () -> faulty("not in a step");
      epoch(engine, event("a", 1));
      sink.wait =
          () -> {
            refused.add(catchThrowable(engine::step));
            refused.add(catchThrowable(engine::checkpoint));
            assertThat(engine.position()).isEqualTo(new Position(1));
          };
      engine.awaitSink("rows", engine.position(), PATIENCE);
      sink.wait = () -> {};
    }
    assertThat(refused)
        .hasSize(2)
        .allSatisfy(e -> assertThat(e).hasMessageContaining("nor a sink or a function"));
    assertThat(sink.rows.rows()).containsExactly(event("a", 1));
  }

  private static void faulty(String why) {
    throw new IllegalStateException(why);
  }

  private static Relation<Row> events2(PipelineBuilder p) {
    return p.stream("others", EVENTS);
  }

  @Test
  void aSinkThatFailsIsSetAsideAndLosesNothing() throws IOException {
    SinkFaults faults = new SinkFaults();
    MemorySink table = new MemorySink(faults);
    SinkSettings small = SinkSettings.defaults().withQueueRows(4).withMaxWait(Duration.ZERO);
    Consumer<PipelineBuilder> pipeline =
        p -> {
          Relation<Row> events = events(p);
          events.to("copy", table, small);
          events.groupBy("user").aggregate(count().as("n")).materialize("by_user");
        };
    try (Engine engine = open(pipeline)) {
      epoch(engine, event("a", 1));
      engine.awaitSink("copy", new Position(1), PATIENCE);
      engine.checkpoint();
      faults.failAlways(true);
      for (int i = 2; i <= 12; i++) {
        epoch(engine, event("b", i));
        engine.checkpoint();
      }
      SinkStatus status = engine.sinkStatus("copy");
      assertThat(status.isSetAside()).isTrue();
      assertThat(status.committed()).contains(new Position(1));
      assertThat(status.failure()).hasValueSatisfying(why -> assertThat(why).contains("planted"));
      assertThatThrownBy(() -> engine.awaitSink("copy", engine.position(), PATIENCE))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("set aside");
      assertThat(engine.view("by_user").get("b").orElseThrow().value("n")).isEqualTo(11L);
      // The checkpoint that the sink has passed is kept beside the last two.
      assertThat(checkpoints()).containsExactly(1L, 11L, 12L);
    }
    assertThat(table.rows()).containsExactly(event("a", 1));

    faults.failAlways(false);
    try (Engine engine = open(pipeline)) {
      engine.awaitSink("copy", new Position(12), PATIENCE);
      assertThat(table.rows()).hasSize(12).doesNotHaveDuplicates();
      epoch(engine, event("c", 13));
      engine.checkpoint();
      engine.awaitSink("copy", new Position(13), PATIENCE);
      epoch(engine, event("c", 14));
      engine.checkpoint();
      assertThat(checkpoints()).hasSize(2);
    }
    assertThat(table.rows()).hasSize(14).doesNotHaveDuplicates();
  }

  @Test
  void aNewSinkGetsWhatTheLogHas() {
    try (Engine engine =
        open(p -> events(p).groupBy("user").aggregate(count().as("n")).materialize("by_user"))) {
      for (int i = 1; i <= 20; i++) {
        epoch(engine, event("u" + i % 3, i));
      }
    }
    MemorySink all = new MemorySink();
    MemorySink counts = new MemorySink();
    Consumer<PipelineBuilder> more =
        p -> {
          Relation<Row> events = events(p);
          events.to("all", all);
          var byUser = events.groupBy("user").aggregate(count().as("n"));
          byUser.materialize("by_user");
          byUser.to("counts", counts);
        };
    assertThat(Engine.planDiff(temp.resolve("engine"), Pipeline.define(more)).toString())
        .contains("view 'by_user': kept", "sink 'all': new", "sink 'counts': new");
    try (Engine engine = open(more)) {
      epoch(engine, event("new", 21));
      engine.awaitBackfill(PATIENCE);
      epoch(engine, event("new", 22));
    }
    assertThat(all.rows()).hasSize(22).doesNotHaveDuplicates();
    try (Engine engine = open(more)) {
      assertThat(counts.rows()).containsExactlyInAnyOrderElementsOf(engine.view("by_user").scan());
      assertThat(engine.sinkStatus("all").committed()).contains(engine.position());
    }
  }

  @Test
  void anotherQueryUnderTheNameIsRefused() {
    MemorySink table = new MemorySink();
    try (Engine engine = open(p -> events(p).to("copy", table))) {
      epoch(engine, event("a", 1));
    }
    Consumer<PipelineBuilder> other = p -> events(p).where(col("amount").gt(5)).to("copy", table);
    assertThatThrownBy(() -> open(other))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
        .hasMessageContaining("rows of another query up to position 1")
        .hasMessageContaining("continuingChangedQuery()");
    try (Engine engine =
        open(
            p ->
                events(p)
                    .where(col("amount").gt(5))
                    .to("copy", table, SinkSettings.defaults().continuingChangedQuery()))) {
      epoch(engine, event("a", 2), event("a", 6));
    }
    assertThat(table.rows()).containsExactly(event("a", 1), event("a", 6));
  }

  @Test
  void aSinkAheadOfTheLogIsRefused() {
    MemorySink table = new MemorySink();
    try (Engine engine = open(p -> events(p).to("copy", table))) {
      epoch(engine, event("a", 1));
    }
    SinkPlace place = table.place("copy").orElseThrow();
    table.put("copy", new SinkPlace(place.log(), place.query(), place.run(), new Position(7)));
    assertThatThrownBy(() -> open(p -> events(p).to("copy", table)))
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.CORRUPT))
        .hasMessageContaining("committed=7 last_position=1");
  }

  @Test
  void aSinkIsGivenUpWhenSomebodyElseWritesThere() {
    MemorySink table = new MemorySink();
    try (Engine engine = open(p -> events(p).to("copy", table))) {
      epoch(engine, event("a", 1));
      engine.awaitSink("copy", new Position(1), PATIENCE);
      SinkPlace place = table.place("copy").orElseThrow();
      table.put("copy", new SinkPlace(place.log(), place.query(), "other", new Position(2)));
      epoch(engine, event("a", 2));
      // Where the host steps, the second attempt comes with the next call.
      assertThatThrownBy(() -> engine.awaitSink("copy", new Position(2), PATIENCE))
          .isInstanceOf(EngineException.class);
      assertThatThrownBy(() -> engine.awaitSink("copy", new Position(2), PATIENCE))
          .isInstanceOfSatisfying(
              EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.INVALID))
          .hasMessageContaining("written to by somebody else");
    }
    assertThat(table.rows()).containsExactly(event("a", 1));
  }

  @Test
  void aThreadOfItsOwnTriesAgain() {
    SinkFaults faults = new SinkFaults();
    MemorySink table = new MemorySink(faults);
    Pipeline pipeline = Pipeline.define(p -> events(p).to("copy", table));
    try (Engine engine = Engine.inMemory(pipeline)) {
      faults.failAt(faults.steps().size() + 2);
      Position at = engine.stream("events").append(event("a", 1));
      engine.awaitSink("copy", at, PATIENCE);
      assertThat(table.rows()).containsExactly(event("a", 1));
      assertThat(engine.sinkStatus("copy").failure()).isEmpty();
    }
    assertThatThrownBy(() -> Engine.inMemory(pipeline))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("rows of another engine's log");
  }

  @Test
  void commitsComeByTimeByRowsAndWithCheckpoints() {
    MemorySink table = new MemorySink();
    TestClock clock = new TestClock(PipelineTester.START);
    Pipeline pipeline =
        Pipeline.define(
            p ->
                events(p)
                    .to(
                        "copy",
                        table,
                        SinkSettings.defaults()
                            .withCommitInterval(Duration.ofSeconds(5))
                            .withQueueRows(20)));
    try (Engine engine = Engine.open(temp.resolve("engine"), pipeline, host().withClock(clock))) {
      epoch(engine, event("a", 1));
      assertThat(table.commits()).isZero();
      clock.advance(Duration.ofSeconds(5));
      assertThat(engine.step()).isZero();
      assertThat(table.commits()).isEqualTo(1);
      for (int i = 0; i < 10; i++) {
        epoch(engine, event("b", i));
      }
      assertThat(table.commits()).isEqualTo(2);
      epoch(engine, event("c", 1));
      engine.checkpoint();
      assertThat(engine.step()).isZero();
      assertThat(table.commits()).isEqualTo(3);
      assertThat(engine.sinkStatus("copy").committed()).contains(engine.position());
    }
  }

  @Test
  void aSinkIsExplainedAndHasNoRowsToRead() {
    MemorySink table = new MemorySink();
    Pipeline pipeline = Pipeline.define(p -> events(p).to("copy", table));
    assertThat(pipeline.explain()).startsWith("sink 'copy'").contains("rows: none kept");
    assertThatThrownBy(() -> Pipeline.of(pipeline.plan()))
        .hasMessageContaining("a plan alone does not say where sink 'copy' writes to");
    assertThatThrownBy(() -> Pipeline.define(p -> events(p).to("copy", table).materialize("copy")))
        .hasMessageContaining("two views or sinks have the name 'copy'");
    try (Engine engine = Engine.inMemory(pipeline, host())) {
      assertThatThrownBy(() -> engine.view("copy")).hasMessageContaining("copy");
      assertThatThrownBy(() -> engine.sinkStatus("cpy")).hasMessageContaining("copy");
    }
  }
}
