package dev.leat.engine.testkit;

import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Joined;
import dev.leat.engine.plan.Joined.Side;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How large the relations of a plan can become. Joins of joins give as many rows as powers of their
 * inputs', so a random plan with some hundreds of changes may have views that no machine holds.
 */
final class PlanSize {
  private static final double MOST_ROWS = 100_000;

  /** What is less shows nothing; relations seldom have all the rows that they may. */
  private static final int LEAST_CHANGES = 4;

  private final int changes;
  private final Map<Node, Double> known = new HashMap<>();

  private PlanSize(int changes) {
    this.changes = changes;
  }

  /** As many changes as are wanted, or as few as leave all relations of a plan small. */
  static int changes(Plan plan, int wanted) {
    int changes = wanted;
    while (changes > LEAST_CHANGES && mostRows(plan, changes) > MOST_ROWS) {
      changes--;
    }
    return changes;
  }

  /** The rows of the largest relation at most, except what single rows become in it. */
  static double mostRows(Plan plan, int changes) {
    PlanSize size = new PlanSize(changes);
    return plan.nodes().stream().mapToDouble(size::rows).max().orElse(0);
  }

  private double rows(Node node) {
    Double rows = known.get(node);
    if (rows == null) {
      rows = compute(node);
      known.put(node, rows);
    }
    return rows;
  }

  private double compute(Node node) {
    if (node instanceof Joined joined) {
      double left = rows(joined.left());
      double right = rows(joined.right());
      boolean isRightOnce = isOneRow(joined, Side.RIGHT);
      boolean isLeftOnce = isOneRow(joined, Side.LEFT);
      double pairs = isRightOnce ? left : isLeftOnce ? right : left * right;
      return Math.max(pairs, 1) + left + right;
    }
    List<Node> inputs = node.inputs();
    double rows = inputs.isEmpty() ? changes : inputs.stream().mapToDouble(this::rows).sum();
    return node instanceof GroupingSets sets ? rows * sets.sets().size() : rows;
  }

  /** Is a row of the other side beside at most one of this? */
  private static boolean isOneRow(Joined joined, Side side) {
    if (side == Side.RIGHT && (joined instanceof AsOfJoin || !givesPairs(joined))) {
      return true;
    }
    return joined.input(side).key().map(joined.keys(side)::containsAll).orElse(false);
  }

  private static boolean givesPairs(Joined joined) {
    if (joined instanceof Join join) {
      return join.kind().givesPairs();
    }
    return !(joined instanceof ClosingJoin join) || join.kind().givesPairs();
  }
}
