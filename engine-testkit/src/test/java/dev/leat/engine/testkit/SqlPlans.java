package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.OverFunction;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SessionAggregate;
import dev.leat.engine.plan.SessionColumn;
import dev.leat.engine.plan.SessionWindow;
import dev.leat.engine.plan.Sessionize;
import dev.leat.engine.plan.Sessions;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import dev.leat.engine.plan.Windowed;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Makes random plans that mean the same in SQL: inputs of every kind, and relations over them of
 * every kind but those that {@link SqlText} refuses, each with its reason there. Means are rounded,
 * so they are compared, grouped by and ordered, but never added up: sums of rounded values are
 * exact here, and depend on the order there.
 */
final class SqlPlans {
  private static final String REASON = "the test is short";
  private static final Join.Accepted ACCEPTED = new Join.Accepted(REASON, REASON, REASON);
  private static final int MAX_JOINS = 3;

  /** Of so many plans one ends in an as-of join, one in windows of time, one in sessions. */
  private static final int ENDINGS = 10;

  private static final List<Duration> LENGTHS =
      List.of(
          Duration.ofSeconds(30),
          Duration.ofSeconds(30, 1000),
          Duration.ofSeconds(269, 999_999_000),
          Duration.ofMinutes(5),
          Duration.ofHours(9),
          Duration.ofDays(700));

  private static final int MAX_COLUMNS = 16;

  private static final List<AggregateFunction> FUNCTIONS =
      List.of(
          AggregateFunction.COUNT,
          AggregateFunction.COUNT,
          AggregateFunction.SUM,
          AggregateFunction.AVG,
          AggregateFunction.MIN,
          AggregateFunction.MAX,
          AggregateFunction.BOOL_OR,
          AggregateFunction.BOOL_AND,
          AggregateFunction.STRING_AGG,
          AggregateFunction.BIT_AND,
          AggregateFunction.BIT_OR,
          AggregateFunction.BIT_XOR);

  private final SplittableRandom random;
  private final PlainValues values;
  private final List<Node> relations = new ArrayList<>();
  private final Set<String> rounded = new HashSet<>();
  private int names;
  private int joins;

  private SqlPlans(SplittableRandom random) {
    this.random = random;
    this.values = new PlainValues(random);
  }

  /** The plan of a seed, with one view. */
  static Plan plan(long seed) {
    SqlPlans plans = new SqlPlans(new SplittableRandom(seed));
    Plan plan = plans.plan();
    return switch (Math.floorMod(seed, ENDINGS)) {
      case 1 -> plans.withTimes(plan, false);
      case 4 -> plans.withTimes(plan, true);
      case 7 -> plans.withAsOf(plan);
      default -> plan;
    };
  }

  private Plan plan() {
    List<Node.Input> inputs = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      inputs.add(input("input" + i));
    }
    relations.addAll(inputs);
    for (int i = random.nextInt(1, 7); i > 0; i--) {
      relations.add(operator());
    }
    Node last = relations.get(relations.size() - 1);
    return new Plan(inputs, List.of(new ViewDefinition("view0", last, REASON)));
  }

  /** The last relation with the latest version of its key; versions are made of any relation. */
  private Plan withAsOf(Plan plan) {
    Node left = plan.views().get(0).relation();
    for (Node from : relations) {
      Node join = asOf(left, from);
      if (join != null) {
        return new Plan(plan.inputs(), List.of(new ViewDefinition("view0", join, REASON)));
      }
    }
    return plan;
  }

  /** Windows or sessions of the last relation that has times; often grouped. */
  private Plan withTimes(Plan plan, boolean areSessions) {
    List<Node> sources = new ArrayList<>(relations);
    Collections.reverse(sources);
    if (areSessions && values.percent(85)) {
      // Sessions of what is only added to are computed in another way.
      sources.sort(Comparator.comparing(source -> !source.isAppendOnly()));
    }
    for (Node source : sources) {
      for (Field field : source.schema().fields()) {
        if (field.type().equals(Type.INSTANT)) {
          // Rows without a time are in none, and in the ledger.
          Expr isTimed = new Expr.Call(Op.IS_NOT_NULL, List.of(new Expr.Column(field.name())));
          Node timed = Node.Filter.of(source, isTimed);
          Node last = areSessions ? sessions(timed, field.name()) : windows(timed, field.name());
          return new Plan(plan.inputs(), List.of(new ViewDefinition("view0", last, REASON)));
        }
      }
    }
    return plan;
  }

  private Node windows(Node source, String time) {
    TimeWindow.Kind kind = values.pick(List.of(TimeWindow.Kind.values()));
    Duration step = values.pick(LENGTHS);
    Duration size =
        kind == TimeWindow.Kind.TUMBLING ? step : step.multipliedBy(random.nextInt(1, 4));
    Duration offset =
        values.percent(60) ? Duration.ZERO : size.dividedBy(3).truncatedTo(ChronoUnit.MICROS);
    Duration moved = random.nextBoolean() ? offset : offset.negated();
    Node windowed = Windowed.of(source, new TimeWindow(kind, size, step, moved, null), time);
    return values.percent(30) ? windowed : aggregate(windowed);
  }

  private Node sessions(Node source, String time) {
    List<String> by = new ArrayList<>(values.percent(30) ? List.of() : someColumns(source, 2));
    by.remove(time);
    Sessions sessions = new Sessions(new SessionWindow(values.pick(LENGTHS)), time, by);
    if (values.percent(70)) {
      SqlExprs exprs = exprs(source);
      AggregateCall call = call(exprs);
      return SessionAggregate.of(
          source, sessions, List.of(values.percent(30) ? call.where(exprs.condition()) : call));
    }
    List<SessionColumn> columns = new ArrayList<>();
    for (SessionColumn.Kind kind : SessionColumn.Kind.values()) {
      columns.add(new SessionColumn(kind, name()));
    }
    return Sessionize.of(source, sessions, columns.subList(0, random.nextInt(1, 4)));
  }

  private @Nullable Node asOf(Node left, Node from) {
    for (Field time : left.schema().fields()) {
      boolean isTime = time.type().equals(Type.INSTANT) || time.type().equals(Type.LONG);
      String since = isTime ? fitting(time, from, List.of()) : null;
      for (Field key : left.schema().fields()) {
        String of = since == null ? null : fitting(key, from, List.of(since));
        if (since != null && of != null && !key.equals(time)) {
          AggregateCall count =
              new AggregateCall(AggregateFunction.COUNT, null, null, false, name());
          Node versions = renamed(Node.Aggregate.of(from, List.of(of, since), List.of(count)));
          List<String> names = versions.schema().names();
          return AsOfJoin.of(
              left,
              versions,
              new JoinKeys(List.of(key.name()), names.subList(0, 1), false),
              new AsOfJoin.Times(time.name(), names.get(1)),
              ACCEPTED);
        }
      }
    }
    return null;
  }

  private String name() {
    return "c" + names++;
  }

  private Node.Input input(String name) {
    Node.InputKind kind = values.pick(List.of(Node.InputKind.values()));
    int keys = kind == Node.InputKind.KEYED_TABLE ? random.nextInt(1, 3) : 0;
    List<Field> fields = new ArrayList<>();
    for (int i = random.nextInt(2, 6); i > 0; i--) {
      boolean isKey = fields.size() < keys;
      fields.add(new Field(name(), values.pick(SqlExprs.TYPES), !isKey && values.percent(60)));
    }
    keys = Math.min(keys, fields.size());
    List<String> key = fields.subList(0, keys).stream().map(Field::name).toList();
    return new Node.Input(name, kind, Schema.of(fields), key);
  }

  private Node source() {
    int size = relations.size();
    return values.percent(65)
        ? relations.get(size - 1 - random.nextInt(Math.min(2, size)))
        : values.pick(relations);
  }

  private SqlExprs exprs(Node node) {
    return new SqlExprs(random, node.schema(), rounded);
  }

  private Node operator() {
    Node source = source();
    int choice = random.nextInt(100);
    if (choice < 12) {
      return Node.Filter.of(source, exprs(source).condition());
    }
    if (choice < 24) {
      return project(source);
    }
    if (choice < 44) {
      return aggregate(source);
    }
    if (choice < 68 && joins < MAX_JOINS) {
      Node join = join(source, values.percent(20) ? source : values.pick(relations));
      if (join != null) {
        joins++;
        return join;
      }
    }
    if (choice < 76) {
      return setOperation(source);
    }
    if (choice < 80) {
      return Distinct.of(source);
    }
    return choice < 88 ? top(source) : over(source);
  }

  private Node project(Node source) {
    SqlExprs exprs = exprs(source);
    List<NamedExpr> columns = new ArrayList<>();
    for (Field field : source.schema().fields()) {
      if (values.percent(50)) {
        columns.add(new Expr.Column(field.name()).as(field.name()));
      }
    }
    for (int i = random.nextInt(3); i > 0 || columns.isEmpty(); i--) {
      columns.add(named(exprs.of(values.pick(SqlExprs.TYPES), random.nextInt(1, 4))));
    }
    return Node.Project.of(source, columns);
  }

  private NamedExpr named(Expr expr) {
    String name = name();
    if (expr.columns().stream().anyMatch(rounded::contains)) {
      rounded.add(name);
    }
    return expr.as(name);
  }

  private List<String> someColumns(Node source, int most) {
    List<String> columns = new ArrayList<>();
    for (String name : source.schema().names()) {
      if (columns.size() < most && values.percent(40)) {
        columns.add(name);
      }
    }
    return columns;
  }

  private Node aggregate(Node source) {
    SqlExprs exprs = exprs(source);
    List<String> keys = values.percent(20) ? List.of() : someColumns(source, 3);
    List<AggregateCall> calls = new ArrayList<>();
    for (int i = random.nextInt(keys.isEmpty() ? 1 : 0, 4); i > 0; i--) {
      AggregateCall call = call(exprs);
      calls.add(values.percent(30) ? call.where(exprs.condition()) : call);
    }
    return Node.Aggregate.of(source, keys, calls);
  }

  private AggregateCall call(SqlExprs exprs) {
    AggregateFunction function = values.pick(FUNCTIONS);
    String name = name();
    Type number = random.nextBoolean() ? Type.LONG : Type.DOUBLE;
    Expr operand =
        switch (function) {
          case COUNT -> values.percent(40) ? null : exprs.of(exprs.someType(), 1);
          case SUM, AVG -> exprs.summable(number);
          case BOOL_OR, BOOL_AND -> exprs.of(Type.BOOLEAN, 2);
          case STRING_AGG -> exprs.of(Type.STRING, 1);
          case BIT_AND, BIT_OR, BIT_XOR -> exprs.of(Type.LONG, 1);
          default -> exprs.of(exprs.someType(), 1);
        };
    boolean isRounded =
        function == AggregateFunction.AVG
            || (operand != null && operand.columns().stream().anyMatch(rounded::contains));
    if (isRounded) {
      rounded.add(name);
    }
    AggregateArguments arguments =
        function == AggregateFunction.STRING_AGG
            ? AggregateArguments.of(List.of(), "|")
            : AggregateArguments.NONE;
    boolean mayBeDistinct =
        operand != null
            && (function == AggregateFunction.COUNT
                || function == AggregateFunction.SUM
                || function == AggregateFunction.AVG);
    return new AggregateCall(
        function, operand, null, mayBeDistinct && values.percent(30), name, arguments);
  }

  private Node renamed(Node node) {
    List<NamedExpr> columns = new ArrayList<>();
    node.schema().names().forEach(name -> columns.add(named(new Expr.Column(name))));
    return Node.Project.of(node, columns);
  }

  private @Nullable Node join(Node left, Node from) {
    if (left.schema().size() + from.schema().size() > MAX_COLUMNS) {
      return null;
    }
    Node right = renamed(from);
    List<String> leftKeys = new ArrayList<>();
    List<String> rightKeys = new ArrayList<>();
    for (Field field : left.schema().fields()) {
      String fitting = fitting(field, right, rightKeys);
      if (fitting != null && leftKeys.size() < 2 && values.percent(60)) {
        leftKeys.add(field.name());
        rightKeys.add(fitting);
      }
    }
    if (!leftKeys.isEmpty() && values.percent(25)) {
      right = sameName(right, rightKeys.get(0), leftKeys.get(0));
      rightKeys.set(0, leftKeys.get(0));
    }
    JoinKeys keys = new JoinKeys(leftKeys, rightKeys, values.percent(25));
    Join.Kind kind = values.pick(List.of(Join.Kind.values()));
    // Without a key, or with a null-safe one alone, the database joins in full by no condition.
    if (kind == Join.Kind.FULL && (leftKeys.isEmpty() || keys.matchesNull())) {
      kind = Join.Kind.LEFT;
    }
    Schema pair = Join.of(left, right, Join.Kind.INNER, keys, null, ACCEPTED).columns().schema();
    Expr condition =
        leftKeys.isEmpty() || values.percent(30)
            ? new SqlExprs(random, pair, rounded).condition()
            : null;
    return Join.of(left, right, kind, keys, condition, ACCEPTED);
  }

  private @Nullable String fitting(Field field, Node right, List<String> taken) {
    List<String> fitting =
        right.schema().fields().stream()
            .filter(f -> f.type().equals(field.type()) && !taken.contains(f.name()))
            .map(Field::name)
            .toList();
    return fitting.isEmpty() ? null : values.pick(fitting);
  }

  private static Node sameName(Node node, String from, String to) {
    List<NamedExpr> columns = new ArrayList<>();
    for (String name : node.schema().names()) {
      columns.add(new Expr.Column(name).as(name.equals(from) ? to : name));
    }
    return Node.Project.of(node, columns);
  }

  /** With a part of itself, or with another relation brought to its columns. */
  private Node setOperation(Node source) {
    Node first = source;
    Node second;
    if (values.percent(50)) {
      second = Node.Filter.of(source, exprs(source).condition());
    } else {
      Node other = values.pick(relations);
      List<NamedExpr> left = new ArrayList<>();
      List<NamedExpr> right = new ArrayList<>();
      // Few columns, so that rows are equal now and then.
      for (Field field : source.schema().fields().subList(0, Math.min(2, source.schema().size()))) {
        NamedExpr column = named(new Expr.Column(field.name()));
        left.add(column);
        Expr expr = exprs(other).of(field.type(), 1);
        if (expr.columns().stream().anyMatch(rounded::contains)) {
          rounded.add(column.name());
        }
        right.add(expr.as(column.name()));
      }
      first = Node.Project.of(source, left);
      second = Node.Project.of(other, right);
    }
    return values.percent(35)
        ? Node.Union.of(List.of(first, second))
        : SetOperation.of(values.pick(List.of(SetOperation.Kind.values())), first, second);
  }

  private List<SortKey> order(Node source) {
    List<SortKey> order = new ArrayList<>();
    for (String name : someColumns(source, 2)) {
      SortKey key = new SortKey(name, random.nextBoolean());
      order.add(values.percent(30) ? key.nullsFirst() : key);
    }
    if (order.isEmpty()) {
      order.add(new SortKey(values.pick(source.schema().names()), random.nextBoolean()));
    }
    return order;
  }

  private List<String> partition(Node source) {
    return values.percent(40) ? List.of() : someColumns(source, 2);
  }

  private Node top(Node source) {
    long offset = values.percent(60) ? 0 : random.nextInt(4);
    return Top.of(source, partition(source), order(source), offset, random.nextInt(1, 6));
  }

  private Node over(Node source) {
    List<SortKey> order = order(source);
    List<OverCall> calls = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      calls.add(overCall(source, order));
    }
    return Over.of(source, partition(source), order, calls);
  }

  private OverCall overCall(Node source, List<SortKey> order) {
    OverFunction function = values.pick(List.of(OverFunction.values()));
    SqlExprs exprs = exprs(source);
    String name = name();
    Expr operand =
        switch (function) {
          case ROW_NUMBER, RANK, DENSE_RANK -> null;
          case COUNT -> values.percent(40) ? null : exprs.of(exprs.someType(), 0);
          case SUM, AVG -> exprs.summable(random.nextBoolean() ? Type.LONG : Type.DOUBLE);
          default -> exprs.of(exprs.someType(), 0);
        };
    boolean isRounded =
        function == OverFunction.AVG
            || (operand != null && operand.columns().stream().anyMatch(rounded::contains));
    if (isRounded) {
      rounded.add(name);
    }
    long distance = function.isShift() ? random.nextInt(1, 4) : 0;
    boolean isOfPlace = function == OverFunction.FIRST_VALUE || function == OverFunction.LAST_VALUE;
    Frame frame = !function.isFramed() ? Frame.all() : isOfPlace ? rows() : frame(source, order);
    return new OverCall(function, operand, distance, frame, name);
  }

  private Frame rows() {
    long preceding = values.percent(25) ? Frame.UNBOUNDED : random.nextInt(3);
    long following = values.percent(25) ? Frame.UNBOUNDED : random.nextInt(3);
    return Frame.rows(preceding, following);
  }

  /** Of first and last values only {@link #rows}: which of rows that tie is first is open there. */
  private Frame frame(Node source, List<SortKey> order) {
    int choice = random.nextInt(10);
    if (choice < 5) {
      return choice == 0 ? Frame.all() : rows();
    }
    Type type = source.schema().field(source.schema().find(order.get(0).column())).type();
    if (order.size() > 1 || choice < 7) {
      return Frame.range(Frame.UNBOUNDED, 0);
    }
    if (type.equals(Type.LONG)) {
      return Frame.range(
          random.nextInt(4), values.percent(20) ? Frame.UNBOUNDED : random.nextInt(4));
    }
    return type.equals(Type.INSTANT)
        ? new Frame(
            Frame.Unit.TIME, random.nextInt(300) * 1_000_000L, random.nextInt(60) * 1_000_000L)
        : Frame.range(Frame.UNBOUNDED, 0);
  }
}
