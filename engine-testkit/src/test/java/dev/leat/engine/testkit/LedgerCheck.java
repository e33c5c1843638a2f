package dev.leat.engine.testkit;

import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Ticking;
import dev.leat.engine.plan.Top;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * How many rows should be in the ledger: each that failed when it came in, none because it was
 * taken back. Known exactly where operators treat each row by itself; with aggregates, which can
 * fail and be mended, and joins, at least those that fail now.
 */
final class LedgerCheck {
  private final Plan plan;
  private final boolean isRowByRow;
  private final boolean hasJoins;

  /** Do equal rows travel as one with a weight, and are reported once? */
  private final boolean hasWeights;

  private long expected;

  LedgerCheck(Plan plan) {
    this.plan = plan;
    this.isRowByRow =
        plan.nodes().stream()
            .noneMatch(
                n ->
                    forgets(n)
                        || n instanceof Node.Aggregate
                        || n instanceof Distinct
                        || n instanceof SetOperation
                        || n instanceof Top
                        || n instanceof Over
                        || n instanceof ClosingAggregate
                        || n instanceof ClosingSessions
                        || n instanceof Ticking
                        || n instanceof Sessionize
                        || n instanceof SessionAggregate
                        || n instanceof Joined);
    // One that closes reports each late row, and each pair that fails, once and for good.
    this.hasJoins =
        plan.nodes().stream().anyMatch(n -> n instanceof Joined && !(n instanceof ClosingJoin));
    this.hasWeights =
        plan.inputs().stream().anyMatch(i -> i.kind() == Node.InputKind.KEYLESS_TABLE)
            || plan.nodes().stream()
                .anyMatch(
                    n ->
                        n instanceof SetOperation
                            || n instanceof Top
                            || n instanceof Ticking
                            || n instanceof Sessionize);
  }

  /** A row that is forgotten and put in again in one epoch did not change. */
  private static boolean forgets(Node node) {
    return node instanceof Node.Input input && input.forgetting() != null;
  }

  /** Applies the changes of an epoch to a model. */
  void apply(List<InputChange> epoch, InputModel model) {
    Map<String, List<ReferenceRow>> before = new LinkedHashMap<>();
    model.rows().forEach((input, rows) -> before.put(input, List.copyOf(rows)));
    for (InputChange change : epoch) {
      long without = model.withoutEventTime();
      boolean isDone = model.apply(change);
      expected += model.withoutEventTime() - without;
      expected += isDone || change.kind() != InputChange.Kind.DELETE_ROW ? 0 : 1;
    }
    if (isRowByRow) {
      Map<String, List<ReferenceRow>> added = new LinkedHashMap<>();
      model.rows().forEach((input, rows) -> added.put(input, added(input, before, rows)));
      expected += ReferenceEvaluator.evaluate(plan, added).errors();
    }
  }

  private List<ReferenceRow> added(
      String input, Map<String, List<ReferenceRow>> before, List<ReferenceRow> now) {
    List<ReferenceRow> added = new ArrayList<>(now);
    before.getOrDefault(input, List.of()).forEach(added::remove);
    // Equal rows of a table travel as one with a weight, and are reported once.
    boolean isStream = plan.input(input).kind() == Node.InputKind.STREAM;
    return isStream ? added : new ArrayList<>(new LinkedHashSet<>(added));
  }

  /**
   * Compares.
   *
   * @param failing how many rows fail now
   * @param all how many are in the ledger
   */
  void check(long failing, long all) {
    if (isRowByRow) {
      RandomRun.check(all == expected, "ledger should have " + expected, all);
    } else if (hasJoins) {
      // Equal rows are one with a weight, as those of a table are.
      RandomRun.check(all > 0 || failing == 0, "ledger should not be empty", failing);
    } else if (!hasWeights) {
      RandomRun.check(all >= failing, "ledger should have " + failing + " or more", all);
    }
  }
}
