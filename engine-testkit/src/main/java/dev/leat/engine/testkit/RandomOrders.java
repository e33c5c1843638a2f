package dev.leat.engine.testkit;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Field;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.OverFunction;
import dev.leat.engine.plan.SortKey;
import dev.leat.engine.plan.Top;
import dev.leat.engine.plan.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Makes random relations over an order of the rows of another. */
final class RandomOrders {
  private static final int MAX_LIMIT = 5;
  private static final int MAX_OFFSET = 4;

  private final SplittableRandom random;
  private final RandomValues values;
  private final Node source;
  private final List<Field> ordered;

  RandomOrders(SplittableRandom random, Node source) {
    this.random = random;
    this.values = new RandomValues(random);
    this.source = source;
    this.ordered =
        new RandomExprs(random, source.schema(), 0)
            .shuffledColumns().stream().filter(f -> RandomExprs.isScalar(f.type())).toList();
  }

  /**
   * A relation over an order; the source itself if its rows have none.
   *
   * @param name of new columns
   */
  Node relation(String name) {
    if (ordered.isEmpty()) {
      return source;
    }
    int choice = random.nextInt(100);
    if (choice < 35) {
      return top();
    }
    return choice < 50 ? numbered(name) : over(name);
  }

  /** Rows up to a rank. */
  private Node numbered(String name) {
    OverFunction function =
        values.percent(50)
            ? OverFunction.ROW_NUMBER
            : values.pick(List.of(OverFunction.RANK, OverFunction.DENSE_RANK));
    List<OverCall> calls = new ArrayList<>();
    if (values.percent(30)) {
      calls.add(call(OverFunction.RANK, null, name + "_other"));
    }
    calls.add(call(function, null, name));
    Node over = Over.of(source, values.percent(40) ? List.of() : partition(), order(), calls);
    Expr column = new Expr.Column(name);
    long limit = random.nextInt(1, MAX_LIMIT);
    Expr condition =
        switch (random.nextInt(3)) {
          case 0 -> column.lt(limit + 1);
          case 1 -> column.eq(limit);
          default -> column.le(limit);
        };
    return Over.filtered(over, condition);
  }

  private Node over(String name) {
    List<SortKey> order = values.percent(40) ? order().subList(0, 1) : order();
    List<OverCall> calls = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      OverFunction function = values.pick(List.of(OverFunction.values()));
      calls.add(call(function, order, name + "_" + i));
    }
    return Over.of(source, values.percent(40) ? List.of() : partition(), order, calls);
  }

  private OverCall call(OverFunction function, @Nullable List<SortKey> order, String name) {
    if (function.isRanking() || order == null) {
      return new OverCall(function, null, 0, Frame.all(), name);
    }
    RandomExprs exprs = new RandomExprs(random, source.schema(), values.percent(20) ? 20 : 0);
    Type type = exprs.someType();
    Type wanted =
        switch (function) {
          case SUM, AVG -> type.isNumeric() || type.kind() == Type.Kind.DURATION ? type : Type.LONG;
          default -> type;
        };
    Expr operand =
        function == OverFunction.COUNT && values.percent(40)
            ? null
            : exprs.of(wanted, random.nextInt(2));
    long distance = function.isShift() ? random.nextInt(1, 4) : 0;
    return new OverCall(
        function, operand, distance, function.isFramed() ? frame(order) : Frame.all(), name);
  }

  private Frame frame(List<SortKey> order) {
    int choice = random.nextInt(100);
    if (choice < 15) {
      return Frame.all();
    }
    if (choice < 30) {
      return Frame.running();
    }
    Field field = source.schema().field(source.schema().indexOf(order.get(0).column(), "order"));
    boolean isTime =
        field.type().kind() == Type.Kind.INSTANT || field.type().kind() == Type.Kind.DURATION;
    boolean isNumber = field.type().isInteger() || field.type().kind() == Type.Kind.DATE;
    if (choice < 65 || order.size() > 1 || !(isTime || isNumber)) {
      return choice < 45
          ? Frame.range(
              values.percent(70) ? Frame.UNBOUNDED : 0, values.percent(70) ? 0 : Frame.UNBOUNDED)
          : frame(Frame.Unit.ROWS, List.of(0L, 1L, 2L, 3L));
    }
    return isTime
        ? frame(Frame.Unit.TIME, List.of(0L, 1L, 30_000_000L, 300_000_000L, 1L << 62))
        : frame(Frame.Unit.VALUE, List.of(0L, 1L, 2L, 10L, Frame.UNBOUNDED - 1));
  }

  private Frame frame(Frame.Unit unit, List<Long> distances) {
    long preceding = values.percent(15) ? Frame.UNBOUNDED : values.pick(distances);
    long following = values.percent(15) ? Frame.UNBOUNDED : values.pick(distances);
    boolean isBefore = values.percent(15) && following <= preceding;
    boolean isBehind = !isBefore && values.percent(15) && preceding <= following;
    return new Frame(
        unit,
        isBehind && preceding != Frame.UNBOUNDED ? -preceding : preceding,
        isBefore && following != Frame.UNBOUNDED ? -following : following);
  }

  private Node top() {
    List<String> partition = values.percent(40) ? List.of() : partition();
    long offset = values.percent(60) ? 0 : random.nextInt(MAX_OFFSET);
    long limit = values.percent(30) ? 1 : random.nextInt(1, MAX_LIMIT);
    return Top.of(source, partition, order(), offset, limit);
  }

  private List<String> partition() {
    return values.percent(70)
        ? List.of(ordered.get(ordered.size() - 1).name())
        : ordered.stream().skip(1).limit(2).map(Field::name).toList();
  }

  private List<SortKey> order() {
    List<SortKey> order = new ArrayList<>();
    for (Field field : ordered) {
      if (order.isEmpty() || values.percent(30)) {
        SortKey key = new SortKey(field.name(), random.nextBoolean());
        boolean isTurned = field.name().hashCode() % 3 == 0;
        order.add(
            isTurned ? new SortKey(key.column(), key.isDescending(), !key.isNullFirst()) : key);
      }
    }
    return order;
  }
}
