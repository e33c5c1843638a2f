package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What was written with older columns gives the views that a batch gives over those rows converted:
 * new columns null, dropped ones gone, numbers widened. Rows of the new columns may follow.
 */
class RandomEvolutionTest {
  private static final int PLANS = 8;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(longs = {0, 1000, 2000, 3000, 4000, 5000})
  void oldRowsGiveTheViewsOfTheirConvertedSelves(long first) {
    int rows = 0;
    for (long seed = first; seed < first + PLANS; seed++) {
      rows += run(seed);
    }
    assertThat(rows).isGreaterThan(50);
  }

  /** Writes with old columns, goes on with new ones; the number of rows of all views. */
  private int run(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Plan plan = RandomPlans.plan(seed);
    Plan oldPlan =
        new Plan(plan.inputs().stream().map(input -> before(input, random)).toList(), List.of());
    List<List<InputChange>> old = RandomChanges.epochs(oldPlan, seed, 40);
    List<List<InputChange>> added = new ArrayList<>();
    for (List<InputChange> epoch : RandomChanges.epochs(plan, seed, 20)) {
      // Deletes of keyless tables may find nothing in this order of things, which is an error.
      added.add(epoch.stream().filter(c -> c.kind() != InputChange.Kind.DELETE_ROW).toList());
    }
    Path log = directory.resolve("log-" + seed);
    write(log, oldPlan, old);
    InputModel model = new InputModel(plan);
    old.forEach(epoch -> epoch.forEach(change -> model.apply(converted(change, oldPlan, plan))));
    compare(log, plan, model);
    write(log, plan, added);
    added.forEach(epoch -> epoch.forEach(model::apply));
    return compare(log, plan, model);
  }

  /** An input as it might have been before: every change of it can be made to it again. */
  private static Node.Input before(Node.Input input, SplittableRandom random) {
    List<Field> fields = new ArrayList<>();
    for (Field field : input.schema().fields()) {
      boolean isNew = field.nullable() && random.nextInt(4) == 0;
      if (!isNew) {
        boolean isNullable = field.nullable() && random.nextInt(4) > 0;
        fields.add(new Field(field.name(), before(field.type(), random), isNullable));
      }
    }
    for (int i = random.nextInt(fields.isEmpty() ? 1 : 0, 3); i > 0; i--) {
      fields.add(new Field("dropped" + i, random.nextBoolean() ? Type.STRING : Type.DATE, true));
    }
    if (input.primaryKey().isEmpty()) {
      Collections.shuffle(fields, new Random(random.nextLong()));
    }
    return new Node.Input(input.name(), input.kind(), Schema.of(fields), input.primaryKey());
  }

  private static Type before(Type type, SplittableRandom random) {
    if (random.nextBoolean()) {
      return type;
    }
    return switch (type.kind()) {
      case LONG -> Type.INT;
      case DOUBLE -> Type.FLOAT;
      default -> type;
    };
  }

  private static InputChange converted(InputChange change, Plan from, Plan to) {
    if (change.kind() == InputChange.Kind.DELETE_KEY) {
      Node.Input old = from.input(change.input());
      Node.Input now = to.input(change.input());
      Schema oldKey = old.schema().select(old.primaryKey(), "test");
      Schema key = now.schema().select(now.primaryKey(), "test");
      return new InputChange(
          change.input(), change.kind(), converted(change.values(), oldKey, key));
    }
    return new InputChange(
        change.input(),
        change.kind(),
        converted(
            change.values(),
            from.input(change.input()).schema(),
            to.input(change.input()).schema()));
  }

  private static List<@Nullable Object> converted(
      List<@Nullable Object> values, Schema from, Schema to) {
    List<@Nullable Object> converted = new ArrayList<>();
    for (Field field : to.fields()) {
      int index = from.find(field.name());
      Object value = index < 0 ? null : values.get(index);
      boolean isWidened = index >= 0 && !from.field(index).type().equals(field.type());
      if (value instanceof Integer number && isWidened) {
        converted.add(number.longValue());
      } else if (value instanceof Float number && isWidened) {
        converted.add(number.doubleValue());
      } else {
        converted.add(value);
      }
    }
    return converted;
  }

  private static Engine open(Path log, Plan plan) {
    // One time for all, so that what is deduplicated does not depend on how long the test takes.
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(Threading.HOST)
            .withClock(new TestClock(PipelineTester.START));
    return Engine.open(log, Pipeline.of(plan), settings);
  }

  private static void write(Path log, Plan plan, List<List<InputChange>> epochs) {
    try (Engine engine = open(log, plan)) {
      for (List<InputChange> epoch : epochs) {
        engine.append(t -> epoch.forEach(change -> RandomRun.write(engine, t, change)));
        engine.step();
      }
    }
  }

  private static int compare(Path log, Plan plan, InputModel model) {
    ReferenceResult expected = ReferenceEvaluator.evaluate(plan, model.rows());
    int all = 0;
    try (Engine engine = open(log, plan)) {
      for (ViewDefinition view : plan.views()) {
        Map<ReferenceRow, Long> rows = new LinkedHashMap<>();
        for (Row row : engine.view(view.name()).scan()) {
          rows.merge(ReferenceRow.of(row.schema(), row.values()), 1L, Long::sum);
          all++;
        }
        if (!ReferenceEvaluator.dependsOnEpochs(view.relation())) {
          assertThat(rows).as(view.name()).isEqualTo(expected.view(view.name()));
        }
      }
      assertThat(engine.duplicateRows()).isEqualTo(model.duplicates());
    }
    return all;
  }
}
