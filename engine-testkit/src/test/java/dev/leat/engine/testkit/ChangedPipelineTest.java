package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A directory is opened again and again with other views over the same inputs, and rows come in
 * while views are built. Whatever can be read is what the reference has, at every position. {@code
 * -Dchanged.cases=N} runs any number of cases.
 */
class ChangedPipelineTest {
  private static final int OPENINGS = 4;

  @TempDir Path temp;

  @Test
  void viewsAreRightWhateverWasChanged() {
    run(RandomCase::of);
  }

  @Test
  void windowsAreRightWhateverWasChanged() {
    run(RandomCase::ofWindows);
  }

  private void run(LongFunction<RandomCase> cases) {
    long count = Long.getLong("changed.cases", 40);
    long building = 0;
    for (long seed = 0; seed < count; seed++) {
      RandomCase randomCase = cases.apply(seed * RandomCase.CASES_OF_A_PLAN);
      try {
        building += new Case(seed, randomCase, temp.resolve("case-" + seed)).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("seed=" + seed + "\n" + randomCase, e);
      }
    }
    assertThat(building).as("reads while views were built").isPositive();
  }

  private static final class Case {
    private final RandomCase randomCase;
    private final SplittableRandom random;
    private final Path directory;
    private final InputModel model;
    private final TestClock clock = new TestClock(PipelineTester.START);
    private final ReferenceMemory memory = new ReferenceMemory();
    private ReferenceResult expected;
    private long building;

    private Case(long seed, RandomCase randomCase, Path directory) {
      this.randomCase = randomCase;
      this.random = new SplittableRandom(seed);
      this.directory = directory;
      this.model = new InputModel(randomCase.plan());
      memory.reached(model.reached());
      this.expected = evaluate();
    }

    /** Of all views, whichever there are: what was looked up depends on the epochs. */
    private ReferenceResult evaluate() {
      return ReferenceEvaluator.evaluate(randomCase.plan(), model.rows(), memory);
    }

    /** How often views could not be read yet. */
    private long run() {
      Plan all = randomCase.plan();
      List<List<InputChange>> epochs = randomCase.epochs();
      int from = 0;
      for (int i = 0; i <= OPENINGS; i++) {
        boolean isLast = i == OPENINGS;
        int to = isLast ? epochs.size() : from + random.nextInt(epochs.size() - from + 1);
        List<ViewDefinition> views = new ArrayList<>();
        for (ViewDefinition view : all.views()) {
          if (isLast || random.nextInt(3) > 0) {
            views.add(view);
          }
        }
        open(new Plan(all.inputs(), views), epochs.subList(from, to), isLast);
        from = to;
      }
      return building;
    }

    private void open(Plan plan, List<List<InputChange>> epochs, boolean isLast) {
      EngineSettings settings =
          EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock).withEpochRows(1);
      try (Engine engine = Engine.open(directory, Pipeline.of(plan), settings)) {
        compare(engine, plan);
        Instant opened = engine.position().value() == 0 ? null : clock.instant();
        for (List<InputChange> epoch : epochs) {
          engine.append(t -> epoch.forEach(change -> RandomRun.write(engine, t, change)));
          Duration time = Duration.ofSeconds(random.nextInt(4));
          clock.advance(time);
          model.advance(time);
          epoch.forEach(model::apply);
          memory.startEpoch(clock.instant());
          if (opened != null) {
            memory.opened(opened);
            opened = null;
          }
          expected = evaluate();
          engine.step();
          compare(engine, plan);
          if (random.nextInt(8) == 0) {
            engine.checkpoint();
          }
        }
        if (isLast || random.nextBoolean()) {
          engine.awaitBackfill(Duration.ZERO);
          assertThat(engine.backfill()).isEmpty();
          compare(engine, plan);
        }
      }
    }

    private void compare(Engine engine, Plan plan) {
      for (ViewDefinition view : plan.views()) {
        List<Row> rows;
        try {
          rows = engine.view(view.name()).scan();
        } catch (EngineException e) {
          assertThat(e.kind()).isEqualTo(EngineException.Kind.UNAVAILABLE);
          assertThat(engine.backfill().orElseThrow().views()).contains(view.name());
          building++;
          continue;
        }
        Map<ReferenceRow, Long> found = new LinkedHashMap<>();
        for (Row row : rows) {
          found.merge(ReferenceRow.of(view.relation().schema(), row.values()), 1L, Long::sum);
        }
        assertThat(found).as(view.name()).isEqualTo(expected.view(view.name()));
      }
    }
  }
}
