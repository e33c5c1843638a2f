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

/** Rows in groups, waiting for aggregates. */
public final class GroupedRelation {
  private final PipelineBuilder builder;
  private final Node node;
  private final List<String> keys;

  /** Empty for groups by all keys alone. */
  private final List<List<String>> sets;

  GroupedRelation(PipelineBuilder builder, Node node, List<String> keys) {
    this(builder, node, keys, List.of());
  }

  GroupedRelation(PipelineBuilder builder, Node node, List<String> keys, List<List<String>> sets) {
    this.builder = builder;
    this.node = node;
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
    return new Relation<>(builder, sets.isEmpty() ? plain : ofSets(List.of(calls)), Row.class);
  }

  private Node ofSets(List<AggregateCall> calls) {
    Set<String> read = new LinkedHashSet<>(keys);
    calls.forEach(call -> call.exprs().forEach(expr -> read.addAll(expr.columns())));
    List<NamedExpr> needed = new ArrayList<>();
    read.forEach(name -> needed.add(new Expr.Column(name).as(name)));
    boolean isAll = List.copyOf(read).equals(node.schema().names());
    GroupingSets copies = GroupingSets.of(isAll ? node : Node.Project.of(node, needed), keys, sets);
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
}
