package dev.leat.engine.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Prints a plan: of each relation what it computes, its key, whether it is append-only or updating,
 * and what bounds its state.
 */
public final class Explain {
  private final StringBuilder text = new StringBuilder();
  private final Map<Node, Integer> numbers = new HashMap<>();
  private final Set<Node> printed = new HashSet<>();

  private Explain() {}

  /** The plan in words, a block for each view. */
  public static String of(Plan plan) {
    Explain explain = new Explain();
    for (ViewDefinition view : plan.views()) {
      explain.view(view);
    }
    for (Node.Input input : plan.inputs()) {
      if (!explain.printed.contains(input)) {
        explain.text.append("unused ");
        explain.node(input, 0);
      }
    }
    return explain.text.toString();
  }

  private void view(ViewDefinition view) {
    text.append("view '").append(view.name()).append("' ").append(view.relation().schema());
    text.append(" [").append(key(view.relation())).append("; rows: ");
    text.append(StateBound.ofView(view).text());
    if (view.growthReason() != null) {
      text.append(", accepted: ").append(view.growthReason());
    }
    text.append("]\n");
    node(view.relation(), 1);
  }

  private void node(Node node, int depth) {
    text.append("  ".repeat(depth));
    Integer number = numbers.putIfAbsent(node, numbers.size() + 1);
    if (number != null && !node.inputs().isEmpty()) {
      text.append("#").append(number).append(" (shared, see above)\n");
      return;
    }
    printed.add(node);
    text.append("#").append(numbers.get(node)).append(" ").append(what(node)).append(" [");
    text.append(key(node)).append("; ").append(node.isAppendOnly() ? "append-only" : "updating");
    text.append("; state: ").append(StateBound.of(node).text()).append("]\n");
    for (Node input : node.inputs()) {
      node(input, depth + 1);
    }
  }

  private static String key(Node node) {
    return node.key().map(key -> key.isEmpty() ? "at most one row" : "key " + key).orElse("no key");
  }

  private static String what(Node node) {
    if (node instanceof Node.Filter filter) {
      return "filter " + filter.condition();
    }
    if (node instanceof Node.Project project) {
      return "select " + project.columns();
    }
    if (node instanceof Node.Aggregate aggregate) {
      return "aggregate by " + aggregate.keys() + " " + aggregate.calls();
    }
    if (node instanceof Node.Distinct) {
      return "distinct";
    }
    if (node instanceof Node.Union) {
      return "union all";
    }
    return node.describe() + (node instanceof Node.Input ? " " + node.schema() : "");
  }
}
