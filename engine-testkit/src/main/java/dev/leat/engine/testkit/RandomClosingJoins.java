package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.TimeRange;
import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes joins within a time that let go of rows, of streams with the columns {@code at}, their
 * event time, {@code k}, {@code n} and {@code d}: of every kind, with ranges on either side of a
 * row's time, any keys, and conditions.
 */
final class RandomClosingJoins {
  private static final String REASON = "the test is short";

  /** Those that give few rows more often. */
  private static final List<Join.Kind> KINDS =
      List.of(
          Join.Kind.INNER,
          Join.Kind.LEFT,
          Join.Kind.LEFT,
          Join.Kind.RIGHT,
          Join.Kind.RIGHT,
          Join.Kind.FULL,
          Join.Kind.FULL,
          Join.Kind.SEMI,
          Join.Kind.ANTI,
          Join.Kind.ANTI,
          Join.Kind.ANTI);

  private static final List<AggregateCall> COUNT =
      List.of(new AggregateCall(AggregateFunction.COUNT, null, null, false, "pairs"));

  /** How far the times of two rows may be apart, to either side. */
  private static final List<Duration> LENGTHS =
      List.of(
          Duration.ZERO,
          Duration.ofNanos(1000),
          Duration.ofSeconds(1),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1),
          Duration.ofMinutes(10));

  private static final List<Duration> LATENESS =
      List.of(Duration.ZERO, Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(30));

  private final SplittableRandom random;
  private final RandomValues values;

  RandomClosingJoins(SplittableRandom random) {
    this.random = random;
    this.values = new RandomValues(random);
  }

  /** Some views of such joins; mostly none, so that plans are not all alike. */
  List<ViewDefinition> views(List<Node> streams) {
    List<ViewDefinition> views = new ArrayList<>();
    int count = values.percent(50) ? 0 : random.nextInt(1, 3);
    for (int i = 0; i < count; i++) {
      Node join = join(values.pick(streams), values.pick(streams), values.pick(LATENESS));
      views.add(new ViewDefinition("closing_join" + i, above(join, streams), REASON));
    }
    return views;
  }

  /** Mostly the join itself; or what reads it, also what closes over its final rows. */
  private Node above(Node join, List<Node> streams) {
    boolean hasTime = !((ClosingJoin) join).kind().keepsRight();
    return switch (random.nextInt(hasTime ? 12 : 8)) {
      case 0 -> Node.Aggregate.of(join, List.of("k"), COUNT);
      case 1 -> {
        RandomExprs exprs = new RandomExprs(random, join.schema(), 0);
        yield Node.Filter.of(join, exprs.likelyCondition());
      }
      case 8, 9 -> {
        Node windowed = Windowed.of(join, TimeWindow.tumbling(Duration.ofSeconds(10)), "at");
        yield ClosingAggregate.of(windowed, List.of("window_end"), COUNT, enough(join));
      }
      case 10 -> join(some(join), values.pick(streams), enough(join));
      case 11 -> join(values.pick(streams), some(join), enough(join));
      default -> join;
    };
  }

  /** The columns that all streams have. */
  private static Node some(Node join) {
    return Node.Project.of(
        join, Stream.of("at", "k", "n", "d").map(name -> new Expr.Column(name).as(name)).toList());
  }

  /** A lateness by which no row of a join is late. */
  private Duration enough(Node node) {
    ClosingJoin join = (ClosingJoin) node;
    Duration after = join.range().after();
    return Duration.of(join.latenessMicros(), ChronoUnit.MICROS)
        .plus(after.isNegative() ? Duration.ZERO : after)
        .plus(values.pick(LATENESS));
  }

  private Node join(Node left, Node right, Duration lateness) {
    boolean isSharedName = values.percent(40);
    String rightKey = isSharedName ? "k" : "r_k";
    List<NamedExpr> columns = new ArrayList<>();
    for (String name : List.of("at", "k", "n", "d")) {
      columns.add(new Expr.Column(name).as(name.equals("k") ? rightKey : "r_" + name));
    }
    Node other = Node.Project.of(right, columns);
    JoinKeys keys = keys(isSharedName, rightKey);
    TimeRange range = range();
    String scan = keys.size() == 0 ? REASON : null;
    Join.Kind kind = values.pick(KINDS);
    Schema pairs =
        ClosingJoin.of(
                left,
                other,
                Join.Kind.INNER,
                keys,
                new ClosingJoin.Matching(range, null, lateness, scan))
            .schema();
    return ClosingJoin.of(
        left, other, kind, keys, new ClosingJoin.Matching(range, condition(pairs), lateness, scan));
  }

  private JoinKeys keys(boolean isSharedName, String rightKey) {
    int choice = isSharedName ? random.nextInt(4) : random.nextInt(8);
    boolean matchesNull = values.percent(25);
    return switch (choice) {
      case 0 -> new JoinKeys(List.of("k", "n"), List.of(rightKey, "r_n"), matchesNull);
      case 4 -> new JoinKeys(List.of("n"), List.of("r_n"), matchesNull);
      case 5 -> new JoinKeys(List.of("at"), List.of("r_at"), matchesNull);
      case 6 -> JoinKeys.none();
      default -> new JoinKeys(List.of("k"), List.of(rightKey), matchesNull);
    };
  }

  /** Around the row, before it, or after it. */
  private TimeRange range() {
    Duration one = values.pick(LENGTHS);
    Duration other = values.pick(LENGTHS);
    boolean isLess = one.compareTo(other) < 0;
    Duration least = isLess ? one : other;
    Duration most = isLess ? other : one;
    return switch (random.nextInt(4)) {
      case 0 -> new TimeRange("at", "r_at", least.negated(), most);
      case 1 -> new TimeRange("at", "r_at", most, least.negated());
      default -> new TimeRange("at", "r_at", one, other);
    };
  }

  private @Nullable Expr condition(Schema pairs) {
    if (values.percent(65)) {
      return null;
    }
    return new RandomExprs(random, pairs, values.pick(List.of(0, 10, 30))).likelyCondition();
  }
}
