package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Distinct;
import dev.leat.engine.plan.Elements;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.GroupingSets;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Unnest;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Puts more relations on those of a random plan: with aggregates that depend on an order, over
 * arrays, and of kinds that came later. By numbers of their own, so that the seeds of plans that
 * failed once still make those plans.
 */
final class RandomExtras {
  private static final long OTHER_SEEDS = 0x5eed_0e87_2a53L;

  /** So that rows do not become too many. */
  private static final int MAX_COPIES = 16;

  private final SplittableRandom random;
  private final RandomValues values;
  private final List<Node> relations;
  private final int given;
  private int names;
  private int copies = 1;

  RandomExtras(long seed, List<Node> relations) {
    this.random = new SplittableRandom(seed ^ OTHER_SEEDS);
    this.values = new RandomValues(random);
    this.relations = new ArrayList<>(relations);
    this.given = relations.size();
  }

  /** Views over some more relations; maybe none. */
  List<ViewDefinition> views() {
    for (int i = random.nextInt(5); i > 0; i--) {
      relations.add(relation());
    }
    List<ViewDefinition> views = new ArrayList<>();
    for (int i = relations.size() - 1; i >= given; i--) {
      if (views.isEmpty() || values.percent(40)) {
        views.add(new ViewDefinition("extra" + i, relations.get(i), "the test is short"));
      }
    }
    return views;
  }

  private Node source() {
    int extras = relations.size() - given;
    if (values.percent(25)) {
      return values.pick(relations.stream().filter(Node.Input.class::isInstance).toList());
    }
    return extras > 0 && values.percent(60)
        ? relations.get(given + random.nextInt(extras))
        : values.pick(relations);
  }

  private RandomExprs exprs(Node node) {
    return new RandomExprs(random, node.schema(), values.pick(RandomPlans.RISKS));
  }

  private Node relation() {
    Node source = source();
    int choice = random.nextInt(100);
    if (choice < 8) {
      return Node.Filter.of(source, exprs(source).likelyCondition());
    }
    if (choice < 18) {
      return Distinct.of(source);
    }
    if (choice < 33) {
      return setOperation(source);
    }
    if (choice < 48) {
      return unnest(source);
    }
    if (choice < 56) {
      return groupingSets(source);
    }
    return aggregate(source);
  }

  private Node groupingSets(Node source) {
    List<String> keys =
        exprs(source).shuffledColumns().stream()
            .limit(random.nextInt(1, 4))
            .map(Field::name)
            .toList();
    Set<List<String>> sets = new LinkedHashSet<>();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      sets.add(keys.stream().filter(key -> random.nextBoolean()).toList());
    }
    if (source.schema().find("grouping_id?") >= 0 || copies * sets.size() > MAX_COPIES) {
      return aggregate(source);
    }
    copies *= sets.size();
    // Of joins of joins a row may be there too often already; distinct ones are there once.
    GroupingSets node = GroupingSets.of(Distinct.of(source), keys, List.copyOf(sets));
    return values.percent(60) ? aggregate(node, node.groupedBy()) : node;
  }

  /** With a part of itself, or with another relation brought to its columns. */
  private Node setOperation(Node source) {
    SetOperation.Kind kind = values.pick(List.of(SetOperation.Kind.values()));
    if (values.percent(70)) {
      Expr condition = exprs(source).likelyCondition();
      // Of what is left when most are taken away, there should be something.
      boolean isMost = kind.copies(1, 1) == 1 || values.percent(20);
      Node part = Node.Filter.of(source, isMost ? condition : condition.not());
      return SetOperation.of(kind, source, part);
    }
    Node other = values.pick(relations);
    RandomExprs exprs = exprs(other);
    List<NamedExpr> left = new ArrayList<>();
    List<NamedExpr> right = new ArrayList<>();
    // Few columns, so that rows are equal now and then.
    for (Field field : exprs(source).shuffledColumns()) {
      if (left.size() < 2) {
        String name = name();
        left.add(new Expr.Column(field.name()).as(name));
        Type type = field.type();
        boolean isOther = type.isInteger() && values.percent(30);
        right.add(exprs.of(isOther ? Type.decimal(20, 2) : type, 1).as(name));
      }
    }
    return SetOperation.of(kind, Node.Project.of(source, left), Node.Project.of(other, right));
  }

  /** Of an array that is there, else of one that is made of columns. */
  private Node unnest(Node source) {
    List<Field> arrays =
        source.schema().fields().stream().filter(f -> !RandomExprs.isScalar(f.type())).toList();
    if (arrays.isEmpty()) {
      return aggregate(source);
    }
    Elements elements =
        new Elements(
            values.pick(arrays).name(),
            name(),
            values.percent(50) ? name() : null,
            random.nextBoolean());
    return Unnest.of(source, elements);
  }

  /** The name of a column that no relation has yet. */
  private String name() {
    return "x" + names++;
  }

  private Node aggregate(Node source) {
    List<String> keys =
        exprs(source).shuffledColumns().stream()
            .limit(values.percent(20) ? 0 : random.nextInt(1, 3))
            .map(Field::name)
            .toList();
    return aggregate(source, keys);
  }

  private Node aggregate(Node source, List<String> keys) {
    RandomExprs exprs = exprs(source);
    RandomCalls calls = new RandomCalls(random, exprs, source.isAppendOnly());
    List<AggregateCall> some = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      AggregateCall call = calls.call();
      some.add((values.percent(35) ? call.where(exprs.likelyCondition()) : call).as(name()));
    }
    return Node.Aggregate.of(source, keys, some);
  }
}
