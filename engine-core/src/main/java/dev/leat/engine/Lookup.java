package dev.leat.engine;

import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A relation about to look up its rows in another, as they are now or as they were at a time. What
 * is missing is which columns are equal. The result has all rows of the left, with nulls where
 * there is nothing to be found; its columns are named as those of a join, see {@link Joining}.
 *
 * @param <L> rows of the left
 * @param <R> rows of the right
 */
public final class Lookup<L, R> {
  private final Relation<L> left;
  private final Relation<R> right;
  private final AsOfJoin.@Nullable Times times;
  private final boolean matchesNull;

  private Lookup(
      Relation<L> left, Relation<R> right, AsOfJoin.@Nullable Times times, boolean matchesNull) {
    this.left = left;
    this.right = right;
    this.times = times;
    this.matchesNull = matchesNull;
  }

  static <L, R> Lookup<L, R> of(
      Relation<L> left, Relation<R> right, AsOfJoin.@Nullable Times times) {
    return new Lookup<>(left, right, times, false);
  }

  /** A null in a key is equal to a null in the other, as {@code IS NOT DISTINCT FROM} in SQL. */
  public Lookup<L, R> matchingNulls() {
    return new Lookup<>(left, right, times, true);
  }

  /**
   * Rows are looked up by a column that is equal. Both must be of the same type.
   *
   * @throws EngineException if a column is not there, types differ, or columns clash
   */
  public Relation<Row> on(Accessor<L, ?> leftColumn, Accessor<R, ?> rightColumn) {
    return on(Columns.name(leftColumn), Columns.name(rightColumn));
  }

  /** Rows are looked up by a column that is equal. */
  public Relation<Row> on(String leftColumn, String rightColumn) {
    return on(List.of(leftColumn), List.of(rightColumn));
  }

  /** Rows are looked up by columns, each equal to the one at the same place in the other list. */
  public Relation<Row> on(List<String> leftColumns, List<String> rightColumns) {
    JoinKeys keys = new JoinKeys(leftColumns, rightColumns, matchesNull);
    Join.Accepted accepted = new Join.Accepted(left.growthReason(), right.growthReason(), null);
    Node node =
        times == null
            ? LookupJoin.of(left.node(), right.node(), keys, right.growthReason())
            : AsOfJoin.of(left.node(), right.node(), keys, times, accepted);
    return left.with(right, node, Row.class);
  }
}
