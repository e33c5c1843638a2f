package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The same rows give the same views, whether they come one by one, all in one epoch, or anything
 * between, and in whatever order: for random plans over all operators. Left out are lookups,
 * streams without repetitions, and what depends on the time, which does not stand still.
 */
class ArrivalOrderTest {
  private static final int PLANS = 400;
  private static final int MANY = 40;
  private static final int JOINED = 16;
  private static final int ALL_AT_ONCE = 16_384;

  private static boolean dependsOnOrder(Plan plan) {
    return plan.inputs().stream().anyMatch(input -> input.deduplication() != null)
        || plan.tickMicros() > 0
        || plan.views().stream()
            .map(ViewDefinition::relation)
            .anyMatch(ReferenceEvaluator::dependsOnEpochs);
  }

  /** What is there in the end of some random changes, as insertions in any order. */
  private static List<InputChange> rows(Plan plan, long seed, int count) {
    InputModel model = new InputModel(plan);
    RandomChanges.epochs(plan, seed, count).forEach(epoch -> epoch.forEach(model::apply));
    RandomValues values = new RandomValues(new SplittableRandom(seed));
    List<InputChange> rows = new ArrayList<>();
    for (Node.Input input : plan.inputs()) {
      InputChange.Kind kind =
          input.kind() == Node.InputKind.KEYED_TABLE
              ? InputChange.Kind.UPSERT
              : InputChange.Kind.INSERT;
      for (ReferenceRow row : model.rows(input.name())) {
        rows.add(new InputChange(input.name(), kind, values.written(input.schema(), row)));
      }
    }
    return rows;
  }

  private static Map<String, Map<ReferenceRow, Long>> views(
      Plan plan, List<InputChange> rows, int batch) {
    EngineSettings settings = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.inMemory(Pipeline.of(plan), settings)) {
      for (int from = 0; from < rows.size(); from += batch) {
        List<InputChange> some = rows.subList(from, Math.min(rows.size(), from + batch));
        engine.append(
            transaction -> some.forEach(row -> RandomRun.write(engine, transaction, row)));
        engine.step();
      }
      Map<String, Map<ReferenceRow, Long>> views = new HashMap<>();
      for (ViewDefinition view : plan.views()) {
        Map<ReferenceRow, Long> counts = new HashMap<>();
        for (Row row : engine.view(view.name()).scan()) {
          counts.merge(ReferenceRow.of(row.schema(), row.values()), 1L, Long::sum);
        }
        views.put(view.name(), counts);
      }
      return views;
    }
  }

  @Test
  void neitherTheSizeOfBatchesNorTheOrderOfRowsMatters() {
    Set<Class<?>> seen = new HashSet<>();
    for (int seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);
      if (dependsOnOrder(plan)) {
        continue;
      }
      boolean isJoined = plan.nodes().stream().anyMatch(Joined.class::isInstance);
      List<InputChange> rows = rows(plan, seed, isJoined ? JOINED : MANY);
      plan.nodes().forEach(node -> seen.add(node.getClass()));
      Map<String, Map<ReferenceRow, Long>> atOnce = views(plan, rows, ALL_AT_ONCE);
      Random random = new Random(seed);
      for (int batch : new int[] {1, 1, 1 + random.nextInt(MANY), ALL_AT_ONCE}) {
        List<InputChange> shuffled = new ArrayList<>(rows);
        Collections.shuffle(shuffled, random);
        assertThat(views(plan, shuffled, batch))
            .as("seed %s, batches of %s", seed, batch)
            .isEqualTo(atOnce);
      }
    }
    assertThat(seen)
        .contains(Join.class, AsOfJoin.class, Top.class, Over.class, SetOperation.class)
        .contains(Node.Aggregate.class, Distinct.class, Node.Union.class);
  }
}
