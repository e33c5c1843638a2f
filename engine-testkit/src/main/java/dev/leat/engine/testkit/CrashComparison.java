package dev.leat.engine.testkit;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.View;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares an engine that may have crashed with the reference, view by view, and with the engine
 * that did not crash, row by row, and in order where both have the same pipeline.
 */
final class CrashComparison {
  private final CrashScenario scenario;
  private final Pipeline opened;
  private final Engine engine;
  private final CrashShadow shadow;

  /**
   * A comparison.
   *
   * @param opened what the engine was opened with
   */
  CrashComparison(CrashScenario scenario, Pipeline opened, Engine engine, CrashShadow shadow) {
    this.scenario = scenario;
    this.opened = opened;
    this.engine = engine;
    this.shadow = shadow;
  }

  /**
   * Compares.
   *
   * @return a number that stands for all rows of all views
   * @throws AssertionError with what is different
   */
  int check() {
    Plan plan = opened.plan();
    Map<String, List<ReferenceRow>> inputs = shadow.inputs();
    if (scenario.inputs() != null) {
      Map<String, List<ReferenceRow>> told = scenario.inputs().apply(shadow.appends());
      told.forEach(
          (input, rows) ->
              equal("input '" + input + "'", counts(rows), counts(rowsOf(inputs, input))));
    }
    ReferenceResult expected = ReferenceEvaluator.evaluate(plan, inputs, shadow.memory());
    int sum = 0;
    for (ViewDefinition definition : plan.views()) {
      View<Row> view = engine.view(definition.name());
      List<Row> rows = rowsOf(view);
      if (rows == null) {
        continue;
      }
      List<ReferenceRow> canonical =
          rows.stream().map(row -> ReferenceRow.of(view.schema(), row.values())).toList();
      if (!ReferenceEvaluator.dependsOnEpochs(definition.relation())) {
        equal("view '" + view.name() + "'", expected.view(view.name()), counts(canonical));
      }
      sum = 31 * sum + asInShadow(view.name(), rows);
    }
    equal("accepted rows", shadow.engine().acceptedRows(), engine.acceptedRows());
    if (scenario.isChanged()) {
      return sum; // the ledger and the repetitions are those of the operators that there were
    }
    sum = 31 * sum + asInShadow(Plan.LEDGER, engine.view(Plan.LEDGER).scan());
    equal("duplicate rows", shadow.engine().duplicateRows(), engine.duplicateRows());
    equal("rejected rows", shadow.engine().rejectedRows(), engine.rejectedRows());
    return sum;
  }

  /** What a view has; null if it is still being built, or could not be because the disk failed. */
  private @Nullable List<Row> rowsOf(View<Row> view) {
    try {
      return view.scan();
    } catch (EngineException e) {
      boolean isBuilding =
          engine.backfill().map(building -> building.views().contains(view.name())).orElse(false);
      if (!isBuilding || e.kind() != EngineException.Kind.UNAVAILABLE) {
        throw e;
      }
      return null;
    }
  }

  private static List<ReferenceRow> rowsOf(Map<String, List<ReferenceRow>> inputs, String input) {
    return inputs.getOrDefault(input, List.of());
  }

  /**
   * The rows of an engine that never crashed: in their order if it has the same pipeline, since all
   * that an engine does follows from its pipeline and its log. It has all views, and what a changed
   * pipeline has beside a view decides how joins are put together, hence in which order the rows of
   * one epoch come; they are no others.
   */
  private int asInShadow(String view, List<Row> rows) {
    List<Row> wanted = shadow.engine().view(view).scan();
    boolean isAlike =
        scenario.isChanged() ? counts(rows).equals(counts(wanted)) : rows.equals(wanted);
    if (!isAlike) {
      throw new AssertionError(
          "view '"
              + view
              + "' has not the rows"
              + (scenario.isChanged() ? "" : ", in their order,")
              + " of an engine that never crashed:\n  expected "
              + wanted
              + "\n  actual   "
              + rows);
    }
    return rows.toString().hashCode();
  }

  private static <R> Map<R, Long> counts(List<R> rows) {
    Map<R, Long> counts = new LinkedHashMap<>();
    rows.forEach(row -> counts.merge(row, 1L, Long::sum));
    return counts;
  }

  private static void equal(String what, Map<?, Long> expected, Map<?, Long> actual) {
    if (expected.equals(actual)) {
      return;
    }
    StringBuilder text = new StringBuilder(what + " is not what the reference computes:");
    expected.forEach((row, n) -> tell(text, "missing", row, n - count(actual, row)));
    actual.forEach((row, n) -> tell(text, "not expected", row, n - count(expected, row)));
    throw new AssertionError(text.toString());
  }

  private static long count(Map<?, Long> rows, Object row) {
    Long count = rows.get(row);
    return count == null ? 0 : count;
  }

  private static void tell(StringBuilder text, String what, Object row, long times) {
    if (times > 0) {
      text.append("\n  ").append(what).append(' ').append(times).append(" x ").append(row);
    }
  }
}
