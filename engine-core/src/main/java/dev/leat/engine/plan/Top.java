package dev.leat.engine.plan;

import java.util.List;

/**
 * The first rows of each partition in an order: {@code order by ... offset ... limit ...}. Rows
 * that are equal in the columns of the order are ordered by all their columns, from the first to
 * the last, ascending; so which rows are taken never depends on the order in which they came in.
 * Equal rows count as several.
 *
 * <p>What is taken is a relation, not a list: where it is read, it is ordered again.
 */
public final class Top extends Node {
  private final List<String> partition;
  private final List<SortKey> order;
  private final long offset;
  private final long limit;

  private Top(Node input, List<String> partition, List<SortKey> order, long offset, long limit) {
    super(
        List.of(input),
        input.schema(),
        input.traits().first(partition, limit),
        // What was kept before rows were apart by whether they are in order has another word.
        new Canonical("top-front")
            .names(partition)
            .order(order)
            .word(Long.toString(offset))
            .word(Long.toString(limit))
            .schema(input.schema()));
    this.partition = partition;
    this.order = order;
    this.offset = offset;
    this.limit = limit;
  }

  /**
   * Checks columns and numbers.
   *
   * @param partition columns whose values make a partition; none for one partition of all rows
   * @param order what comes first; at least one column
   * @param offset how many rows of each partition are passed over
   * @param limit how many are taken then, at most
   */
  public static Top of(
      Node input, List<String> partition, List<SortKey> order, long offset, long limit) {
    OrderRules.check(input, partition, order, "limit on " + input.describe());
    if (limit < 1 || offset < 0 || offset + limit < 0) {
      throw invalid(
          "limit on "
              + input.describe()
              + ": a limit is at least 1 and an offset at least 0: limit="
              + limit
              + " offset="
              + offset);
    }
    return new Top(input, List.copyOf(partition), List.copyOf(order), offset, limit);
  }

  public Node input() {
    return inputs().get(0);
  }

  public List<String> partition() {
    return partition;
  }

  public List<SortKey> order() {
    return order;
  }

  /** How many rows of each partition are passed over. */
  public long offset() {
    return offset;
  }

  /** How many rows of each partition are taken, at most. */
  public long limit() {
    return limit;
  }

  /** How many rows of a partition decide what is taken: those passed over, and those taken. */
  public long depth() {
    return offset + limit;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.top(this);
  }

  @Override
  String word() {
    return "limit";
  }

  /** The same in words, for {@code explain()}. */
  String text() {
    return "limit "
        + limit
        + (offset == 0 ? "" : " offset " + offset)
        + " ordered by "
        + order
        + (partition.isEmpty() ? "" : " in each " + partition);
  }
}
