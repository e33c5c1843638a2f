package dev.leat.engine;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.SortKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows in partitions: those with equal values in some columns are in the same one. Unlike groups
 * they stay rows.
 *
 * @param <T> the type of the rows
 */
public final class PartitionedRelation<T> {
  private final Relation<T> relation;
  private final List<String> partition;

  PartitionedRelation(Relation<T> relation, List<String> partition) {
    this.relation = relation;
    this.partition = partition;
  }

  /** The rows of each partition in an order. */
  public OrderedRelation<T> orderBy(SortKey... keys) {
    return new OrderedRelation<>(relation, partition, List.of(keys), 0);
  }

  /**
   * All columns, and aggregates over all rows of each partition beside each of its rows: SQL's
   * {@code sum(...) over (partition by ...)}.
   *
   * <pre>{@code
   * campaigns.partitionBy().with(sum(col("sessions")).as("all_sessions"))
   * }</pre>
   *
   * <p>When an aggregate changes, all rows of the partition do; when it stays, only those that came
   * or went.
   */
  public Relation<Row> with(AggregateCall... aggregates) {
    List<OverCall> calls = new ArrayList<>();
    for (AggregateCall aggregate : aggregates) {
      calls.add(aggregate.over(Frame.all()));
    }
    return relation.otherRows(Over.of(relation.node(), partition, List.of(), calls));
  }
}
