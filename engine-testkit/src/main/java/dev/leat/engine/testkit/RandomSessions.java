package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.SessionWindow;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.Sessions;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes random sessions of the rows of the relations of a random plan. By numbers of their own, so
 * that the seeds of plans that failed once still make those plans.
 */
final class RandomSessions {
  private static final long OTHER_SEEDS = 0x5e55_1045_7a61L;

  /** Some are just reached, or just not, by the times of {@link RandomValues}. */
  private static final List<Duration> GAPS =
      List.of(
          Duration.ofNanos(1000),
          Duration.ofSeconds(30),
          Duration.ofSeconds(30, 1000),
          Duration.ofSeconds(269, 999_999_000),
          Duration.ofMinutes(5),
          Duration.ofHours(9),
          Duration.ofHours(9).plusNanos(1000),
          Duration.ofDays(20_600),
          Duration.ofDays(60_000_000));

  /** Less than elsewhere: a row that fails is of no session, so that soon there would be none. */
  private static final List<Integer> RISKS = List.of(0, 0, 10);

  private final SplittableRandom random;
  private final RandomValues values;
  private final List<Node> relations;
  private int names;

  RandomSessions(long seed, List<Node> relations) {
    this.random = new SplittableRandom(seed ^ OTHER_SEEDS);
    this.values = new RandomValues(random);
    this.relations = relations;
  }

  /** Views over sessions; none for most plans. */
  List<ViewDefinition> views() {
    List<ViewDefinition> views = new ArrayList<>();
    if (values.percent(70)) {
      return views;
    }
    for (int i = random.nextInt(2); i >= 0; i--) {
      Node source = timed(source());
      String time = values.pick(times(source)).name();
      Sessions sessions =
          new Sessions(new SessionWindow(values.pick(GAPS)), time, by(source, time));
      views.add(
          new ViewDefinition("sessions" + i, relation(source, sessions), "the test is short"));
    }
    return views;
  }

  /** Mostly an input, whose rows come and go one by one. */
  private Node source() {
    return values.percent(95)
        ? values.pick(relations.stream().filter(Node.Input.class::isInstance).toList())
        : values.pick(relations);
  }

  private static List<Field> times(Node source) {
    return source.schema().fields().stream()
        .filter(field -> field.type().kind() == Type.Kind.INSTANT)
        .toList();
  }

  /** A relation that has times: the source, if it has, or with one that is made of its columns. */
  private Node timed(Node source) {
    if (!times(source).isEmpty()) {
      return source;
    }
    List<NamedExpr> columns = new ArrayList<>();
    source.schema().names().forEach(name -> columns.add(new Expr.Column(name).as(name)));
    columns.add(exprs(source).of(Type.INSTANT, 1).as(name()));
    return Node.Project.of(source, columns);
  }

  private RandomExprs exprs(Node node) {
    return new RandomExprs(random, node.schema(), values.pick(RISKS));
  }

  private String name() {
    return "session" + names++;
  }

  private List<String> by(Node source, String time) {
    return exprs(source).shuffledColumns().stream()
        .filter(field -> RandomExprs.isScalar(field.type()) && !field.name().equals(time))
        .limit(values.percent(30) ? 0 : random.nextInt(1, 3))
        .map(Field::name)
        .toList();
  }

  private Node relation(Node source, Sessions sessions) {
    if (values.percent(50)) {
      boolean isSketched = source.isAppendOnly() && values.percent(30);
      return SessionAggregate.of(source, sessions, isSketched ? sketches(source) : calls(source));
    }
    List<SessionColumn> columns = new ArrayList<>();
    for (SessionColumn.Kind kind : SessionColumn.Kind.values()) {
      if (values.percent(50)) {
        columns.add(new SessionColumn(kind, name()));
      }
    }
    if (columns.isEmpty()) {
      columns.add(new SessionColumn(SessionColumn.Kind.START, name()));
    }
    Node rows = Sessionize.of(source, sessions, columns);
    if (values.percent(60)) {
      return rows;
    }
    List<String> keys = new ArrayList<>(sessions.by());
    keys.add(columns.get(0).name());
    return Node.Aggregate.of(rows, keys, calls(rows));
  }

  /** Aggregates that cannot take rows back, which only some others can be beside. */
  private List<AggregateCall> sketches(Node rows) {
    RandomExprs exprs = exprs(rows);
    AggregateCall sketch = new RandomCalls(random, exprs, true).least(false);
    AggregateCall count = new AggregateCall(AggregateFunction.COUNT, null, null, false, name());
    return List.of(
        (values.percent(35) ? sketch.where(exprs.likelyCondition()) : sketch).as(name()), count);
  }

  private List<AggregateCall> calls(Node rows) {
    RandomExprs exprs = exprs(rows);
    RandomCalls calls = new RandomCalls(random, exprs, false);
    List<AggregateCall> some = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      AggregateCall call = calls.call();
      some.add((values.percent(35) ? call.where(exprs.likelyCondition()) : call).as(name()));
    }
    return some;
  }
}
