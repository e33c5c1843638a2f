package dev.leat.engine.plan;

import dev.leat.engine.plan.StateBound.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What bounds the ordered rows that relations over an order keep. */
final class OrderBound {
  /**
   * A limit of more rows bounds nothing: before it is reached the rows take more memory than an
   * engine has for one relation.
   */
  static final long MOST_ROWS = 1_000_000;

  private static final String UNBOUNDED = "and more than " + MOST_ROWS + " are no bound";

  private OrderBound() {}

  /** Does a number of rows bound state? */
  static boolean isBound(long rows) {
    return rows <= MOST_ROWS;
  }

  /** Of the first rows of an order: no more than those, where no other can come back. */
  static StateBound of(Top top) {
    String index = index(top.partition(), top.order());
    if (!top.input().isAppendOnly()) {
      return allRows(top.input(), index + "all, as any may come to be among the first");
    }
    return isBound(top.depth())
        ? best(top.partition(), top.depth(), index)
        : allRows(top.input(), index + "the first " + top.depth() + ", " + UNBOUNDED);
  }

  /**
   * Of rows beside what is computed of the rows around them: all, but where those beyond a number
   * can never come back.
   */
  static StateBound of(Over over) {
    String index = index(over.partition(), over.order());
    return over.input().isAppendOnly() && isNumbered(over)
        ? best(over.partition(), over.limit(), index)
        : allRows(over.input(), index + "all");
  }

  /**
   * Has each partition no more rows than the limit says? Of equal ranks there may be any number.
   */
  private static boolean isNumbered(Over over) {
    return isBound(over.limit())
        && over.calls().get(over.limitedCall()).function() == OverFunction.ROW_NUMBER;
  }

  private static String index(List<String> partition, List<SortKey> order) {
    String by = order.isEmpty() ? "all columns" : order.toString();
    return "rows ordered by " + by + (partition.isEmpty() ? "" : " in each " + partition) + ": ";
  }

  private static StateBound best(List<String> partition, long rows, String index) {
    String first = index + "the first " + rows;
    return partition.isEmpty()
        ? new StateBound(Kind.FIXED, first)
        : new StateBound(Kind.KEY_SPACE, first + " for each distinct " + partition);
  }

  /** All rows that a relation has at the moment. */
  static StateBound allRows(Node input, String index) {
    if (input.key().isPresent() && !input.holdsStream()) {
      return input.key().get().isEmpty()
          ? new StateBound(Kind.FIXED, index + "; one row")
          : new StateBound(
              Kind.KEY_SPACE, index + "; one row for each distinct " + input.key().get());
    }
    return input.traits().holdsStream()
        ? new StateBound(Kind.GROWS, index + "; they grow with the input")
        : new StateBound(Kind.INPUT_ROWS, index + "; the rows of its input");
  }

  /** What bounds the rows of a relation that only has first rows of an order; null if it is not. */
  static @Nullable StateBound ofRows(Node node) {
    Node from = node;
    while (from instanceof Node.Named
        || from instanceof Node.Filter
        || from instanceof Node.Project) {
      from = from.inputs().get(0);
    }
    if (from instanceof Top top && isBound(top.limit())) {
      return atMost(top.limit(), top.partition());
    }
    return from instanceof Over over && isNumbered(over)
        ? atMost(over.limit(), over.partition())
        : null;
  }

  private static StateBound atMost(long limit, List<String> partition) {
    String rows = "at most " + limit + (limit == 1 ? " row" : " rows");
    return partition.isEmpty()
        ? new StateBound(Kind.FIXED, rows)
        : new StateBound(Kind.KEY_SPACE, rows + " for each distinct " + partition);
  }
}
