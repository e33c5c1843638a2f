package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.AsOfJoin;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.JoinKeys;
import dev.leat.engine.plan.LookupJoin;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Makes random joins: of every kind, with keys of any columns, conditions and nulls that match. */
final class RandomJoins {
  private static final String REASON = "the test is short";

  /** Those that are seldom empty more often. */
  private static final List<Join.Kind> KINDS =
      List.of(
          Join.Kind.INNER,
          Join.Kind.LEFT,
          Join.Kind.LEFT,
          Join.Kind.RIGHT,
          Join.Kind.FULL,
          Join.Kind.FULL,
          Join.Kind.SEMI,
          Join.Kind.ANTI);

  private static final Join.Accepted ACCEPTED = new Join.Accepted(REASON, REASON, REASON);

  private final SplittableRandom random;
  private final RandomValues values;
  private final String prefix;
  private int names;

  RandomJoins(SplittableRandom random) {
    this(random, "j");
  }

  /**
   * Makes joins.
   *
   * @param prefix of the names of columns that are renamed, so that they clash with no others
   */
  RandomJoins(SplittableRandom random, String prefix) {
    this.prefix = prefix;
    this.random = random;
    this.values = new RandomValues(random);
  }

  /** Would the join of two relations be small enough, and of few enough columns? */
  static boolean mayJoin(Node left, Node right) {
    return left.schema().size() + right.schema().size() <= 24;
  }

  /** A join of two relations, which may be the same. */
  Node join(Node left, Node right) {
    Node other = values.percent(35) ? some(right) : right;
    List<String> leftKeys = new ArrayList<>();
    List<String> rightKeys = new ArrayList<>();
    pickKeys(left, other, leftKeys, rightKeys);
    Node renamed = other;
    List<String> renamedKeys = rightKeys;
    if (!isClear(left, other, leftKeys, rightKeys) || values.percent(30)) {
      String renaming = prefix + names++ + "_";
      renamed = prefixed(other, renaming);
      renamedKeys = rightKeys.stream().map(name -> renaming + name).toList();
    }
    JoinKeys keys = new JoinKeys(leftKeys, renamedKeys, values.percent(25));
    if (keys.size() > 0 && left.isAppendOnly() && values.percent(40)) {
      return LookupJoin.of(left, renamed, keys, REASON);
    }
    Join.Kind kind = values.pick(KINDS);
    Expr condition = values.percent(30) ? condition(left, renamed, keys) : null;
    return Join.of(left, renamed, kind, keys, condition, ACCEPTED);
  }

  /**
   * An as-of join with versions made of a relation, one for each key and time; null where there are
   * no columns for that.
   */
  @Nullable Node asOf(Node left, Node from) {
    List<String> leftNames = new ArrayList<>();
    List<String> fromNames = new ArrayList<>();
    String leftTime = null;
    String fromTime = null;
    for (Field field : left.schema().fields()) {
      String fitting = fitting(field, from);
      if (fitting == null || fitting.equals(fromTime) || fromNames.contains(fitting)) {
        continue;
      }
      if (leftTime == null && isTime(field.type())) {
        leftTime = field.name();
        fromTime = fitting;
      } else if (leftNames.size() < 2) {
        leftNames.add(field.name());
        fromNames.add(fitting);
      }
    }
    if (leftTime == null || fromTime == null || leftNames.isEmpty()) {
      return null;
    }
    List<String> grouped = new ArrayList<>(fromNames);
    grouped.add(fromTime);
    AggregateCall count = new AggregateCall(AggregateFunction.COUNT, null, null, false, null);
    String renaming = prefix + names++ + "_";
    Node versions =
        prefixed(Node.Aggregate.of(from, grouped, List.of(count.as("versions" + names))), renaming);
    return AsOfJoin.of(
        left,
        versions,
        new JoinKeys(
            leftNames,
            fromNames.stream().map(name -> renaming + name).toList(),
            values.percent(25)),
        new AsOfJoin.Times(leftTime, renaming + fromTime),
        ACCEPTED);
  }

  private static boolean isTime(Type type) {
    return type.isInteger() || type.kind() == Type.Kind.INSTANT || type.kind() == Type.Kind.DATE;
  }

  private Expr condition(Node left, Node right, JoinKeys keys) {
    Schema pair = Join.of(left, right, Join.Kind.INNER, keys, null, ACCEPTED).columns().schema();
    return new RandomExprs(random, pair, values.pick(List.of(0, 0, 10, 30))).likelyCondition();
  }

  /** Keys of columns of the same type; none where there are none. */
  private void pickKeys(Node left, Node right, List<String> leftKeys, List<String> rightKeys) {
    for (Field field : left.schema().fields()) {
      @Nullable String fitting = fitting(field, right);
      boolean isEnough = leftKeys.size() >= 2 || (!leftKeys.isEmpty() && values.percent(80));
      if (fitting != null && !isEnough && values.percent(70)) {
        leftKeys.add(field.name());
        rightKeys.add(fitting);
      }
    }
  }

  private @Nullable String fitting(Field field, Node right) {
    List<String> names =
        right.schema().fields().stream()
            .filter(f -> RandomExprs.isScalar(f.type()) && f.type().equals(field.type()))
            .map(Field::name)
            .toList();
    if (names.isEmpty()) {
      return null;
    }
    return names.contains(field.name()) && values.percent(60) ? field.name() : values.pick(names);
  }

  private static boolean isClear(
      Node left, Node right, List<String> leftKeys, List<String> rightKeys) {
    for (String name : right.schema().names()) {
      int key = leftKeys.indexOf(name);
      boolean isSameKey = key >= 0 && rightKeys.get(key).equals(name);
      if (left.schema().find(name) >= 0 && !isSameKey) {
        return false;
      }
    }
    return true;
  }

  private static Node prefixed(Node node, String prefix) {
    return Node.Project.of(
        node,
        node.schema().names().stream()
            .map(name -> new NamedExpr(prefix + name, new Expr.Column(name)))
            .toList());
  }

  /** Some of its columns, so that changes of others must not show. */
  private Node some(Node node) {
    List<NamedExpr> columns =
        node.schema().names().stream()
            .filter(name -> values.percent(60))
            .map(name -> new NamedExpr(name, new Expr.Column(name)))
            .toList();
    return columns.isEmpty() ? node : Node.Project.of(node, columns);
  }
}
