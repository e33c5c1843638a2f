package dev.leat.engine;

import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Top;
import java.util.List;

/**
 * Rows in an order, all together or in partitions, waiting for what is wanted of them: the first
 * ones of each partition, or what depends on their places.
 *
 * <p>Null is larger than every value. Rows that are equal in the columns of the order are ordered
 * by all their columns, from the first to the last, ascending: which rows come first never depends
 * on the order in which they came in.
 *
 * <pre>{@code
 * pages.orderBy(desc("views"), asc("page_url")).limit(10)
 * clicks.partitionBy(Click::userId).orderBy(desc(Click::at)).first()
 * }</pre>
 *
 * @param <T> the type of the rows
 */
public final class OrderedRelation<T> {
  private final Relation<T> relation;
  private final List<String> partition;
  private final List<SortKey> order;
  private final long offset;

  OrderedRelation(Relation<T> relation, List<String> partition, List<SortKey> order, long offset) {
    this.relation = relation;
    this.partition = partition;
    this.order = order;
    this.offset = offset;
  }

  /**
   * Passes over the first rows of each partition; {@link #limit} says how many are taken then.
   *
   * @param rows not negative
   */
  public OrderedRelation<T> offset(long rows) {
    if (rows < 0) {
      throw new IllegalArgumentException("an offset is not negative: offset=" + rows);
    }
    return new OrderedRelation<>(relation, partition, order, rows);
  }

  /**
   * The first rows of each partition. A row that another puts out of them is taken back, and comes
   * again when there is room. The result is a relation like any other, so it has no order of its
   * own: order it again where it is read.
   *
   * <p>A change costs a search among the rows of its partition, and what it puts in and out. Over
   * rows that are only ever added, no more than the first rows are kept; otherwise all are, as any
   * of them may come to be among the first.
   *
   * @param rows at least 1
   */
  public Relation<T> limit(long rows) {
    return relation.sameRows(Top.of(relation.node(), partition, order, offset, rows));
  }

  /**
   * The first row of each partition, which is then the relation's key: deduplication that keeps the
   * first, or by a descending order the last.
   */
  public Relation<T> first() {
    return limit(1);
  }
}
