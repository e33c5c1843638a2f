package dev.leat.engine.testkit;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.exec.Dataflow;
import dev.leat.engine.internal.exec.Ledger;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Runs a case twice through the operators: once straight, and once with all state captured, written
 * and read into new operators with another seed of hashes, after random epochs. Both must give the
 * same changes in the same order, keep the same rows at the same places, and at the end what the
 * reference has.
 */
final class RestartRun {
  private static final long FIRST_SEED = 1;

  /** All that has state. */
  private static final class Operators {
    private final Plan plan;
    private final Dictionary dictionary;
    private final Ledger ledger;
    private final Dataflow dataflow;
    private boolean isWatched;
    private long clockMicros;

    private Operators(RandomCase of, long hashSeed, @Nullable StateReader in) {
      plan = of.plan();
      dictionary = new Dictionary(new Hashing(hashSeed));
      if (in != null) {
        dictionary.restore(in);
      }
      ledger = new Ledger(dictionary, of.options().ledgerRows());
      dataflow = new Dataflow(plan, dictionary, ledger);
      if (in != null) {
        dataflow.restore(in);
        ledger.restore(in);
      }
    }

    /** Says whether the changes of the views are read after the next step. */
    private void watch(boolean isWanted) {
      for (ViewDefinition view : plan.views()) {
        if (isWanted && !isWatched) {
          dataflow.view(view.name()).addReader();
        } else if (!isWanted && isWatched) {
          dataflow.view(view.name()).removeReader();
        }
      }
      isWatched = isWanted;
    }

    private static long micros(Instant time) {
      return ChronoUnit.MICROS.between(Instant.EPOCH, time);
    }

    /** Says what the clock says. */
    private void setTime(Instant clock) {
      long micros = micros(clock);
      clockMicros = micros;
      long tick = plan.tickMicros();
      dataflow.setTime(tick == 0 ? micros : micros - Math.floorMod(micros, tick));
    }

    private StateImage capture() {
      List<StateImage> images = List.of(dictionary.capture(), dataflow.capture(), ledger.capture());
      return out -> images.forEach(image -> image.writeTo(out));
    }

    /** Takes an epoch through; none changes nothing but what a first step brings. */
    private void step(long position, List<InputChange> epoch) {
      step(position, epoch, null);
    }

    /**
     * Takes an epoch through.
     *
     * @param opened when the engine was opened that the epoch is the first of; null if it is not
     */
    private void step(long position, List<InputChange> epoch, @Nullable Instant opened) {
      ledger.startEpoch(position);
      Map<String, StagedRows> staged = new LinkedHashMap<>();
      for (InputChange change : epoch) {
        if (change.kind() == InputChange.Kind.REACHED) {
          continue;
        }
        Node.Input input = plan.input(change.input());
        StagedRows rows =
            staged.computeIfAbsent(
                input.name(), name -> new StagedRows(input.schema(), dictionary.hashing()));
        write(input, change, rows);
      }
      for (Node.Input input : plan.inputs()) {
        if (opened != null) {
          dataflow.input(input.name()).opened(micros(opened));
        }
        dataflow.input(input.name()).startEpoch(clockMicros);
      }
      staged.forEach((input, rows) -> dataflow.input(input).stage(List.of(rows)));
      for (InputChange change : epoch) {
        if (change.kind() == InputChange.Kind.REACHED) {
          long micros = micros((Instant) Objects.requireNonNull(change.values().get(0)));
          dataflow.input(change.input()).advanceWatermark(micros);
        }
      }
      dataflow.step();
      ledger.step();
    }

    private static void write(Node.Input input, InputChange change, StagedRows rows) {
      Schema schema = input.schema();
      boolean isKey = change.kind() == InputChange.Kind.DELETE_KEY;
      for (int c = 0; c < schema.size(); c++) {
        int k = isKey ? input.primaryKey().indexOf(schema.field(c).name()) : c;
        if (k < 0) {
          rows.setNull(c);
        } else {
          rows.setObject(c, change.values().get(k));
        }
      }
      boolean isDelete = isKey || change.kind() == InputChange.Kind.DELETE_ROW;
      rows.commit(isDelete ? StagedRows.DELETE : StagedRows.PUT);
    }

    private void sweep() {
      CodeSet live = new CodeSet(dictionary.bound());
      dataflow.mark(live);
      ledger.mark(live);
      dictionary.retain(live);
    }

    /** What the last step changed in each view and the ledger, in order. */
    private Map<String, List<String>> changes() {
      Map<String, List<String>> changes = new LinkedHashMap<>();
      for (ViewDefinition view : plan.views()) {
        Batch output = dataflow.view(view.name()).output();
        changes.put(view.name(), changes(view.relation().schema(), output));
      }
      changes.put(Plan.LEDGER, changes(Ledger.SCHEMA, ledger.output()));
      return changes;
    }

    private List<String> changes(Schema schema, Batch batch) {
      List<String> changes = new ArrayList<>();
      for (int i = 0; i < batch.count(); i++) {
        int row = batch.row(i);
        changes.add(batch.weight(row) + " " + row(schema, batch, row));
      }
      return changes;
    }

    private ReferenceRow row(Schema schema, Batch batch, int row) {
      List<@Nullable Object> values = new ArrayList<>();
      for (int c = 0; c < schema.size(); c++) {
        values.add(
            batch.column(c).isNull(row)
                ? null
                : Words.toObject(
                    schema.field(c).type(), batch.column(c).word(row), dictionary.values()));
      }
      return ReferenceRow.of(schema, values);
    }

    /** The rows of a view, each with its place and its weight. */
    private List<String> rows(StoredRows store, Map<ReferenceRow, Long> sum) {
      List<String> rows = new ArrayList<>();
      StoredRows.Snapshot snapshot = store.snapshot();
      Batch batch = new Batch(store.schema().size());
      for (int row = 0; row < snapshot.bound(); row++) {
        if (snapshot.weight(row) != 0) {
          for (int c = 0; c < batch.columnCount(); c++) {
            batch.column(c).reset(1);
          }
          snapshot.read(row, batch, 0);
          ReferenceRow values = row(store.schema(), batch, 0);
          sum.merge(values, snapshot.weight(row), Long::sum);
          rows.add(row + ": " + snapshot.weight(row) + " " + values);
        }
      }
      return rows;
    }

    private Map<String, List<String>> rows() {
      Map<String, List<String>> rows = new LinkedHashMap<>();
      for (ViewDefinition view : plan.views()) {
        rows.put(view.name(), rows(dataflow.view(view.name()).rows(), new LinkedHashMap<>()));
      }
      rows.put(Plan.LEDGER, rows(ledger.rows(), new LinkedHashMap<>()));
      rows.put("ledger's counts", List.of(ledger.counts().toString()));
      return rows;
    }
  }

  private final RandomCase randomCase;
  private final SplittableRandom random;
  private final Operators straight;
  private Operators restarted;
  private long hashSeed = FIRST_SEED;

  /** Apart, so that seeds do what they did before time passed. */
  private final SplittableRandom ticks;

  private final SplittableRandom openings;

  private Instant now = PipelineTester.START;

  /** When the engine was opened, of an epoch that says so. */
  private @Nullable Instant opened;

  /** The time of the epoch before. */
  private Instant before = now;

  private RestartRun(RandomCase randomCase) {
    this.randomCase = randomCase;
    this.random = new SplittableRandom(randomCase.seed());
    this.ticks = new SplittableRandom(~randomCase.seed());
    this.openings = new SplittableRandom(randomCase.seed() + 1);
    this.straight = new Operators(randomCase, hashSeed, null);
    this.restarted = new Operators(randomCase, ++hashSeed, null);
  }

  /** Throws if the two runs of a case differ. */
  static void check(RandomCase randomCase) {
    new RestartRun(randomCase).run();
  }

  private void run() {
    InputModel model = new InputModel(randomCase.plan());
    straight.watch(true);
    restarted.watch(true);
    setTime();
    straight.step(0, List.of());
    restarted.step(0, List.of());
    compare(0);
    long position = 0;
    ReferenceMemory memory = new ReferenceMemory().startEpoch(now).reached(model.reached());
    ReferenceResult expected = ReferenceEvaluator.evaluate(randomCase.plan(), model.rows(), memory);
    for (List<InputChange> epoch : randomCase.epochs()) {
      position++;
      before = now;
      now = now.plusMillis(ticks.nextInt(3) == 0 ? 0 : ticks.nextInt(1, 8000));
      model.advance(Duration.between(before, now));
      epoch.forEach(model::apply);
      memory.startEpoch(now);
      long between = Duration.between(before, now).toMillis();
      opened = openings.nextInt(4) == 0 ? before.plusMillis(openings.nextLong(between + 1)) : null;
      if (opened != null) {
        memory.opened(opened);
      }
      setTime();
      expected = ReferenceEvaluator.evaluate(randomCase.plan(), model.rows(), memory);
      straight.step(position, epoch, opened);
      restarted.watch(random.nextInt(4) > 0);
      switch (random.nextInt(4)) {
        case 0 -> restartLate(position, epoch);
        case 1 -> {
          restart(restarted.capture());
          restarted.step(position, epoch, opened);
        }
        default -> restarted.step(position, epoch, opened);
      }
      compare(position);
      if (randomCase.options().isSwept()) {
        straight.sweep();
        restarted.sweep();
      }
    }
    for (ViewDefinition view : randomCase.plan().views()) {
      Map<ReferenceRow, Long> rows = new LinkedHashMap<>();
      restarted.rows(restarted.dataflow.view(view.name()).rows(), rows);
      Map<ReferenceRow, Long> wanted = expected.view(view.name());
      RandomRun.check(
          rows.equals(wanted),
          "after restarts, " + view.name(),
          new RandomRun.Difference(wanted, rows));
    }
  }

  private void setTime() {
    straight.setTime(now);
    restarted.setTime(now);
  }

  /**
   * Writes what was captured only when another epoch has come, which the new operators then see.
   */
  private void restartLate(long position, List<InputChange> epoch) {
    StateImage image = restarted.capture();
    restarted.step(position, epoch, opened);
    compareChanges(position);
    if (randomCase.options().isSwept()) {
      restarted.sweep();
    }
    restart(image);
    restarted.step(position, epoch, opened);
  }

  private void restart(StateImage image) {
    restarted = new Operators(randomCase, ++hashSeed, StateBytes.of(image).reader());
    restarted.setTime(before);
    restarted.watch(true);
    if (random.nextBoolean()) {
      // What a runtime does when it starts: nothing comes of it.
      restarted.step(0, List.of());
      restarted
          .changes()
          .forEach((view, changes) -> RandomRun.check(changes.isEmpty(), "changes", changes));
    }
    restarted.setTime(now);
  }

  private void compare(long position) {
    compareChanges(position);
    Map<String, List<String>> wanted = straight.rows();
    Map<String, List<String>> found = restarted.rows();
    RandomRun.check(
        found.equals(wanted),
        "rows differ with restarts at " + position,
        "\n  without " + wanted + "\n  with " + found);
  }

  private void compareChanges(long position) {
    if (!restarted.isWatched) {
      return;
    }
    Map<String, List<String>> wanted = straight.changes();
    Map<String, List<String>> found = restarted.changes();
    RandomRun.check(
        found.equals(wanted),
        "changes differ with restarts at " + position,
        "\n  without " + wanted + "\n  with " + found);
  }
}
