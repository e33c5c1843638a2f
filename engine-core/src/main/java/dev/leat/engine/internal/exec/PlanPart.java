package dev.leat.engine.internal.exec;

import dev.leat.engine.plan.Fingerprint;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.PlanDiff;
import dev.leat.engine.plan.PlanManifest;
import dev.leat.engine.plan.Postorder;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one dataflow computes of a plan.
 *
 * @param nodes its relations, inputs before what reads them
 * @param views its views and sinks, over these relations
 * @param twins those of the relations that another dataflow computes too, and which this one has
 *     only until it becomes part of that one; what they read is among them
 * @param unreported those of which another dataflow reports what fails
 */
record PlanPart(
    List<Node> nodes, List<ViewDefinition> views, Set<Node> twins, Set<Node> unreported) {
  PlanPart {
    nodes = List.copyOf(nodes);
    views = List.copyOf(views);
    twins = Set.copyOf(twins);
    unreported = Set.copyOf(unreported);
  }

  /** All of a plan. */
  static PlanPart whole(Plan plan) {
    return new PlanPart(plan.computed(), plan.views(), Set.of(), Set.of());
  }

  /** What keeps its state; streams that have none are always there. */
  static PlanPart kept(Plan plan, PlanDiff diff) {
    Set<Fingerprint> fingerprints = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (PlanDiff.Change change : diff.kept()) {
      if (change.entry().kind().isResult()) {
        names.add(change.entry().name());
      } else {
        fingerprints.add(change.entry().fingerprint());
      }
    }
    Set<Node> kept = new HashSet<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : plan.computed()) {
      if (kept.containsAll(node.sources())
          && (isStateless(node) || fingerprints.contains(node.fingerprint()))) {
        kept.add(node);
        nodes.add(node);
      }
    }
    List<ViewDefinition> views =
        plan.views().stream()
            .filter(view -> names.contains(view.name()) && kept.contains(view.relation()))
            .toList();
    return new PlanPart(nodes, views, Set.of(), Set.of());
  }

  private static boolean isStateless(Node node) {
    return node instanceof Node.Named
        || (node instanceof Node.Input input
            && input.kind() == Node.InputKind.STREAM
            && input.deduplication() == null
            && input.eventTime() == null);
  }

  /** Views and all that they need; what this part has too, until they become part of it. */
  PlanPart toBeAdded(List<ViewDefinition> others) {
    List<Node> needed = needed(others);
    Set<Node> shared = shared(needed);
    return new PlanPart(needed, others, shared, shared);
  }

  /** Views and all that they need, which share nothing with this part. */
  PlanPart apart(List<ViewDefinition> others) {
    List<Node> needed = needed(others);
    return new PlanPart(needed, others, Set.of(), shared(needed));
  }

  /** This part when it has taken over another one, which was to be added. */
  PlanPart with(PlanPart added) {
    Set<Node> allNodes = new LinkedHashSet<>(nodes);
    allNodes.addAll(added.nodes());
    List<ViewDefinition> allViews = new ArrayList<>(views);
    allViews.addAll(added.views());
    return new PlanPart(List.copyOf(allNodes), allViews, Set.of(), Set.of());
  }

  private static List<Node> needed(List<ViewDefinition> views) {
    return Postorder.of(views.stream().map(ViewDefinition::relation).toList(), Node::sources);
  }

  private Set<Node> shared(List<Node> needed) {
    Set<Node> known = new HashSet<>(nodes);
    return needed.stream().filter(known::contains).collect(Collectors.toSet());
  }

  /** What it consists of, to be stored beside its state. */
  PlanManifest manifest(Plan plan) {
    Set<Fingerprint> fingerprints = new HashSet<>();
    nodes.forEach(node -> fingerprints.add(node.fingerprint()));
    Set<String> names = new HashSet<>(viewNames());
    return new PlanManifest(
        PlanManifest.of(plan).entries().stream()
            .filter(
                entry ->
                    entry.kind().isResult()
                        ? names.contains(entry.name())
                        : fingerprints.contains(entry.fingerprint()))
            .toList());
  }

  /** The names of its views. */
  List<String> viewNames() {
    return views.stream().map(ViewDefinition::name).toList();
  }
}
