package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes random plans: inputs of every kind with columns of every type, and a few views over every
 * kind of operator and expression. Relations are shared between views, and aggregates stand on
 * aggregates. The same seed gives the same plan.
 *
 * <p>Expressions can fail, but mostly do not, so that views are seldom empty. {@link RandomChanges}
 * gives the rows.
 */
public final class RandomPlans {
  private static final List<Type> TYPES =
      List.of(
          Type.BOOLEAN,
          Type.INT,
          Type.INT,
          Type.LONG,
          Type.LONG,
          Type.FLOAT,
          Type.DOUBLE,
          Type.DOUBLE,
          Type.STRING,
          Type.STRING,
          Type.STRING,
          Type.INSTANT,
          Type.INSTANT,
          Type.DATE,
          Type.DURATION,
          Type.BYTES);

  /** {@link RandomExtras} has the others. */
  private static final List<AggregateFunction> FUNCTIONS =
      List.of(
          AggregateFunction.COUNT,
          AggregateFunction.SUM,
          AggregateFunction.AVG,
          AggregateFunction.MIN,
          AggregateFunction.MAX,
          AggregateFunction.BOOL_OR,
          AggregateFunction.BOOL_AND);

  static final List<Integer> RISKS = List.of(0, 10, 30, 60);
  private static final int MAX_UNIONS = 2;

  /** So many views may read relations over orders. */
  private static final int MAX_ORDERED_VIEWS = 3;

  private static final long ORDERS_SALT = 0x6f7264657273L;

  /** So many views may depend on the time. */
  private static final int MAX_TICKING_VIEWS = 3;

  private static final long CLOCKS_SALT = 0x636c6f636b73L;

  /** Chosen so that the plans that failed once stay as they were. */
  private static final long LATE_SALT = 0x6c617468L;

  private static final int LATE_PERCENT = 15;

  private final SplittableRandom random;
  private final RandomDeduplications deduplications;
  private final RandomForgetting forgetting;
  private final RandomValues values;
  private final List<Node> relations = new ArrayList<>();
  private int unions;
  private int names;

  private RandomPlans(
      SplittableRandom random, RandomDeduplications deduplications, RandomForgetting forgetting) {
    this.random = random;
    this.deduplications = deduplications;
    this.forgetting = forgetting;
    this.values = new RandomValues(random);
  }

  /** The plan of a seed. */
  public static Plan plan(long seed) {
    // Apart, so that plans are the same as before there was deduplication; so are extras.
    RandomDeduplications deduplications = new RandomDeduplications(seed);
    RandomForgetting forgetting = new RandomForgetting(seed);
    RandomPlans plans = new RandomPlans(new SplittableRandom(seed), deduplications, forgetting);
    Plan plain = plans.withExtras(seed);
    // Apart, too, and behind all else.
    RandomPlans ordered =
        new RandomPlans(new SplittableRandom(seed ^ ORDERS_SALT), deduplications, forgetting);
    ordered.relations.addAll(plans.relations);
    ordered.names = plans.names;
    Plan withOrders = ordered.withOrders(plain);
    RandomPlans ticking =
        new RandomPlans(new SplittableRandom(seed ^ CLOCKS_SALT), deduplications, forgetting);
    ticking.relations.addAll(ordered.relations);
    ticking.names = ordered.names;
    RandomPlans late =
        new RandomPlans(new SplittableRandom(seed ^ LATE_SALT), deduplications, forgetting);
    Plan plan = ticking.withClocks(late.withLateJoins(withOrders));
    Plan all = new RandomChains(seed, ticking.relations).addTo(plan);
    List<ViewDefinition> views = new ArrayList<>(all.views());
    views.addAll(new RandomSessions(seed, ordered.relations).views());
    return new Plan(all.inputs(), views);
  }

  /** A third of the plans get views that change as time passes. */
  private Plan withClocks(Plan plan) {
    if (random.nextInt(3) > 0) {
      return plan;
    }
    RandomClocks clocks = new RandomClocks(random, forgetting.tickMicros());
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    for (int i = random.nextInt(MAX_TICKING_VIEWS); i >= 0; i--) {
      Node source = values.percent(30) ? values.pick(plan.inputs()) : source();
      relations.add(clocks.relation(source, "t" + names++));
      if (values.percent(40)) {
        relations.add(operator());
      }
      views.add(
          new ViewDefinition(
              "view" + views.size(), relations.get(relations.size() - 1), "the test is short"));
    }
    return new Plan(plan.inputs(), views);
  }

  /** Some plans get joins of what their views show: of set operations, orders, arrays. */
  private Plan withLateJoins(Plan plan) {
    if (!values.percent(LATE_PERCENT)) {
      return plan;
    }
    relations.addAll(plan.views().stream().map(ViewDefinition::relation).distinct().toList());
    RandomJoins joins = new RandomJoins(random, "l");
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    for (int i = random.nextInt(2); i >= 0; i--) {
      Node left = values.pick(relations);
      Node right = values.percent(30) ? left : values.pick(relations);
      if (RandomJoins.mayJoin(left, right)) {
        Node join = joins.join(left, right);
        relations.add(join);
        views.add(new ViewDefinition("late" + i, join, "the test is short"));
      }
    }
    return new Plan(plan.inputs(), views);
  }

  /** Half of the plans get views over relations over orders, and over what is computed of these. */
  private Plan withOrders(Plan plan) {
    if (random.nextBoolean()) {
      return plan;
    }
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    for (int i = random.nextInt(MAX_ORDERED_VIEWS); i >= 0; i--) {
      Node source = source();
      Node ordered = new RandomOrders(random, source).relation("w" + names++);
      relations.add(ordered);
      if (values.percent(40)) {
        relations.add(operator());
      }
      views.add(
          new ViewDefinition(
              "view" + views.size(), relations.get(relations.size() - 1), "the test is short"));
    }
    return new Plan(plan.inputs(), views);
  }

  private Plan withExtras(long seed) {
    List<Node.Input> inputs = new ArrayList<>();
    for (int i = random.nextInt(3); i >= 0; i--) {
      inputs.add(input("input" + i));
    }
    relations.addAll(inputs);
    for (int i = random.nextInt(2, 10); i > 0; i--) {
      relations.add(operator());
    }
    List<ViewDefinition> views = new ArrayList<>();
    for (int i = random.nextInt(4); i >= 0; i--) {
      Node relation = i == 0 ? relations.get(relations.size() - 1) : values.pick(relations);
      views.add(new ViewDefinition("view" + i, relation, "the test is short"));
    }
    // Behind all others, so that plans were the same before there were joins.
    if (values.percent(60)) {
      addJoins(views);
    }
    views.addAll(new RandomExtras(seed, relations).views());
    return new Plan(inputs, views);
  }

  /** Joins of relations, also of each other, and operators over them. */
  private void addJoins(List<ViewDefinition> views) {
    RandomJoins joins = new RandomJoins(random);
    for (int i = random.nextInt(3); i >= 0; i--) {
      Node left = joinable();
      Node right = values.percent(15) ? left : joinable();
      if (!RandomJoins.mayJoin(left, right)) {
        continue;
      }
      Node asOf = values.percent(25) ? joins.asOf(left, right) : null;
      Node join = asOf == null ? joins.join(left, right) : asOf;
      relations.add(join);
      if (values.percent(60)) {
        relations.add(values.percent(20) ? Node.Filter.of(join, condition(join)) : operator());
      }
      Node shown = values.percent(50) ? join : relations.get(relations.size() - 1);
      views.add(new ViewDefinition("join" + i, shown, "the test is short"));
    }
  }

  private Expr condition(Node node) {
    return exprs(node).likelyCondition();
  }

  private Node joinable() {
    return values.percent(40) ? source() : values.pick(relations);
  }

  private Node.Input input(String name) {
    Node.InputKind kind = values.pick(List.of(Node.InputKind.values()));
    int columns = random.nextInt(2, 7);
    int keys = kind == Node.InputKind.KEYED_TABLE ? random.nextInt(1, 3) : 0;
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < columns; i++) {
      boolean isKey = i < keys;
      boolean isNullable = !isKey && values.percent(60);
      fields.add(new Field("c" + i, isKey ? scalarType() : type(), isNullable));
    }
    List<String> primaryKey = fields.subList(0, keys).stream().map(Field::name).toList();
    Node.Input plain = new Node.Input(name, kind, Schema.of(fields), primaryKey);
    return forgetting.some(deduplications.some(plain));
  }

  private Type scalarType() {
    return values.percent(20) ? values.pick(RandomExprs.DECIMALS) : values.pick(TYPES);
  }

  private Type type() {
    return values.percent(6)
        ? Type.array(values.percent(10) ? type() : scalarType())
        : scalarType();
  }

  /** A relation made before, mostly a late one. */
  private Node source() {
    int size = relations.size();
    return values.percent(60)
        ? relations.get(size - 1 - random.nextInt(Math.min(3, size)))
        : values.pick(relations);
  }

  private RandomExprs exprs(Node node) {
    return new RandomExprs(random, node.schema(), values.pick(RISKS));
  }

  private Node operator() {
    Node source = source();
    int choice = random.nextInt(100);
    if (choice < 22) {
      return Node.Filter.of(source, exprs(source).likelyCondition());
    }
    if (choice < 47) {
      return project(source);
    }
    if (choice < 77) {
      return aggregate(source);
    }
    if (choice < 86) {
      return distinct(source);
    }
    if (choice < 94 && unions < MAX_UNIONS) {
      unions++;
      return union(source);
    }
    return new Node.Named(source, "relation" + names++);
  }

  private Node project(Node source) {
    RandomExprs exprs = exprs(source);
    List<NamedExpr> columns = new ArrayList<>();
    for (Field field : exprs.shuffledColumns()) {
      if (values.percent(50)) {
        String name = values.percent(70) ? field.name() : "p" + names++;
        columns.add(new Expr.Column(field.name()).as(name));
      }
    }
    for (int i = random.nextInt(3); i > 0 || columns.isEmpty(); i--) {
      Type type = values.percent(50) ? exprs.someType() : type();
      columns.add(exprs.of(type, random.nextInt(1, 4)).as("p" + names++));
    }
    return Node.Project.of(source, columns);
  }

  private Node aggregate(Node source) {
    RandomExprs exprs = exprs(source);
    List<String> keys =
        exprs.shuffledColumns().stream()
            .filter(f -> RandomExprs.isScalar(f.type()))
            .limit(values.percent(20) ? 0 : random.nextInt(1, 4))
            .map(Field::name)
            .toList();
    List<AggregateCall> calls = new ArrayList<>();
    int count = random.nextInt(keys.isEmpty() || values.percent(90) ? 1 : 0, 5);
    for (int i = 0; i < count; i++) {
      calls.add(call(exprs).as("a" + names++));
    }
    return Node.Aggregate.of(source, keys, calls);
  }

  private AggregateCall call(RandomExprs exprs) {
    AggregateFunction function = values.pick(FUNCTIONS);
    if (function == AggregateFunction.COUNT && values.percent(40)) {
      return where(new AggregateCall(function, null, null, false, null), exprs);
    }
    Type wanted = exprs.someType();
    boolean isSummable = wanted.isNumeric() || wanted.kind() == Type.Kind.DURATION;
    Type type =
        switch (function) {
          case COUNT -> wanted;
          case MIN, MAX -> RandomExprs.isScalar(wanted) ? wanted : Type.STRING;
          case BOOL_OR, BOOL_AND -> Type.BOOLEAN;
          default -> isSummable ? wanted : Type.LONG;
        };
    boolean isDistinct = RandomExprs.isScalar(type) && values.percent(25);
    Expr operand = exprs.of(type, random.nextInt(3));
    return where(new AggregateCall(function, operand, null, isDistinct, null), exprs);
  }

  private AggregateCall where(AggregateCall call, RandomExprs exprs) {
    return values.percent(35) ? call.where(exprs.likelyCondition()) : call;
  }

  private Node distinct(Node source) {
    List<NamedExpr> columns =
        source.schema().fields().stream()
            .filter(f -> RandomExprs.isScalar(f.type()))
            .limit(random.nextInt(1, 5))
            .map(f -> new Expr.Column(f.name()).as(f.name()))
            .toList();
    if (columns.isEmpty()) {
      return source;
    }
    boolean isWhole = columns.size() == source.schema().size();
    return Distinct.of(isWhole ? source : Node.Project.of(source, columns));
  }

  /** With a part of itself, or with another relation brought to types that go with its own. */
  private Node union(Node source) {
    Node other = values.pick(relations);
    if (values.percent(30)) {
      return Node.Union.of(
          List.of(source, Node.Filter.of(source, exprs(source).likelyCondition())));
    }
    List<NamedExpr> left = new ArrayList<>();
    List<NamedExpr> right = new ArrayList<>();
    RandomExprs exprs = exprs(other);
    for (Field field : exprs(source).shuffledColumns()) {
      String name = "u" + left.size();
      left.add(new Expr.Column(field.name()).as(name));
      Type type = field.type();
      boolean isOtherNumber = type.isNumeric() && values.percent(40);
      right.add(exprs.of(isOtherNumber ? otherNumber(type) : type, 1).as(name));
    }
    return Node.Union.of(List.of(Node.Project.of(source, left), Node.Project.of(other, right)));
  }

  private Type otherNumber(Type type) {
    return type.kind() == Type.Kind.DECIMAL
        ? values.pick(RandomExprs.DECIMALS)
        : values.pick(List.of(Type.INT, Type.LONG, Type.DOUBLE, Type.decimal(9, 2)));
  }
}
