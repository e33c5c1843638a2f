package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.ClosingAggregate;
import dev.leat.engine.plan.ClosingSessions;
import dev.leat.engine.plan.EventTime;
import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.SessionWindow;
import dev.leat.engine.plan.Sessions;
import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Puts streams with event time, windows over these and over whatever else has times, and windows
 * and joins that close, on a random plan. In the changes of the streams event time goes forward,
 * with rows that are out of order, late, too far ahead, or have none.
 */
public final class RandomWindowPlans {
  private static final long SALT = 0x77696e646f7773L;
  private static final long SALT_OF_JOINS = 0x6a6f696e73L;
  private static final String REASON = "the test is short";

  /** So that rows do not become too many. */
  private static final int MAX_COPIES = 64;

  private static final List<Duration> SIZES =
      List.of(
          Duration.ofSeconds(1),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofMinutes(1),
          Duration.ofMinutes(10),
          Duration.ofHours(1),
          Duration.ofNanos(7000));
  private static final List<Duration> BOUNDS =
      List.of(Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(10));
  private static final List<String> ZONES =
      List.of("Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Apia");

  private final SplittableRandom random;

  /** Apart, so that seeds do what they did before there were joins that close. */
  private final SplittableRandom joins;

  private final RandomValues values;
  private final List<Node> streams = new ArrayList<>();
  private final List<Node> relations = new ArrayList<>();
  private Node.@Nullable Input table;
  private int names;
  private int copies = 1;

  private RandomWindowPlans(SplittableRandom random, SplittableRandom joins) {
    this.random = random;
    this.joins = joins;
    this.values = new RandomValues(random);
  }

  /** The plan of a seed. */
  public static Plan plan(long seed) {
    return new RandomWindowPlans(
            new SplittableRandom(seed ^ SALT), new SplittableRandom(seed ^ SALT_OF_JOINS))
        .on(RandomPlans.plan(seed));
  }

  private Plan on(Plan plan) {
    boolean isAlone = values.percent(60);
    List<Node.Input> inputs = new ArrayList<>(isAlone ? List.of() : plan.inputs());
    for (int i = random.nextInt(2); i >= 0; i--) {
      Node.Input stream = stream("events" + i);
      inputs.add(stream);
      streams.add(stream);
    }
    for (int i = random.nextInt(3); i > 0; i--) {
      streams.add(derived());
    }
    relations.addAll(streams);
    if (values.percent(50)) {
      table = table();
      inputs.add(table);
      relations.add(table);
    }
    if (!isAlone) {
      relations.addAll(plan.nodes());
    }
    List<ViewDefinition> views = new ArrayList<>(isAlone ? List.of() : plan.views());
    for (int i = random.nextInt(2, 5); i > 0; i--) {
      Node relation = values.percent(45) ? closing() : live();
      relation = values.percent(36) ? closingSessions() : relation;
      relations.add(relation);
      if (values.percent(25)) {
        relation = aggregate(relation, Set.of());
      }
      views.add(new ViewDefinition("window" + views.size(), relation, REASON));
    }
    views.addAll(new RandomClosingJoins(joins).views(streams));
    return new Plan(inputs, views);
  }

  private Node.Input stream(String name) {
    Schema.Builder columns = Schema.builder();
    if (random.nextBoolean()) {
      columns.nullable("at", Type.INSTANT);
    } else {
      columns.required("at", Type.INSTANT);
    }
    columns.required("k", Type.STRING).nullable("n", Type.LONG).nullable("d", Type.DOUBLE);
    EventTimeBounds bounds = EventTimeBounds.outOfOrderBy(values.pick(BOUNDS));
    if (values.percent(40)) {
      bounds = bounds.idleAfter(values.pick(List.of(Duration.ofSeconds(3), Duration.ofDays(1))));
    }
    if (values.percent(20)) {
      bounds = bounds.atMostAhead(Duration.ofSeconds(20));
    }
    Node.Input input = new Node.Input(name, Node.InputKind.STREAM, columns.build(), List.of());
    RandomDeduplications some = new RandomDeduplications(random.nextLong());
    return (values.percent(30) ? some.some(input) : input)
        .withEventTime(new EventTime("at", bounds));
  }

  private Node.Input table() {
    Schema.Builder columns = Schema.builder();
    columns.required("id", Type.INT).nullable("at", Type.INSTANT).required("k", Type.STRING);
    columns.nullable("n", Type.LONG).nullable("d", Type.DOUBLE);
    Schema schema = columns.build();
    return values.percent(50)
        ? new Node.Input("table", Node.InputKind.KEYED_TABLE, schema, List.of("id"))
        : new Node.Input("table", Node.InputKind.KEYLESS_TABLE, schema, List.of());
  }

  /** Some of the rows of a stream, or of two, that still have their event time. */
  private Node derived() {
    Node source = values.pick(streams);
    return switch (random.nextInt(3)) {
      case 0 -> Node.Filter.of(source, exprs(source).likelyCondition());
      case 1 -> Node.Union.of(List.of(columns(source), columns(values.pick(streams))));
      default -> columns(source);
    };
  }

  private Node columns(Node source) {
    List<NamedExpr> columns = new ArrayList<>();
    for (String name : List.of("at", "k", "n", "d")) {
      boolean isNumber = name.equals("n") && values.percent(50);
      Expr column = new Expr.Column(name);
      columns.add((isNumber ? column.plus(1) : column).as(name));
    }
    return Node.Project.of(source, columns);
  }

  private RandomExprs exprs(Node node) {
    return new RandomExprs(random, node.schema(), values.pick(List.of(0, 0, 10, 30)));
  }

  private TimeWindow window() {
    if (values.percent(12)) {
      Duration days = Duration.ofDays(random.nextInt(1, 4));
      TimeWindow window = TimeWindow.tumbling(days).in(ZoneId.of(values.pick(ZONES)));
      return values.percent(50) ? window : window.offset(Duration.ofMinutes(random.nextInt(300)));
    }
    Duration size = values.pick(SIZES);
    int steps = size.toNanos() == 7000 ? 7 : values.pick(List.of(2, 4, 5));
    int choice = copies * steps > MAX_COPIES ? 0 : random.nextInt(4);
    copies *= choice == 0 ? 1 : steps;
    TimeWindow window =
        switch (choice) {
          case 0 -> TimeWindow.tumbling(size);
          case 1, 2 -> TimeWindow.hopping(size, size.dividedBy(steps));
          default -> TimeWindow.cumulating(size, size.dividedBy(steps));
        };
    long micros = size.toNanos() / 1000;
    return values.percent(60)
        ? window
        : window.offset(Duration.ofNanos(1000 * random.nextLong(1 - micros, micros)));
  }

  /** Windows over any column that has times, and maybe groups of them. */
  private Node live() {
    Node source = table != null && values.percent(50) ? table : values.pick(relations);
    List<Field> times =
        source.schema().fields().stream()
            .filter(field -> field.type().kind() == Type.Kind.INSTANT)
            .toList();
    boolean isWindowed =
        source.schema().find(Windowed.START) >= 0 || source.schema().find(Windowed.END) >= 0;
    if (times.isEmpty() || isWindowed) {
      source = values.pick(streams);
      times = List.of(source.schema().field(0));
    }
    Node windowed = Windowed.of(source, window(), values.pick(times).name());
    return values.percent(30)
        ? windowed
        : aggregate(windowed, Set.of(values.pick(List.of(Windowed.START, Windowed.END))));
  }

  private Node closing() {
    Node source = values.pick(streams);
    Node windowed = Windowed.of(source, window(), "at");
    if (values.percent(30)) {
      windowed = Node.Filter.of(windowed, exprs(windowed).likelyCondition());
    }
    Set<String> keys = new LinkedHashSet<>();
    if (random.nextBoolean()) {
      keys.add(Windowed.START);
    }
    keys.add(Windowed.END);
    if (values.percent(60)) {
      keys.add("k");
    }
    return ClosingAggregate.of(
        windowed, List.copyOf(keys), calls(windowed), values.pick(BOUNDS.subList(0, 3)));
  }

  private Node closingSessions() {
    Node source = values.pick(streams);
    Sessions sessions =
        new Sessions(
            new SessionWindow(values.pick(SIZES)),
            "at",
            values.percent(20) ? List.of() : List.of(values.pick(List.of("k", "k", "n"))));
    // Without those that take nothing back: they may stand among none that cannot be put together.
    List<AggregateCall> some = anyCalls(source, false);
    while (!(SessionAggregate.of(source, sessions, some) instanceof SessionAggregate)) {
      some = some.subList(0, some.size() - 1);
    }
    return ClosingSessions.of(source, sessions, some, values.pick(BOUNDS.subList(0, 3)));
  }

  private Node aggregate(Node source, Set<String> wanted) {
    Set<String> keys = new LinkedHashSet<>(wanted);
    exprs(source).shuffledColumns().stream()
        .limit(random.nextInt(2))
        .map(Field::name)
        .forEach(keys::add);
    return Node.Aggregate.of(source, List.copyOf(keys), calls(source));
  }

  private List<AggregateCall> calls(Node source) {
    return source instanceof Windowed windowed && values.percent(75)
        ? callsByPane(windowed)
        : anyCalls(source, source.isAppendOnly());
  }

  /** Aggregates of which most can be put together by pane, so of no column of a window. */
  private List<AggregateCall> callsByPane(Windowed source) {
    RandomExprs exprs = exprs(source.input());
    List<AggregateCall> some = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      AggregateCall call = callByPane(exprs, source.input().isAppendOnly());
      some.add((values.percent(35) ? call.where(exprs.likelyCondition()) : call).as("y" + names++));
    }
    return some;
  }

  private AggregateCall callByPane(RandomExprs exprs, boolean isAppendOnly) {
    List<AggregateFunction> functions =
        isAppendOnly
            ? List.of(AggregateFunction.MIN, AggregateFunction.MAX, AggregateFunction.BIT_OR)
            : List.of(AggregateFunction.BIT_XOR);
    return switch (random.nextInt(10)) {
      case 0 -> new AggregateCall(AggregateFunction.COUNT, null, null, false, null);
      case 1 -> call(AggregateFunction.COUNT, exprs, exprs.someType(), false);
      case 2 -> call(AggregateFunction.SUM, exprs, Type.LONG, false);
      case 3 -> call(AggregateFunction.AVG, exprs, Type.DOUBLE, false);
      case 4 -> call(values.pick(functions), exprs, Type.LONG, false);
      case 5 ->
          call(
              values.pick(List.of(AggregateFunction.BOOL_OR, AggregateFunction.BOOL_AND)),
              exprs,
              Type.BOOLEAN,
              false);
      default -> {
        Type type = exprs.someType();
        boolean isScalar = RandomExprs.isScalar(type);
        yield call(AggregateFunction.COUNT, exprs, isScalar ? type : Type.STRING, true);
      }
    };
  }

  private AggregateCall call(
      AggregateFunction function, RandomExprs exprs, Type type, boolean isDistinct) {
    return new AggregateCall(function, exprs.of(type, random.nextInt(2)), null, isDistinct, null);
  }

  private List<AggregateCall> anyCalls(Node source, boolean isOnlyAdding) {
    RandomExprs exprs = exprs(source);
    RandomCalls calls = new RandomCalls(random, exprs, isOnlyAdding);
    List<AggregateCall> some = new ArrayList<>();
    some.add(new AggregateCall(AggregateFunction.COUNT, null, null, false, "y" + names++));
    for (int i = random.nextInt(3); i > 0; i--) {
      AggregateCall call = calls.call();
      some.add((values.percent(35) ? call.where(exprs.likelyCondition()) : call).as("y" + names++));
    }
    return some;
  }

  /** Changes of the inputs of a plan, in which event time goes forward. */
  public static List<List<InputChange>> epochs(Plan plan, long seed, int count) {
    RandomWindowPlans some =
        new RandomWindowPlans(new SplittableRandom(seed), new SplittableRandom(~seed));
    List<List<InputChange>> epochs = new ArrayList<>();
    long pace = some.values.pick(List.of(1L, 10L, 100L));
    for (List<InputChange> epoch : RandomChanges.epochs(plan, seed, count)) {
      Instant now = PipelineTester.START.plusSeconds(pace * epochs.size());
      epochs.add(epoch.stream().map(change -> some.timed(plan, change, now)).toList());
    }
    return epochs;
  }

  private InputChange timed(Plan plan, InputChange change, Instant now) {
    EventTime eventTime = plan.input(change.input()).eventTime();
    if (eventTime == null || values.percent(5)) {
      return change;
    }
    Instant reached = now.minusSeconds(random.nextInt(-5, 300));
    // The clock goes slower than these times, so that they must not be too far ahead of its start.
    Instant limit = PipelineTester.START.plus(eventTime.bounds().ahead());
    if (values.percent(4) && !reached.isAfter(limit)) {
      return new InputChange(change.input(), InputChange.Kind.REACHED, List.of(reached));
    }
    List<@Nullable Object> row = new ArrayList<>(change.values());
    // Often on a boundary, or a microsecond beside one.
    Instant time = now.minusSeconds(values.percent(70) ? random.nextInt(8) : random.nextInt(700));
    Instant jittered = time.plusNanos(1000L * (values.percent(60) ? 0 : random.nextInt(-1, 2)));
    row.set(plan.input(change.input()).schema().find(eventTime.column()), jittered);
    return new InputChange(change.input(), change.kind(), row);
  }
}
