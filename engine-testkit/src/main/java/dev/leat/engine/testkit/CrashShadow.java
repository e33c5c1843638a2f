package dev.leat.engine.testkit;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.View;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The engine that never crashes: in memory, with the same pipeline, it gets the epochs that are in
 * the log of the other. Views of its own tell what the inputs hold.
 */
final class CrashShadow implements AutoCloseable {
  private static final String INPUT = "rows that the input has: ";

  private final CrashScenario scenario;
  private final TestClock clock = new TestClock(PipelineTester.START);
  private final Engine engine;
  private final ReferenceMemory memory = new ReferenceMemory();
  private int appends;
  private int epochs;

  CrashShadow(CrashScenario scenario) {
    this.scenario = scenario;
    Plan plan = scenario.pipeline().plan();
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    for (Node.Input input : plan.inputs()) {
      views.add(new ViewDefinition(INPUT + input.name(), input, "the test is short"));
    }
    EngineSettings settings = scenario.settings().withThreading(Threading.HOST).withClock(clock);
    this.engine = Engine.inMemory(Pipeline.of(new Plan(plan.inputs(), views)), settings);
  }

  /** How many epochs it has. */
  int epochs() {
    return epochs;
  }

  /** How many of the appends it has. */
  int appends() {
    return appends;
  }

  Engine engine() {
    return engine;
  }

  /** What time it is. */
  ReferenceMemory memory() {
    return memory;
  }

  /** Takes the next epoch. */
  void follow(CrashCut cut) {
    if (cut.opened() != null) {
      clock.set(cut.opened());
      EngineOnFiles.noteOpening(engine);
    }
    clock.set(cut.time());
    memory.startEpoch(cut.time());
    while (appends < cut.appends()) {
      scenario.appends().get(appends++).accept(engine);
    }
    engine.step();
    epochs++;
    if (engine.position().value() != epochs) {
      throw new AssertionError(
          "the appends of epoch "
              + epochs
              + " went into several epochs; one append must be fewer rows: epoch-rows="
              + scenario.settings().epochRows());
    }
  }

  /** The rows of each input. */
  Map<String, List<ReferenceRow>> inputs() {
    Map<String, List<ReferenceRow>> inputs = new LinkedHashMap<>();
    for (Node.Input input : scenario.pipeline().plan().inputs()) {
      View<Row> view = engine.view(INPUT + input.name());
      List<ReferenceRow> rows =
          view.scan().stream().map(row -> ReferenceRow.of(view.schema(), row.values())).toList();
      inputs.put(input.name(), rows);
    }
    return inputs;
  }

  @Override
  public void close() {
    engine.close();
  }
}
