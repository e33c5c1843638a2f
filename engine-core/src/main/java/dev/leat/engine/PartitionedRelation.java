package dev.leat.engine;

import dev.leat.engine.plan.SortKey;
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
}
