package dev.leat.engine;

import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
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
 * Relation#acceptGrowth} on that side. Streams that are joined within a time need not be kept: see
 * {@link #closing}.
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
  private final Beside beside;

  /** A time within which rows match. */
  private record Within(Expr left, Expr right, Duration before, Duration after) {
    private Expr condition() {
      return right.between(left.minus(before), left.plus(after));
    }
  }

  /**
   * What applies beside the keys.
   *
   * @param conditions all that must be true of a pair, times among them, in the order in which they
   *     were given
   * @param lateness null if all rows are kept
   */
  private record Beside(
      boolean matchesNull,
      List<Object> conditions,
      @Nullable String scanReason,
      @Nullable Duration lateness) {
    private Beside and(Object condition) {
      List<Object> all = new ArrayList<>(conditions);
      all.add(condition);
      return new Beside(matchesNull, List.copyOf(all), scanReason, lateness);
    }

    private List<Within> times() {
      return conditions.stream().filter(Within.class::isInstance).map(Within.class::cast).toList();
    }

    /** What must be true, as one condition; null for none. */
    private @Nullable Expr condition(boolean isWithTimes) {
      Expr all = null;
      for (Object some : conditions) {
        if (some instanceof Within && !isWithTimes) {
          continue;
        }
        Expr next = some instanceof Within within ? within.condition() : (Expr) some;
        all = all == null ? next : all.and(next);
      }
      return all;
    }
  }

  private Joining(
      Relation<L> left, Relation<R> right, Join.Kind kind, Class<O> record, Beside beside) {
    this.left = left;
    this.right = right;
    this.kind = kind;
    this.record = record;
    this.beside = beside;
  }

  static <L, R, O> Joining<L, R, O> of(
      Relation<L> left, Relation<R> right, Join.Kind kind, Class<O> record) {
    return new Joining<>(left, right, kind, record, new Beside(false, List.of(), null, null));
  }

  private Joining<L, R, O> with(Beside other) {
    return new Joining<>(left, right, kind, record, other);
  }

  /**
   * Rows match only if a condition, over the columns of both, is true too. In an outer join a row
   * for which it is true of no other stands alone. A pair for which the condition fails does not
   * match, and is in the ledger.
   */
  public Joining<L, R, O> matching(Expr also) {
    return with(beside.and(Objects.requireNonNull(also, "condition")));
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
    return with(beside.and(new Within(leftTime, rightTime, before, after)));
  }

  /**
   * Lets go of rows that can find no partner any more, so that none is kept for ever: what is
   * joined {@link #within} a time is final. Both times are the event times of streams, of which
   * rows only come.
   *
   * <p>A row that happened before the watermark less the lateness when it comes is late: it goes to
   * the ledger, and is not joined. The watermark is the smallest of those of all streams with event
   * time below, of both sides. All other rows match as they do without this. The result is append-
   * only: a pair comes when the later of its rows does; a row that matches nothing, which an outer
   * or anti join gives, comes once, when the watermark has passed the last time of what could match
   * it, and the lateness.
   *
   * <pre>{@code
   * orders.leftJoin(payments.prefix("p_"))
   *     .within(col("at"), col("p_at"), Duration.ZERO, minutes(30))
   *     .closing(minutes(5))
   *     .on("order_id", "p_order_id")
   * }</pre>
   *
   * @param lateness for how much longer than their streams promise rows are taken; zero to ten
   *     years
   */
  public Joining<L, R, O> closing(Duration lateness) {
    Objects.requireNonNull(lateness, "lateness");
    return with(
        new Beside(beside.matchesNull(), beside.conditions(), beside.scanReason(), lateness));
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
    return with(new Beside(true, beside.conditions(), beside.scanReason(), beside.lateness()));
  }

  /**
   * Accepts that each change of one side is compared with every row of the other, for a join by a
   * condition alone.
   *
   * @param reason why that is all right: "eight price bands"
   */
  public Joining<L, R, O> acceptScan(String reason) {
    return with(new Beside(beside.matchesNull(), beside.conditions(), reason, beside.lateness()));
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
    return join(new JoinKeys(leftColumns, rightColumns, beside.matchesNull()));
  }

  /**
   * Rows match by the condition alone; every row is compared with every other. One side must be
   * known to have at most one row, or {@link #acceptScan} must say that this is all right.
   */
  public Relation<O> onEvery() {
    return join(JoinKeys.none());
  }

  private Relation<O> join(JoinKeys keys) {
    return left.with(
        right, beside.lateness() == null ? plain(keys) : closing(keys, beside.lateness()), record);
  }

  private Node plain(JoinKeys keys) {
    Join.Accepted accepted =
        new Join.Accepted(left.growthReason(), right.growthReason(), beside.scanReason());
    return Join.of(left.node(), right.node(), kind, keys, beside.condition(true), accepted);
  }

  private Node closing(JoinKeys keys, Duration lateness) {
    String place =
        "closing join of " + left.node().describe() + " with " + right.node().describe() + ": ";
    List<Within> times = beside.times();
    if (times.size() != 1) {
      throw invalid(
          place
              + "one time within which rows match must say how long they are kept: within="
              + times.size()
              + "; say .within(leftTime, rightTime, before, after) once, and what else must hold"
              + " with .matching(...)");
    }
    Within time = times.get(0);
    TimeRange range =
        new TimeRange(
            column(time.left(), "left", place),
            column(time.right(), "right", place),
            time.before(),
            time.after());
    return ClosingJoin.of(
        left.node(),
        right.node(),
        kind,
        keys,
        new ClosingJoin.Matching(range, beside.condition(false), lateness, beside.scanReason()));
  }

  private static String column(Expr time, String side, String place) {
    if (time instanceof Expr.Column column) {
      return column.name();
    }
    throw invalid(
        place
            + "the time of its "
            + side
            + " side is computed, and has no watermark: "
            + time
            + "; name the column that has the event time, and put what is added to it into before"
            + " and after");
  }

  private static EngineException invalid(String message) {
    return new EngineException(EngineException.Kind.INVALID, message);
  }
}
