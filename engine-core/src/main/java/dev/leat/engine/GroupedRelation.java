package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Rows in groups, waiting for aggregates. */
public final class GroupedRelation {
  private final Relation<?> relation;
  private final Node node;
  private final List<String> keys;

  /** Null for groups by all keys alone. */
  private final @Nullable List<List<String>> sets;

  GroupedRelation(Relation<?> relation, List<String> keys) {
    this(relation, keys, null);
  }

  GroupedRelation(Relation<?> relation, List<String> keys, @Nullable List<List<String>> sets) {
    this.relation = relation;
    this.node = relation.node();
    this.keys = keys;
    this.sets = sets;
  }

  /**
   * One row for each group: the columns that it is grouped by, then the aggregates; of several sets
   * of columns then {@code grouping_id}.
   */
  public Relation<Row> aggregate(AggregateCall... calls) {
    // Also where there are sets, so that what is wrong is said of what was written.
    Node plain = Node.Aggregate.of(node, keys, List.of(calls));
    Node groups = sets == null ? plain : ofSets(sets, List.of(calls));
    return relation.otherRows(groups);
  }

  private Node ofSets(List<List<String>> of, List<AggregateCall> calls) {
    checkNames(calls);
    Set<String> read = new LinkedHashSet<>(keys);
    calls.forEach(call -> call.exprs().forEach(expr -> read.addAll(expr.columns())));
    List<NamedExpr> needed = new ArrayList<>();
    read.forEach(name -> needed.add(new Expr.Column(name).as(name)));
    boolean isAll = List.copyOf(read).equals(node.schema().names());
    // A count of all rows reads no column.
    Node rows = isAll || needed.isEmpty() ? node : Node.Project.of(node, needed);
    GroupingSets copies = GroupingSets.of(rows, keys, of);
    List<String> groupedBy = copies.groupedBy();
    List<NamedExpr> columns = new ArrayList<>();
    for (int k = 0; k < keys.size(); k++) {
      columns.add(new Expr.Column(groupedBy.get(k)).as(keys.get(k)));
    }
    for (AggregateCall call : calls) {
      String name = String.valueOf(call.name());
      columns.add(new Expr.Column(name).as(name));
    }
    columns.add(new Expr.Column(groupedBy.get(keys.size())).as(GroupingSets.ID));
    return Node.Project.of(Node.Aggregate.of(copies, groupedBy, calls), columns);
  }

  private void checkNames(List<AggregateCall> calls) {
    if (keys.contains(GroupingSets.ID)
        || calls.stream().anyMatch(call -> GroupingSets.ID.equals(call.name()))) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "grouping sets on "
              + node.describe()
              + ": the result has a column '"
              + GroupingSets.ID
              + "' already, which says what a row is grouped by; rename yours");
    }
  }
}
