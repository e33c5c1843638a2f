package dev.leat.engine.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Where the values of a column come from: followed through all relations that pass it on, under
 * whatever name, to those that make it.
 */
final class ColumnOrigins {
  /**
   * A relation that makes a column.
   *
   * @param column its name there
   */
  record Origin(Node node, String column) {}

  private ColumnOrigins() {}

  /** What makes a column, in the order in which a reader from left to right meets it. */
  static List<Origin> of(Node node, String column) {
    List<Origin> origins = new ArrayList<>();
    Set<Origin> met = new LinkedHashSet<>();
    Deque<Origin> open = new ArrayDeque<>();
    open.push(new Origin(node, column));
    while (!open.isEmpty()) {
      Origin place = open.pop();
      if (!met.add(place)) {
        continue;
      }
      List<Origin> below = below(place.node(), place.column());
      if (below.isEmpty()) {
        origins.add(place);
      }
      for (int i = below.size() - 1; i >= 0; i--) {
        open.push(below.get(i));
      }
    }
    return origins;
  }

  /** The inputs' columns that are passed on as a column; none if it is made here. */
  private static List<Origin> below(Node node, String column) {
    if (node instanceof Node.Project project) {
      return project.columns().stream()
          .filter(c -> c.name().equals(column) && c.expr() instanceof Expr.Column)
          .map(c -> new Origin(project.input(), ((Expr.Column) c.expr()).name()))
          .toList();
    }
    if (node instanceof ClosingJoin) {
      // Its rows come later than those of the streams: it says itself by how much.
      return List.of();
    }
    if (node instanceof Joined join) {
      JoinedColumns.Source source = join.columns().sources().get(node.schema().find(column));
      List<Origin> sides = new ArrayList<>();
      if (source.left() >= 0) {
        sides.add(new Origin(join.left(), join.left().schema().field(source.left()).name()));
      }
      if (source.right() >= 0) {
        sides.add(new Origin(join.right(), join.right().schema().field(source.right()).name()));
      }
      return sides;
    }
    boolean isPassed =
        node instanceof Node.Filter
            || node instanceof Node.Named
            || node instanceof Distinct
            || node instanceof Node.Union
            || (node instanceof Windowed windowed && isOf(windowed.input(), column))
            || (node instanceof Unnest unnest && isOf(unnest.input(), column));
    return isPassed
        ? node.inputs().stream().map(input -> new Origin(input, column)).toList()
        : List.of();
  }

  private static boolean isOf(Node input, String column) {
    return input.schema().find(column) >= 0;
  }
}
