package dev.leat.engine;

import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
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
   * @param rows at least 1; what grows with the input does so with a limit of more than 1,000,000,
   *     too, and must be accepted
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

  /**
   * All columns, and more that are computed from the rows around each row in its partition.
   *
   * <pre>{@code
   * clicks.partitionBy(Click::userId).orderBy(asc(Click::at)).with(
   *     rowNumber().as("n"),
   *     lag(Click::pageUrl).as("previous_page"),
   *     sum(Click::amount).over(Frame.running()).as("spent"),
   *     count().over(Frame.range(Duration.ofMinutes(5), Duration.ZERO)).as("recent"))
   * }</pre>
   *
   * <p>A change costs a search, and the rows in which it is seen: with {@code lag}, {@code lead}
   * and frames of so many rows or values, those around it; with running sums and {@code rowNumber},
   * all that come behind it in its partition, since their results change. Where those are only
   * wanted up to a number, follow this by {@code .where(col("n").le(10))}: if nothing but row
   * numbers and ranks is computed, rows beyond are left alone, and over rows that are only ever
   * added they are not kept.
   *
   * @throws EngineException if something does not fit the columns, or an offset was given
   */
  public Relation<Row> with(OverCall... columns) {
    if (offset > 0) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "over on "
              + relation.node().describe()
              + ": an offset is for limit(...): offset="
              + offset
              + "; filter by rowNumber() instead");
    }
    return relation.otherRows(Over.of(relation.node(), partition, order, List.of(columns)));
  }
}
