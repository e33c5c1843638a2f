package dev.leat.engine.testkit;

import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes a failing case smaller for as long as it still fails. */
final class CaseShrinker {
  private final Predicate<RandomCase> fails;
  private RandomCase best;

  private CaseShrinker(RandomCase failing, Predicate<RandomCase> fails) {
    this.best = failing;
    this.fails = fails;
  }

  static RandomCase shrink(RandomCase failing, Predicate<RandomCase> fails) {
    CaseShrinker shrinker = new CaseShrinker(failing, fails);
    shrinker.shrinkOptions();
    shrinker.shrinkPlan();
    shrinker.shrinkEpochs();
    shrinker.shrinkChanges();
    shrinker.shrinkPlan();
    shrinker.shrinkInputs();
    return shrinker.best;
  }

  private boolean accept(RandomCase smaller) {
    if (fails.test(smaller)) {
      best = smaller;
      return true;
    }
    return false;
  }

  private void shrinkOptions() {
    RandomCase.Options options = best.options();
    for (boolean isSwept : new boolean[] {false, options.isSwept()}) {
      for (boolean isRepeated : new boolean[] {false, options.isRepeated()}) {
        for (boolean isRestarted : new boolean[] {false, options.isRestarted()}) {
          if (accept(
              best.withOptions(
                  new RandomCase.Options(
                      true, isSwept, isRepeated, options.ledgerRows(), isRestarted)))) {
            return;
          }
        }
      }
    }
  }

  /** The first relation that fails alone, else fewer views. */
  private void shrinkPlan() {
    Plan plan = best.plan();
    for (Node node : plan.nodes()) {
      List<ViewDefinition> only = List.of(new ViewDefinition("view0", node, "the test is short"));
      if (accept(best.withPlan(new Plan(plan.inputs(), only)))) {
        return;
      }
    }
    for (int i = plan.views().size() - 1; i >= 0; i--) {
      List<ViewDefinition> fewer = new ArrayList<>(best.plan().views());
      fewer.remove(i);
      accept(best.withPlan(new Plan(plan.inputs(), fewer)));
    }
  }

  /** Without inputs that no view reads. */
  private void shrinkInputs() {
    for (Node.Input input : best.plan().inputs()) {
      Plan plan = best.plan();
      List<Node> views = plan.views().stream().map(ViewDefinition::relation).toList();
      if (plan.inputs().size() == 1 || Postorder.of(views, Node::inputs).contains(input)) {
        continue;
      }
      List<Node.Input> fewer = new ArrayList<>(plan.inputs());
      fewer.remove(input);
      List<List<InputChange>> epochs = new ArrayList<>();
      for (List<InputChange> epoch : best.epochs()) {
        List<InputChange> others =
            epoch.stream().filter(change -> !change.input().equals(input.name())).toList();
        if (!others.isEmpty()) {
          epochs.add(others);
        }
      }
      accept(best.withPlan(new Plan(fewer, plan.views())).withEpochs(epochs));
    }
  }

  private void shrinkEpochs() {
    for (int chunk = best.epochs().size(); chunk >= 1; chunk /= 2) {
      for (int from = best.epochs().size() - chunk; from >= 0; from -= chunk) {
        List<List<InputChange>> fewer = new ArrayList<>(best.epochs());
        fewer.subList(from, Math.min(fewer.size(), from + chunk)).clear();
        accept(best.withEpochs(fewer));
      }
    }
  }

  private void shrinkChanges() {
    for (int e = best.epochs().size() - 1; e >= 0; e--) {
      for (int chunk = best.epochs().get(e).size(); chunk >= 1; chunk /= 2) {
        for (int from = best.epochs().get(e).size() - chunk; from >= 0; from -= chunk) {
          List<InputChange> fewer = new ArrayList<>(best.epochs().get(e));
          fewer.subList(from, from + chunk).clear();
          List<List<InputChange>> epochs = new ArrayList<>(best.epochs());
          if (fewer.isEmpty()) {
            continue;
          }
          epochs.set(e, fewer);
          accept(best.withEpochs(epochs));
        }
      }
    }
  }
}
