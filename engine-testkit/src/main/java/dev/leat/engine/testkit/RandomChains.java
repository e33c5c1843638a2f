package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes random chains of joins by unique keys, also by keys that earlier right sides have, and of
 * lookups.
 */
final class RandomChains {
  private static final long SALT = 0x636861696e73L;
  private static final String REASON = "the test is short";
  private static final Join.Accepted ACCEPTED = new Join.Accepted(REASON, REASON, REASON);
  private static final int MAX_COLUMNS = 30;

  private final SplittableRandom random;
  private final RandomValues values;
  private final List<Node> relations;
  private int names;

  /** Chains over relations. */
  RandomChains(long seed, List<Node> relations) {
    this.random = new SplittableRandom(seed ^ SALT);
    this.values = new RandomValues(random);
    this.relations = List.copyOf(relations);
  }

  /** Some plans get views of a chain, of what is between its joins, and of what is made of it. */
  Plan addTo(Plan plan) {
    List<Node> chain = values.percent(40) ? chain() : List.of();
    if (chain.isEmpty()) {
      return plan;
    }
    Node last = chain.get(chain.size() - 1);
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    views.add(new ViewDefinition("chain", last, REASON));
    if (values.percent(40)) {
      views.add(new ViewDefinition("between", values.pick(chain), REASON));
    }
    List<String> keys =
        last.schema().fields().stream()
            .filter(f -> RandomExprs.isScalar(f.type()))
            .map(Field::name)
            .toList();
    if (values.percent(40) && !keys.isEmpty()) {
      Node groups = grouped(last, List.of(values.pick(keys)));
      views.add(new ViewDefinition("groups", groups, REASON));
    }
    return new Plan(plan.inputs(), views);
  }

  /** The relations of a chain, each joined upon the one before; none where no columns fit. */
  private List<Node> chain() {
    List<Node> chain = new ArrayList<>();
    Node left = values.pick(relations);
    boolean isLookup = left.isAppendOnly() && values.percent(50);
    for (int i = random.nextInt(2, 6); i > 0 && left.schema().size() < MAX_COLUMNS; i--) {
      Node joined = joined(left, isLookup);
      if (joined != null) {
        chain.add(joined);
        left = values.percent(10) ? new Node.Named(joined, "chain" + names++) : joined;
      }
    }
    return chain;
  }

  private @Nullable Node joined(Node left, boolean isLookup) {
    List<Field> fields =
        left.schema().fields().stream().filter(f -> RandomExprs.isScalar(f.type())).toList();
    if (fields.isEmpty()) {
      return null;
    }
    // Rather a late one, which is from a right side.
    Field field =
        values.percent(50)
            ? fields.get(fields.size() - 1 - random.nextInt(Math.min(4, fields.size())))
            : values.pick(fields);
    List<Node> fitting =
        relations.stream().filter(n -> names(n, field.type()).findAny().isPresent()).toList();
    if (fitting.isEmpty()) {
      return null;
    }
    Node from = values.pick(fitting);
    List<String> keys = new ArrayList<>(List.of(values.pick(names(from, field.type()).toList())));
    List<String> leftKeys = new ArrayList<>(List.of(field.name()));
    Field second = values.pick(fields);
    List<String> also = names(from, second.type()).filter(n -> !keys.contains(n)).toList();
    if (values.percent(15) && !also.isEmpty() && !second.name().equals(field.name())) {
      keys.add(values.pick(also));
      leftKeys.add(second.name());
    }
    boolean isKeyed = from.key().map(keys::containsAll).orElse(false);
    String prefix = "t" + names++ + "_";
    Node right = prefixed(isKeyed ? from : grouped(from, keys), prefix);
    JoinKeys on =
        new JoinKeys(leftKeys, keys.stream().map(k -> prefix + k).toList(), values.percent(20));
    if (isLookup) {
      return LookupJoin.of(left, right, on, REASON);
    }
    // Inner joins of few matches leave nothing, so they are the fewer.
    Join.Kind kind = values.percent(15) ? Join.Kind.INNER : Join.Kind.LEFT;
    return Join.of(left, right, kind, on, null, ACCEPTED);
  }

  private static Stream<String> names(Node node, Type type) {
    return node.schema().fields().stream()
        .filter(f -> RandomExprs.isScalar(f.type()) && f.type().equals(type))
        .map(Field::name);
  }

  /** A row for each key, with some of the values that rows of it have. */
  private Node grouped(Node from, List<String> keys) {
    List<AggregateCall> calls = new ArrayList<>();
    for (Field field : from.schema().fields()) {
      boolean isOrdered = RandomExprs.isScalar(field.type()) && !keys.contains(field.name());
      if (isOrdered && values.percent(60)) {
        AggregateFunction function =
            values.percent(50) ? AggregateFunction.MIN : AggregateFunction.MAX;
        calls.add(
            new AggregateCall(function, new Expr.Column(field.name()), null, false, null)
                .as(field.name()));
      }
    }
    if (calls.isEmpty()) {
      calls.add(
          new AggregateCall(AggregateFunction.COUNT, null, null, false, null).as("rows" + names++));
    }
    return Node.Aggregate.of(from, keys, calls);
  }

  private static Node prefixed(Node node, String prefix) {
    return Node.Project.of(
        node,
        node.schema().names().stream()
            .map(name -> new NamedExpr(prefix + name, new Expr.Column(name)))
            .toList());
  }
}
