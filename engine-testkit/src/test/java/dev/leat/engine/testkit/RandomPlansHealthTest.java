package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.TemporalFilter;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Are random plans worth running? They are made of everything there is, and mostly give rows. */
class RandomPlansHealthTest {
  private static final int PLANS = 400;

  private final Set<Op> ops = EnumSet.noneOf(Op.class);
  private final Set<AggregateFunction> functions = EnumSet.noneOf(AggregateFunction.class);
  private final Set<Type.Kind> kinds = EnumSet.noneOf(Type.Kind.class);
  private final Set<Join.Kind> joins = EnumSet.noneOf(Join.Kind.class);
  private final Set<Class<?>> classes = new HashSet<>();

  @Test
  void plansAreMadeOfEverythingThereIs() {
    for (long seed = 0; seed < PLANS; seed++) {
      RandomPlans.plan(seed).nodes().forEach(this::collect);
      RandomWindowPlans.plan(seed).nodes().forEach(this::collect);
    }

    assertThat(ops).containsExactlyInAnyOrder(Op.values());
    assertThat(functions).containsExactlyInAnyOrder(AggregateFunction.values());
    assertThat(joins).containsExactlyInAnyOrder(Join.Kind.values());
    assertThat(kinds).containsExactlyInAnyOrder(Type.Kind.values());
    List<Class<?>> relations = new ArrayList<>(List.of(Node.class.getPermittedSubclasses()));
    relations.remove(Ticking.class);
    relations.addAll(List.of(Ticking.class.getPermittedSubclasses()));
    assertThat(classes).containsAll(relations);
    assertThat(classes).contains(Expr.class.getPermittedSubclasses());
  }

  @Test
  void someJoinsAreDoneAsOne() {
    int chains = 0;
    int through = 0;
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);
      Set<Node> written = new HashSet<>(plan.nodes());
      for (Node node : plan.computed()) {
        chains += node instanceof Join join && join.chain() != null ? 1 : 0;
        through += written.contains(node) ? 0 : 1;
      }
    }

    assertThat(chains).as("joins done as one").isGreaterThan(PLANS / 5);
    assertThat(through).as("joins of two right sides beforehand").isGreaterThan(PLANS / 10);
  }

  private void collect(Node node) {
    classes.add(node.getClass());
    node.schema().fields().forEach(field -> kinds.add(field.type().kind()));
    if (node instanceof Node.Filter filter) {
      collect(filter.condition());
    } else if (node instanceof Node.Project project) {
      project.columns().forEach(column -> collect(column.expr()));
    } else if (node instanceof Join join) {
      joins.add(join.kind());
      if (join.condition() != null) {
        collect(join.condition());
      }
    } else if (node instanceof SessionAggregate sessions) {
      sessions.calls().forEach(call -> call.exprs().forEach(this::collect));
    } else if (node instanceof TemporalFilter filter) {
      filter.bounds().forEach(bound -> collect(bound.clock().expr()));
      filter.bounds().forEach(bound -> collect(bound.row()));
    } else if (node instanceof Node.Aggregate aggregate) {
      for (AggregateCall call : aggregate.calls()) {
        functions.add(call.function());
        call.exprs().forEach(this::collect);
      }
    }
  }

  private void collect(Expr expr) {
    for (Expr part : expr.parts()) {
      classes.add(part.getClass());
      if (part instanceof Expr.Call call) {
        ops.add(call.op());
      }
    }
  }

  @Test
  void viewsAreSeldomEmptyAndHoldValuesOfTheirTypes() {
    int views = 0;
    int empty = 0;
    int plansWithErrors = 0;
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);
      InputModel model = new InputModel(plan);
      RandomChanges.epochs(plan, seed, 60).forEach(epoch -> epoch.forEach(model::apply));
      // When about half of the rows have entered, and few have left.
      ReferenceMemory memory =
          new ReferenceMemory().startEpoch(PipelineTester.START.plusSeconds(5));
      ReferenceResult result = ReferenceEvaluator.evaluate(plan, model.rows(), memory);
      for (Map.Entry<String, Map<ReferenceRow, Long>> view : result.views().entrySet()) {
        Schema schema = plan.view(view.getKey()).relation().schema();
        view.getValue()
            .keySet()
            .forEach(row -> assertThat(ReferenceRow.of(schema, row.values())).isEqualTo(row));
        views++;
        empty += view.getValue().isEmpty() ? 1 : 0;
      }
      plansWithErrors += result.errors() > 0 ? 1 : 0;
    }
    assertThat(empty * 100 / views).as("percent of empty views").isLessThan(18);
    assertThat(plansWithErrors * 100 / PLANS).as("percent with errors").isBetween(20, 70);
  }

  @Test
  void someRowsAreRepetitionsAndSomeKeysComeAgainLater() {
    long duplicates = 0;
    long again = 0;
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);
      InputModel still = new InputModel(plan);
      InputModel moving = new InputModel(plan);
      for (List<InputChange> epoch : RandomChanges.epochs(plan, seed, 60)) {
        moving.advance(Duration.ofSeconds(2));
        epoch.forEach(still::apply);
        epoch.forEach(moving::apply);
      }
      long ofMoving = moving.duplicates().values().stream().mapToLong(Long::longValue).sum();
      duplicates += ofMoving;
      again += still.duplicates().values().stream().mapToLong(Long::longValue).sum() - ofMoving;
    }
    assertThat(duplicates).as("repetitions").isGreaterThan(500);
    assertThat(again).as("keys that come again behind the horizon").isGreaterThan(100);
  }

  @Test
  void someRowsOfTablesAreForgotten() {
    Map<Node.InputKind, Long> forgotten = new LinkedHashMap<>();
    Map<Node.InputKind, Long> kept = new LinkedHashMap<>();
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);
      InputModel still = new InputModel(plan);
      InputModel moving = new InputModel(plan);
      for (List<InputChange> epoch : RandomChanges.epochs(plan, seed, 60)) {
        moving.advance(Duration.ofSeconds(2));
        epoch.forEach(still::apply);
        epoch.forEach(moving::apply);
      }
      for (Node.Input input : plan.inputs()) {
        if (input.forgetting() != null) {
          long left = moving.rows(input.name()).size();
          kept.merge(input.kind(), left, Long::sum);
          forgotten.merge(input.kind(), still.rows(input.name()).size() - left, Long::sum);
        }
      }
    }
    assertThat(forgotten).hasSize(2).allSatisfy((kind, rows) -> assertThat(rows).isGreaterThan(50));
    assertThat(kept).hasSize(2).allSatisfy((kind, rows) -> assertThat(rows).isGreaterThan(50));
  }

  @Test
  void theOrderOfRowsDoesNotMatter() {
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);
      InputModel model = new InputModel(plan);
      RandomChanges.epochs(plan, seed, 60).forEach(epoch -> epoch.forEach(model::apply));
      Map<String, List<ReferenceRow>> shuffled = new LinkedHashMap<>();
      model
          .rows()
          .forEach(
              (input, rows) -> {
                List<ReferenceRow> other = new ArrayList<>(rows);
                Collections.shuffle(other, new Random(1));
                shuffled.put(input, other);
              });

      assertThat(ReferenceEvaluator.evaluate(plan, shuffled))
          .as("seed=" + seed)
          .isEqualTo(ReferenceEvaluator.evaluate(plan, model.rows()));
    }
  }

  @Test
  void aSeedGivesTheSamePlanAndTheSameChanges() {
    for (long seed = 0; seed < PLANS; seed++) {
      Plan plan = RandomPlans.plan(seed);

      assertThat(RandomPlans.plan(seed)).isEqualTo(plan);
      assertThat(texts(plan, RandomChanges.epochs(plan, seed, 100)))
          .isEqualTo(texts(plan, RandomChanges.epochs(plan, seed, 100)));
    }
  }

  private static List<String> texts(Plan plan, List<List<InputChange>> epochs) {
    List<String> texts = new ArrayList<>();
    for (List<InputChange> epoch : epochs) {
      InputModel model = new InputModel(plan);
      epoch.forEach(change -> texts.add(change.kind() + " " + model.apply(change)));
      texts.add(model.rows().toString());
    }
    return texts;
  }
}
