package dev.leat.engine.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The rows of a relation, each with columns that are computed from the rows around it in its
 * partition: {@code ... over (partition by ... order by ...)}. Rows that are equal in the columns
 * of the order are ordered by all their columns, from the first to the last, ascending; ranks call
 * them equal all the same.
 *
 * <p>A row for which a column cannot be computed, because a sum does not fit its type, is left out.
 *
 * <p>With a limit there are only those rows of a partition whose first ranking column is at most
 * that; {@link #filtered} recognises it.
 */
public final class Over extends Node {
  /** The limit where there is none. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private final List<String> partition;
  private final List<SortKey> order;
  private final List<OverCall> calls;
  private final int limited;
  private final long limit;

  private record Limit(int call, long rank) {}

  private Over(
      Node input, List<String> partition, List<SortKey> order, List<OverCall> calls, Limit limit) {
    super(
        List.of(input),
        OverRules.schema(input, calls),
        input.traits().beside(OrderBound.isBound(limit.rank())),
        step(input, partition, order, calls, limit));
    this.partition = List.copyOf(partition);
    this.order = List.copyOf(order);
    this.calls = List.copyOf(calls);
    this.limited = limit.call();
    this.limit = limit.rank();
  }

  private static Canonical step(
      Node input, List<String> partition, List<SortKey> order, List<OverCall> calls, Limit limit) {
    Canonical text = new Canonical("over").names(partition).order(order).word("[");
    for (OverCall call : calls) {
      text.word(call.function().name()).expr(call.operand());
      text.word(Long.toString(call.distance())).word(call.frame().unit().name());
      text.word(Long.toString(call.frame().preceding()));
      text.word(Long.toString(call.frame().following()));
      text.name(call.name() == null ? "" : call.name());
    }
    text.word("]").word(limit.call() + ":" + limit.rank());
    return text.schema(input.schema());
  }

  /**
   * Checks all, and computes operands that are more than a column before.
   *
   * @param partition columns whose values make a partition; none for one partition of all rows
   * @param order the order of rows in it; may be empty if nothing depends on it
   */
  public static Node of(
      Node input, List<String> partition, List<SortKey> order, List<OverCall> calls) {
    String place = "over on " + input.describe();
    OverRules.check(input, partition, order, calls, place);
    List<NamedExpr> operands = new ArrayList<>();
    List<OverCall> ofColumns = new ArrayList<>();
    for (OverCall call : calls) {
      Expr operand = call.operand();
      if (operand == null || operand instanceof Expr.Column) {
        ofColumns.add(call);
      } else {
        String name = unused("operand_" + (operands.size() + 1), input.schema(), calls);
        operands.add(operand.as(name));
        ofColumns.add(call.of(new Expr.Column(name)));
      }
    }
    Limit none = new Limit(-1, UNLIMITED);
    if (operands.isEmpty()) {
      return new Over(input, partition, order, calls, none);
    }
    List<NamedExpr> more = columns(input.schema().names());
    more.addAll(operands);
    Over over = new Over(Project.of(input, more), partition, order, ofColumns, none);
    List<String> names = new ArrayList<>(input.schema().names());
    calls.forEach(call -> names.add(call.name()));
    return Project.of(over, columns(names));
  }

  private static List<NamedExpr> columns(List<String> names) {
    List<NamedExpr> columns = new ArrayList<>();
    names.forEach(name -> columns.add(new Expr.Column(name).as(name)));
    return columns;
  }

  private static String unused(String name, Schema schema, List<OverCall> calls) {
    String free = name;
    while (schema.find(free) >= 0 || isNameOf(calls, free)) {
      free += "_";
    }
    return free;
  }

  private static boolean isNameOf(List<OverCall> calls, String name) {
    return calls.stream().anyMatch(call -> name.equals(call.name()));
  }

  /**
   * The rows of a relation for which a condition is true. Where that begins with {@code row_number
   * <= n}, or the same of {@code rank} or {@code dense_rank}, of an {@link Over} that computes no
   * more than these, rows beyond are not computed in the first place.
   */
  public static Node filtered(Node input, Expr condition) {
    if (input instanceof Over over && over.limit == UNLIMITED) {
      Optional<Limit> found = over.limit(first(condition));
      if (found.isPresent()) {
        Node rows = new Over(over.input(), over.partition, over.order, over.calls, found.get());
        return Filter.of(rows, condition);
      }
    }
    return Filter.of(input, condition);
  }

  /** What a condition asks first: where it fails, nothing behind it is evaluated. */
  private static Expr first(Expr condition) {
    Expr first = condition;
    while (first instanceof Expr.Call call && call.op() == Op.AND) {
      first = call.arguments().get(0);
    }
    return first;
  }

  private Optional<Limit> limit(Expr condition) {
    boolean onlyRanks = calls.stream().allMatch(c -> c.function().isRanking());
    if (!onlyRanks
        || !(condition instanceof Expr.Call call)
        || call.arguments().size() != 2
        || !(call.arguments().get(0) instanceof Expr.Column column)
        || !(call.arguments().get(1) instanceof Expr.Literal literal)
        || !(literal.value() instanceof Long || literal.value() instanceof Integer)) {
      return Optional.empty();
    }
    long value = ((Number) literal.value()).longValue();
    long rank =
        switch (call.op()) {
          case LE, EQ -> value;
          case LT -> value == Long.MIN_VALUE ? value : value - 1;
          default -> 0;
        };
    for (int i = 0; i < calls.size(); i++) {
      if (column.name().equals(calls.get(i).name()) && rank >= 1 && rank < UNLIMITED) {
        return Optional.of(new Limit(i, rank));
      }
    }
    return Optional.empty();
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

  /** What is computed; operands are columns of the input. */
  public List<OverCall> calls() {
    return calls;
  }

  /** The greatest rank of a row that is wanted; {@link #UNLIMITED} for all. */
  public long limit() {
    return limit;
  }

  /** Which of the calls the limit is of; -1 if there is none. */
  public int limitedCall() {
    return limited;
  }

  @Override
  public <R> R accept(Visitor<R> visitor) {
    return visitor.over(this);
  }

  @Override
  String word() {
    return "over";
  }

  /** The same in words, for {@code explain()}. */
  String text() {
    return "over "
        + (order.isEmpty() ? "rows" : "rows ordered by " + order)
        + (partition.isEmpty() ? "" : " in each " + partition)
        + " "
        + calls
        + (limit == UNLIMITED ? "" : " only " + calls.get(limited).name() + " <= " + limit);
  }
}
