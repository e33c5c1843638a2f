package dev.leat.engine.internal.exec;

import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How a plan is spread over dataflows. Only views that have seen the same records share operators.
 *
 * @param live what has seen all of the log
 * @param late views that started empty, and have seen only what came later
 * @param missing what is still to be built from the beginning of the log
 */
record PlanSplit(PlanPart live, List<Late> late, PlanPart missing) {
  /**
   * Views that started empty, with operators of their own.
   *
   * @param since the first position that they have seen
   */
  record Late(long since, PlanPart part) {}

  PlanSplit {
    late = List.copyOf(late);
  }

  /** Everything from the first record on. */
  static PlanSplit whole(Plan plan) {
    PlanPart whole = PlanPart.whole(plan);
    return new PlanSplit(whole, List.of(), whole.toBeAdded(List.of()));
  }

  /** Is nothing left to be built? */
  boolean isComplete() {
    return missing.views().isEmpty();
  }

  /** Has it any view that can be read at once? */
  boolean hasViews() {
    return !live.views().isEmpty() || !late.isEmpty();
  }

  /** The same, but some of what is missing starts empty. */
  PlanSplit startingEmpty(Set<String> views, long since) {
    List<ViewDefinition> empty = new ArrayList<>();
    List<ViewDefinition> others = new ArrayList<>();
    for (ViewDefinition view : missing.views()) {
      (views.contains(view.name()) ? empty : others).add(view);
    }
    List<Late> all = new ArrayList<>(late);
    if (!empty.isEmpty()) {
      all.add(new Late(since, live.apart(empty)));
    }
    return new PlanSplit(live, all, live.toBeAdded(others));
  }

  /** The same when what was missing has become part of what is live. */
  PlanSplit completed() {
    PlanPart all = live.with(missing);
    return new PlanSplit(all, late, all.toBeAdded(List.of()));
  }
}
