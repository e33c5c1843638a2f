package dev.leat.engine.internal.exec;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of each relation anything reads, so that an event id that no view shows need not be
 * decoded.
 */
final class ColumnUse {
  private final Map<Node, Set<String>> used = new HashMap<>();

  private ColumnUse() {}

  /** The use of columns in a plan. */
  static ColumnUse of(Plan plan) {
    ColumnUse use = new ColumnUse();
    for (ViewDefinition view : plan.views()) {
      use.add(view.relation(), view.relation().schema().names());
    }
    List<Node> nodes = plan.nodes();
    // What reads a relation comes behind it, so from the back all of its uses are known.
    for (int i = nodes.size() - 1; i >= 0; i--) {
      use.visit(nodes.get(i));
    }
    return use;
  }

  /**
   * For each input, which columns of its rows are kept: the log keeps all; without one, those of a
   * stream are enough that something reads.
   */
  static List<boolean[]> kept(Plan plan, boolean isDurable) {
    ColumnUse use = of(plan);
    List<boolean[]> kept = new ArrayList<>();
    for (Node.Input input : plan.inputs()) {
      boolean[] columns = use.isRead(input);
      if (isDurable || input.kind() != Node.InputKind.STREAM) {
        Arrays.fill(columns, true);
      }
      kept.add(columns);
    }
    return kept;
  }

  /** For each column of a relation, is it read? */
  boolean[] isRead(Node node) {
    Set<String> names = used.getOrDefault(node, Set.of());
    boolean[] isRead = new boolean[node.schema().size()];
    for (int c = 0; c < isRead.length; c++) {
      isRead[c] = names.contains(node.schema().field(c).name());
    }
    return isRead;
  }

  private void add(Node node, Iterable<String> names) {
    Set<String> set = used.computeIfAbsent(node, n -> new HashSet<>());
    names.forEach(set::add);
  }

  private void visit(Node node) {
    Set<String> needed = used.getOrDefault(node, Set.of());
    if (node instanceof Node.Filter filter) {
      add(filter.input(), needed);
      add(filter.input(), filter.condition());
    } else if (node instanceof Node.Project project) {
      // All of them, needed or not: a row for which any fails is left out.
      for (NamedExpr column : project.columns()) {
        add(project.input(), column.expr());
      }
    } else if (node instanceof Node.Aggregate aggregate) {
      add(aggregate.input(), aggregate.keys());
      for (AggregateCall call : aggregate.calls()) {
        add(aggregate.input(), call.operand());
        add(aggregate.input(), call.where());
      }
    } else if (node instanceof Node.Named named) {
      add(named.input(), needed);
    } else {
      node.inputs().forEach(input -> add(input, input.schema().names()));
    }
  }

  private void add(Node node, @Nullable Expr expr) {
    if (expr instanceof Expr.Column column) {
      add(node, List.of(column.name()));
    } else if (expr instanceof Expr.Call call) {
      call.arguments().forEach(a -> add(node, a));
    } else if (expr instanceof Expr.UserCall call) {
      call.arguments().forEach(a -> add(node, a));
    } else if (expr instanceof Expr.Cast cast) {
      add(node, cast.operand());
    } else if (expr instanceof Expr.Case choice) {
      choice.whens().forEach(w -> add(node, w.condition()));
      choice.whens().forEach(w -> add(node, w.result()));
      add(node, choice.otherwise());
    }
  }
}
