package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Windows, live and closing, are what the reference computes, whatever comes in which order in
 * which epochs: random plans with event time, compared after every epoch. Runs with {@code mvn
 * verify -Prandom -Drandom.windows=N -Drandom.seed=S}.
 */
class RandomWindowsTest {
  private static final int MAX_SHOWN = 5;

  /** Seeds that have failed once. */
  private static final List<Long> REGRESSIONS = List.of(6713L, 7702748L, 21_036_458L, 21_044_379L);

  @Test
  void windowsAreWhatTheReferenceComputes() throws InterruptedException {
    long cases = Long.getLong("random.windows", 1000);
    long seed = Long.getLong("random.seed", 1);
    List<Long> failed = RandomPlansTest.run(seed, cases, RandomCase::ofWindows);
    failed.stream().limit(MAX_SHOWN).forEach(RandomWindowsTest::show);
    System.out.println(cases + " cases of windows, " + failed.size() + " failures");
    assertThat(failed).as("seeds that fail").isEmpty();
  }

  @Test
  void seedsThatFailedOnceFailNoMore() {
    assertThat(REGRESSIONS)
        .allSatisfy(seed -> assertThat(RandomRun.failure(RandomCase.ofWindows(seed))).isNull());
  }

  private static void show(long seed) {
    RandomCase whole = RandomCase.ofWindows(seed);
    RandomCase small = CaseShrinker.shrink(whole, c -> RandomRun.failure(c) != null);
    System.out.println("failing case: -Drandom.windows=1 -Drandom.seed=" + seed);
    System.out.println(small);
    System.out.println(RandomRun.failure(small));
  }

  /** Is it of final rows, of which none is late? */
  private static boolean isOfJoin(ClosingAggregate closing) {
    return closing.input().inputs().get(0) instanceof ClosingJoin;
  }

  @Test
  void casesAreWorthRunning() {
    Set<TimeWindow.Kind> live = EnumSet.noneOf(TimeWindow.Kind.class);
    int zones = 0;
    long late = 0;
    long closed = 0;
    long without = 0;
    long lateOfSessions = 0;
    long closedSessions = 0;
    int liveByPane = 0;
    int closingByPane = 0;
    int updatingByPane = 0;
    Map<Join.Kind, Integer> joined = new EnumMap<>(Join.Kind.class);
    long lateForJoins = 0;
    int closingOfJoins = 0;
    for (long seed = 0; seed < 300; seed++) {
      Plan plan = RandomWindowPlans.plan(seed);
      InputModel model = new InputModel(plan);
      ReferenceMemory memory = new ReferenceMemory().reached(model.reached());
      ReferenceResult result = ReferenceEvaluator.evaluate(plan, model.rows(), memory);
      for (List<InputChange> epoch : RandomWindowPlans.epochs(plan, seed, 40)) {
        model.advance(Duration.ofSeconds(2));
        memory.startEpoch(model.now());
        epoch.forEach(model::apply);
        result = ReferenceEvaluator.evaluate(plan, model.rows(), memory);
      }
      without += model.withoutEventTime();
      for (var node : plan.nodes()) {
        if (node instanceof Windowed windowed) {
          live.add(windowed.window().kind());
          zones += windowed.window().zone() == null ? 0 : 1;
        } else if (node instanceof Node.Aggregate aggregate && aggregate.isByPane()) {
          liveByPane++;
          updatingByPane += aggregate.input().isAppendOnly() ? 0 : 1;
        } else if (node instanceof ClosingAggregate closing && isOfJoin(closing)) {
          assertThat(memory.of(closing).late()).as("rows of a join that are late").isZero();
          closingOfJoins++;
        } else if (node instanceof ClosingAggregate closing) {
          late += memory.of(closing).late();
          closingByPane += closing.live().isByPane() ? 1 : 0;
        } else if (node instanceof ClosingSessions sessions) {
          lateOfSessions += memory.of(sessions).late();
        } else if (node instanceof ClosingJoin join) {
          lateForJoins += memory.of(join).late();
        }
      }
      for (ViewDefinition view : plan.views()) {
        if (view.relation() instanceof ClosingJoin join) {
          joined.merge(join.kind(), result.view(view.name()).size(), Integer::sum);
        }
        closedSessions +=
            view.relation() instanceof ClosingSessions ? result.view(view.name()).size() : 0;
        closed += view.relation() instanceof ClosingAggregate ? result.view(view.name()).size() : 0;
      }
    }
    assertThat(live).containsExactlyInAnyOrder(TimeWindow.Kind.values());
    assertThat(liveByPane).as("live, by pane").isGreaterThan(80);
    assertThat(updatingByPane).as("of rows that can be taken back, by pane").isGreaterThan(20);
    assertThat(closingByPane).as("closing, by pane").isGreaterThan(50);
    assertThat(zones).as("windows of days of a zone").isGreaterThan(20);
    assertThat(late).as("late rows").isGreaterThan(300);
    assertThat(closed).as("rows of closed windows").isGreaterThan(500);
    assertThat(lateOfSessions).as("rows late for sessions").isGreaterThan(300);
    assertThat(closedSessions).as("closed sessions").isGreaterThan(500);
    assertThat(joined).as("rows of joins that close").hasSize(Join.Kind.values().length);
    assertThat(joined.values()).allSatisfy(rows -> assertThat(rows).isGreaterThan(50));
    assertThat(closingOfJoins).as("windows over joins that close").isGreaterThan(10);
    assertThat(lateForJoins).as("rows late for joins").isGreaterThan(300);
    assertThat(without).as("rows without event time").isGreaterThan(50);
  }
}
