package dev.leat.engine;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Two relations about to be joined: what is missing is which rows match. What applies beside the
 * keys is said first, the keys last:
 *
 * <pre>{@code
 * clicks.leftJoin(users).on(Click::userId, User::userId)
 * orders.join(rates.prefix("r_")).matching(col("at").ge(col("r_since"))).on("currency", "r_currency")
 * }</pre>
 *
 * <p>The result has all columns of the left, then those of the right. Two key columns of the same
 * name are one column. Any other name that both have is an error: leave the column out of one side
 * with {@code select}, or tell them apart with {@link Relation#prefix}. A semi or anti join has the
 * columns of the left only.
 *
 * <p>A row with a null in its key matches nothing, unless {@link #matchingNulls} says otherwise.
 * Both sides may change at any time: a row that found no match and then finds one is corrected. So
 * the rows of both sides are kept; those of a stream only if that is accepted, with {@link
 * Relation#acceptGrowth} on that side.
 *
 * @param <L> rows of the left
 * @param <R> rows of the right
 * @param <O> rows of the result
 */
public final class Joining<L, R, O> {
  private static final int NANOS_PER_MICRO = 1000;
  private static final Duration LONGEST = Duration.ofDays(36_524_250);

  private final Relation<L> left;
  private final Relation<R> right;
  private final Join.Kind kind;
  private final Class<O> record;
  private final boolean matchesNull;
  private final @Nullable Expr condition;
  private final @Nullable String scanReason;

  private Joining(Joining<L, R, O> from, boolean matchesNull, Beside beside) {
    this.left = from.left;
    this.right = from.right;
    this.kind = from.kind;
    this.record = from.record;
    this.matchesNull = matchesNull;
    this.condition = beside.condition();
    this.scanReason = beside.scanReason();
  }

  private record Beside(@Nullable Expr condition, @Nullable String scanReason) {}

  private Joining(Relation<L> left, Relation<R> right, Join.Kind kind, Class<O> record) {
    this.left = left;
    this.right = right;
    this.kind = kind;
    this.record = record;
    this.matchesNull = false;
    this.condition = null;
    this.scanReason = null;
  }

  static <L, R, O> Joining<L, R, O> of(
      Relation<L> left, Relation<R> right, Join.Kind kind, Class<O> record) {
    return new Joining<>(left, right, kind, record);
  }

  /**
   * Rows match only if a condition, over the columns of both, is true too. In an outer join a row
   * for which it is true of no other stands alone. A pair for which the condition fails does not
   * match, and is in the ledger.
   */
  public Joining<L, R, O> matching(Expr also) {
    Expr both = condition == null ? also : condition.and(also);
    return new Joining<>(this, matchesNull, new Beside(both, scanReason));
  }

  /**
   * Rows match only if the right one's time is within a time around the left one's: an interval
   * join. Both bounds are included.
   *
   * @param leftTime a column of the left
   * @param rightTime a column of the right
   * @param before how much earlier than the left one's the right one's time may be; negative if it
   *     must be later
   * @param after how much later it may be; negative if it must be earlier
   * @throws EngineException if a time is not of its side, if a length is not in whole microseconds,
   *     or the latest is before the earliest
   */
  public Joining<L, R, O> within(Expr leftTime, Expr rightTime, Duration before, Duration after) {
    // Columns of the wrong side would give a condition as well, but another one than is meant.
    checkSide(leftTime, "left", left);
    checkSide(rightTime, "right", right);
    checkLength("before", before);
    checkLength("after", after);
    if (after.compareTo(before.negated()) < 0) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "within on "
              + left.node().describe()
              + ": nothing is in a time that ends before it begins: before="
              + before
              + " after="
              + after);
    }
    return matching(rightTime.between(leftTime.minus(before), leftTime.plus(after)));
  }

  private void checkLength(String name, Duration length) {
    Objects.requireNonNull(length, () -> "within: say how long " + name);
    if (length.toNanosPart() % NANOS_PER_MICRO != 0
        || length.compareTo(LONGEST) > 0
        || length.compareTo(LONGEST.negated()) < 0) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          "within on "
              + left.node().describe()
              + ": a length of time is in whole microseconds, as all times are, and at most 100,000"
              + " years: "
              + name
              + "="
              + length
              + "; round it");
    }
  }

  private static void checkSide(Expr time, String side, Relation<?> relation) {
    String place =
        "within, time of the " + side + " side: " + time + " of " + relation.node().describe();
    for (String column : time.columns()) {
      relation.schema().indexOf(column, place);
    }
  }

  /** A null in a key is equal to a null in the other, as {@code IS NOT DISTINCT FROM} in SQL. */
  public Joining<L, R, O> matchingNulls() {
    return new Joining<>(this, true, new Beside(condition, scanReason));
  }

  /**
   * Accepts that each change of one side is compared with every row of the other, for a join by a
   * condition alone.
   *
   * @param reason why that is all right: "eight price bands"
   */
  public Joining<L, R, O> acceptScan(String reason) {
    return new Joining<>(this, matchesNull, new Beside(condition, reason));
  }

  /**
   * Rows match if two columns are equal. They must be of the same type.
   *
   * @throws EngineException if a column is not there, types differ, or columns clash
   */
  public Relation<O> on(Accessor<L, ?> leftColumn, Accessor<R, ?> rightColumn) {
    return on(Columns.name(leftColumn), Columns.name(rightColumn));
  }

  /** Rows match if two columns are equal. */
  public Relation<O> on(String leftColumn, String rightColumn) {
    return on(List.of(leftColumn), List.of(rightColumn));
  }

  /** Rows match if each of some columns is equal to the one at the same place in the other list. */
  public Relation<O> on(List<String> leftColumns, List<String> rightColumns) {
    return join(new JoinKeys(leftColumns, rightColumns, matchesNull));
  }

  /**
   * Rows match by the condition alone; every row is compared with every other. One side must be
   * known to have at most one row, or {@link #acceptScan} must say that this is all right.
   */
  public Relation<O> onEvery() {
    return join(JoinKeys.none());
  }

  private Relation<O> join(JoinKeys keys) {
    Join.Accepted accepted =
        new Join.Accepted(left.growthReason(), right.growthReason(), scanReason);
    return left.with(
        right, Join.of(left.node(), right.node(), kind, keys, condition, accepted), record);
  }
}
