package dev.leat.engine.testkit;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Row;
import dev.leat.engine.Sink;
import dev.leat.engine.SinkPlace;
import dev.leat.engine.SinkSession;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.SinkSource;
import dev.leat.engine.Threading;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every sink must do, whatever it writes to: each change is there exactly once, when a step
 * fails, when the reply to a commit is lost, when the process dies anywhere, and when another
 * engine writes to the same table. A sink's test extends this and says how the sink is made and
 * read.
 *
 * <p>The engine runs in the test's thread, on files; what can fail is what the sink tells its
 * {@link SinkFaults}, each once in each test.
 */
public abstract class SinkContractTest {
  /** The name of the sink in the pipelines. */
  protected static final String NAME = "events_copy";

  private static final int EPOCHS = 6;
  private static final int CHECKPOINT_EVERY = 3;
  private static final int MIN_STEPS = 3;
  private static final Schema SCHEMA =
      Schema.of(
          List.of(
              new Field("id", Type.LONG, false),
              new Field("kind", Type.STRING, false),
              new Field("at", Type.INSTANT, false),
              new Field("note", Type.STRING, true)));

  @SuppressWarnings("NullAway.Init") // JUnit sets it.
  @TempDir
  private Path temp;

  /** Which changes a sink is given. */
  protected enum Changes {
    /** Rows are only added, equal ones too. */
    ROWS_ARE_ADDED,
    /** Rows have a key, and come, change and go. */
    ROWS_CHANGE
  }

  /** Makes the test; JUnit calls it. */
  protected SinkContractTest() {}

  /**
   * A sink over a table in a directory; the table is made when the sink is opened. Called for each
   * process, so that nothing is kept in memory.
   *
   * @param faults is told of each step that can fail
   */
  protected abstract Sink sink(Path directory, SinkFaults faults);

  /** Which changes the sink is given; those of added rows unless a test says otherwise. */
  protected Changes changes() {
    return Changes.ROWS_ARE_ADDED;
  }

  /** The rows that are in the table, as a reader finds them that shares no code with the sink. */
  protected abstract List<Row> rows(Path directory, Schema schema);

  /** One life after another of an engine with a sink. */
  private final class Lives {
    private final Path table;
    private final Path engineDirectory;
    private final SinkFaults faults = new SinkFaults();
    private final TestClock clock = new TestClock(PipelineTester.START);
    private final FaultyIo io = FaultyIo.inOneThread(SystemIo.INSTANCE, clock);
    private int openings;

    private Lives(String name) {
      table = temp.resolve(name).resolve("table");
      engineDirectory = temp.resolve(name).resolve("engine");
    }

    private Engine open() {
      return open(SinkSettings.defaults().withCommitInterval(Duration.ofSeconds(2)));
    }

    private Engine open(SinkSettings settings) {
      return EngineOnFiles.open(
          engineDirectory,
          pipeline(sink(table, faults), settings),
          EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock),
          io,
          ++openings);
    }

    /** Opens, and tries again while that fails; the process may die of it, too. */
    private Engine openWhateverHappens() {
      for (int i = 0; i < 3; i++) {
        try {
          return open();
        } catch (SinkFaults.Death | EngineException | IllegalStateException e) {
          restartIfDead(null);
        }
      }
      return open();
    }

    private void restartIfDead(@Nullable Engine dead) {
      if (!faults.isDead()) {
        return;
      }
      if (dead != null) {
        try {
          dead.close();
        } catch (SinkFaults.Death | EngineException | IllegalStateException e) {
          check(io.isDead(), "an engine that lives does not close: " + e);
        }
      }
      io.restart();
      faults.restart();
    }

    /** Brings the engine to the last epoch, and closes it, however often it dies. */
    private void live() {
      Engine engine = openWhateverHappens();
      while (true) {
        long position = engine.position().value();
        if (position < EPOCHS) {
          epoch(engine, (int) position + 1);
        }
        if (faults.isDead()) {
          restartIfDead(engine);
          engine = openWhateverHappens();
        } else if (position >= EPOCHS) {
          break;
        }
      }
      close(engine);
      // What the last commit did not bring, because that failed or died, the next opening brings.
      openWhateverHappens().close();
    }

    private void close(Engine engine) {
      try {
        engine.close();
      } catch (SinkFaults.Death | EngineException | IllegalStateException e) {
        check(io.isDead(), "an engine that lives does not close: " + e);
      }
      restartIfDead(null);
    }

    private void epoch(Engine engine, int number) {
      try {
        bring(engine, number);
        int unused = engine.step();
        clock.advance(Duration.ofSeconds(1));
        if (number % CHECKPOINT_EVERY == 0) {
          Position at = engine.checkpoint();
          check(at.value() == number, "a checkpoint at " + at);
          unused = engine.step();
        }
      } catch (SinkFaults.Death | EngineException | IllegalStateException e) {
        check(io.isDead(), "an engine fails because of its sink: " + e);
      }
    }

    private void checkRows(String when) {
      Map<Row, Integer> found = counts(SinkContractTest.this.rows(table, SCHEMA));
      List<Row> expected = expectedRows();
      check(
          found.equals(counts(expected)),
          when + ": the table has " + found + ", not " + counts(expected));
    }
  }

  private static Map<Row, Integer> counts(List<Row> rows) {
    Map<Row, Integer> counts = new HashMap<>();
    rows.forEach(row -> counts.merge(row, 1, Integer::sum));
    return counts;
  }

  private Pipeline pipeline(Sink sink, SinkSettings settings) {
    return Pipeline.define(
        p -> {
          if (changes() == Changes.ROWS_ARE_ADDED) {
            p.stream("events", SCHEMA).to(NAME, sink, settings);
          } else {
            p.table("events", SCHEMA).primaryKey("id").to(NAME, sink, settings);
          }
        });
  }

  private SinkSource source() {
    return changes() == Changes.ROWS_ARE_ADDED
        ? new SinkSource(NAME, "events", SCHEMA, true, Optional.empty())
        : new SinkSource(NAME, "events", SCHEMA, false, Optional.of(List.of("id")));
  }

  /** Some rows of an epoch are of a key that an earlier one has, too; some keys go again. */
  private void bring(Engine engine, int epoch) {
    if (changes() == Changes.ROWS_ARE_ADDED) {
      rowsOf(epoch).forEach(row -> engine.stream("events").append(row));
      return;
    }
    Position unused =
        engine.append(
            t -> {
              changedRowsOf(epoch).values().forEach(row -> t.upsert(engine.table("events"), row));
              goneAt(epoch).forEach(id -> t.delete(engine.table("events"), id));
            });
  }

  private static Map<Long, Row> changedRowsOf(int epoch) {
    Map<Long, Row> rows = new LinkedHashMap<>();
    for (long id : new long[] {1, 10 + epoch, 10 + epoch / 2, 20 + epoch % 2}) {
      rows.put(
          id,
          Row.of(
              SCHEMA,
              id,
              (id + epoch) % 3 == 0 ? "click" : "view",
              Instant.parse("1969-12-31T23:59:58Z").plusSeconds(id == 1 ? epoch : id),
              epoch % 2 == 0 ? null : "note " + epoch));
    }
    return rows;
  }

  private static List<Long> goneAt(int epoch) {
    return epoch == 4 ? List.of(12L, 13L, 21L) : epoch == 6 ? List.of(20L) : List.of();
  }

  private List<Row> expectedRows() {
    List<Row> added = new ArrayList<>();
    Map<Long, Row> rows = new LinkedHashMap<>();
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      added.addAll(rowsOf(epoch));
      rows.putAll(changedRowsOf(epoch));
      goneAt(epoch).forEach(rows::remove);
    }
    return changes() == Changes.ROWS_ARE_ADDED ? added : List.copyOf(rows.values());
  }

  /** Some epochs have one row twice, one has none, which is no epoch then. */
  private static List<Row> rowsOf(int epoch) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i <= epoch % 3; i++) {
      rows.add(
          Row.of(
              SCHEMA,
              (long) epoch * 10 + (i == 2 ? 0 : i),
              i == 1 ? "click" : "view",
              Instant.parse("1969-12-31T23:59:58Z").plusSeconds(epoch),
              epoch % 2 == 0 ? null : "note " + epoch));
    }
    return rows;
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  private static EngineException refused(Runnable action) {
    try {
      action.run();
    } catch (EngineException e) {
      return e;
    }
    throw new AssertionError("it is not refused");
  }

  /** The numbers of the first, the middle and the last step of each kind. */
  private Set<Integer> someOfEachStep() {
    Lives lives = new Lives("undisturbed");
    lives.live();
    lives.checkRows("without faults");
    Map<String, List<Integer>> numbers = new LinkedHashMap<>();
    List<String> steps = lives.faults.steps();
    for (int i = 0; i < steps.size(); i++) {
      numbers.computeIfAbsent(steps.get(i), step -> new ArrayList<>()).add(i + 1);
    }
    check(numbers.size() >= MIN_STEPS, "the sink tells of few steps: " + numbers.keySet());
    Set<Integer> some = new TreeSet<>();
    for (List<Integer> all : numbers.values()) {
      some.addAll(List.of(all.get(0), all.get(all.size() / 2), all.get(all.size() - 1)));
    }
    return some;
  }

  private void eachStep(String what, Consumer<Lives> fault, int step) {
    Lives lives = new Lives(what + step);
    fault.accept(lives);
    try {
      lives.live();
      lives.checkRows("after it");
    } catch (AssertionError | RuntimeException e) {
      List<String> steps = lives.faults.steps();
      String at = step <= steps.size() ? steps.get(step - 1) : "none";
      throw new AssertionError(what + " at step " + step + " (" + at + "): " + e.getMessage(), e);
    }
  }

  @Test
  void eachStepMayFail() {
    for (int step : someOfEachStep()) {
      eachStep("fails", lives -> lives.faults.failAt(step), step);
    }
  }

  @Test
  void theProcessMayDieAtEachStep() {
    for (int step : someOfEachStep()) {
      eachStep("dies", lives -> lives.faults.dieAt(step, lives.io::kill), step);
    }
  }

  @Test
  void anOpeningGoesOnWhereTheLastCommitWas() {
    Lives lives = new Lives("reopened");
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      try (Engine engine = lives.open()) {
        check(
            engine.sinkStatus(NAME).committed().map(Position::value).orElse(0L) == epoch - 1,
            "committed: " + engine.sinkStatus(NAME));
        lives.epoch(engine, epoch);
      }
    }
    lives.checkRows("opened for each epoch");
  }

  @Test
  void anotherLogIsRefusedAndChangesNothing() {
    Lives lives = new Lives("one");
    lives.live();
    Lives other = new Lives("other");
    other.clock.advance(Duration.ofSeconds(1)); // the id of its log follows from the time
    EngineException e =
        refused(
            () ->
                EngineOnFiles.open(
                        other.engineDirectory,
                        pipeline(sink(lives.table, lives.faults), SinkSettings.defaults()),
                        EngineSettings.defaults()
                            .withThreading(Threading.HOST)
                            .withClock(other.clock),
                        other.io,
                        1)
                    .close());
    check(e.kind() == Kind.INVALID, "another log is refused with " + e);
    lives.checkRows("after another engine was opened");
  }

  @Test
  void twoWritersNeverMix() {
    Lives lives = new Lives("two");
    SinkSettings settings = SinkSettings.defaults().committingWithCheckpoints();
    try (Engine first = lives.open(settings)) {
      Zombie zombie = new Zombie(lives);
      for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        lives.epoch(first, epoch);
      }
      zombie.commitIsRefused();
    }
    lives.checkRows("after a zombie tried to commit");
  }

  /** A session that was opened before, by a process that does not know that it was given up. */
  private final class Zombie {
    private final SinkSession session;

    private Zombie(Lives lives) {
      session = sink(lives.table, lives.faults).open(source());
    }

    private void commitIsRefused() {
      EngineException e =
          refused(() -> session.commit(new SinkPlace("log", "query", "zombie", new Position(3))));
      check(e.kind() == Kind.UNAVAILABLE, "a zombie is refused with " + e);
      session.close();
    }
  }
}
