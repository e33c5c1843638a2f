package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Node;
import java.util.List;

/** Rows in groups, waiting for aggregates. */
public final class GroupedRelation {
  private final PipelineBuilder builder;
  private final Node node;
  private final List<String> keys;

  GroupedRelation(PipelineBuilder builder, Node node, List<String> keys) {
    this.builder = builder;
    this.node = node;
    this.keys = keys;
  }

  /** One row for each group: the columns that it is grouped by, then the aggregates. */
  public Relation<Row> aggregate(AggregateCall... calls) {
    return new Relation<>(builder, Node.Aggregate.of(node, keys, List.of(calls)), Row.class);
  }
}
