package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Frame;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Computes columns of each row of a partition from the rows around it, by looking at all of them.
 */
final class ReferenceOver {
  private final Over node;
  private final Schema schema;
  private final ReferenceOrder order;
  private final List<ReferenceRow> rows;

  /** Over the rows of one partition. */
  ReferenceOver(Over node, List<ReferenceRow> partition) {
    this.node = node;
    this.schema = node.input().schema();
    this.order = new ReferenceOrder(schema, node.order());
    this.rows = partition.stream().sorted(order).toList();
  }

  int size() {
    return rows.size();
  }

  /** A row with its results; null if it is beyond the limit. */
  @Nullable ReferenceRow result(int index) {
    List<@Nullable Object> values = new ArrayList<>(rows.get(index).values());
    for (int i = 0; i < node.calls().size(); i++) {
      Object value = value(node.calls().get(i), index);
      if (i == node.limitedCall() && (long) Objects.requireNonNull(value) > node.limit()) {
        return null;
      }
      values.add(value);
    }
    return new ReferenceRow(values);
  }

  private @Nullable Object value(OverCall call, int index) {
    ReferenceRow row = rows.get(index);
    return switch (call.function()) {
      case ROW_NUMBER -> index + 1L;
      case RANK -> 1 + rows.stream().filter(r -> order.compareKeys(r, row) < 0).count();
      case DENSE_RANK -> denseRank(index);
      case LAG -> operand(call, index - call.distance());
      case LEAD -> operand(call, index + call.distance());
      case FIRST_VALUE -> {
        List<Integer> frame = frame(call.frame(), index);
        yield frame.isEmpty() ? null : operand(call, frame.get(0));
      }
      case LAST_VALUE -> {
        List<Integer> frame = frame(call.frame(), index);
        yield frame.isEmpty() ? null : operand(call, frame.get(frame.size() - 1));
      }
      case COUNT -> aggregate(AggregateFunction.COUNT, call, index);
      case SUM -> aggregate(AggregateFunction.SUM, call, index);
      case AVG -> aggregate(AggregateFunction.AVG, call, index);
      case MIN -> aggregate(AggregateFunction.MIN, call, index);
      case MAX -> aggregate(AggregateFunction.MAX, call, index);
    };
  }

  private long denseRank(int index) {
    long rank = 1;
    for (int i = 1; i <= index; i++) {
      rank += order.compareKeys(rows.get(i - 1), rows.get(i)) == 0 ? 0 : 1;
    }
    return rank;
  }

  private @Nullable Object operand(OverCall call, long index) {
    return index < 0 || index >= rows.size()
        ? null
        : rows.get((int) index).value(schema.indexOf(call.column(), "operand"));
  }

  private @Nullable Object aggregate(AggregateFunction function, OverCall call, int index) {
    Expr operand = call.operand();
    AggregateCall plain = new AggregateCall(function, operand, null, false, "a");
    Node.Aggregate aggregate = Node.Aggregate.of(node.input(), List.of(), List.of(plain));
    ReferenceAggregates aggregates = new ReferenceAggregates(aggregate);
    List<List<@Nullable Object>> operands = new ArrayList<>();
    for (int i : frame(call.frame(), index)) {
      operands.add(aggregates.operands(rows.get(i)));
    }
    return aggregates.result(List.of(), operands).value(0);
  }

  private List<Integer> frame(Frame frame, int index) {
    List<Integer> within = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      if (isWithin(frame, i, index)) {
        within.add(i);
      }
    }
    return within;
  }

  private boolean isWithin(Frame frame, int other, int index) {
    if (frame.unit() != Frame.Unit.ROWS && isNullInOrder(other) && isNullInOrder(index)) {
      // Nulls are no distance from each other, and none would be too far.
      return true;
    }
    return (frame.preceding() == Frame.UNBOUNDED
            || distance(frame, other, index).compareTo(BigInteger.valueOf(-frame.preceding())) >= 0)
        && (frame.following() == Frame.UNBOUNDED
            || distance(frame, other, index).compareTo(BigInteger.valueOf(frame.following())) <= 0);
  }

  private boolean isNullInOrder(int index) {
    int column = schema.indexOf(node.order().get(0).column(), "order");
    return node.order().size() == 1 && rows.get(index).value(column) == null;
  }

  /** How far a row is behind another; rows that are null, or only one of which is, infinitely. */
  private BigInteger distance(Frame frame, int other, int index) {
    if (frame.unit() == Frame.Unit.ROWS) {
      return BigInteger.valueOf(other - (long) index);
    }
    int compared = order.compareKeys(rows.get(other), rows.get(index));
    if (compared == 0) {
      return BigInteger.ZERO;
    }
    BigInteger infinite = BigInteger.TWO.pow(70).multiply(BigInteger.valueOf(compared));
    if (node.order().size() > 1) {
      return infinite;
    }
    SortKey key = node.order().get(0);
    int column = schema.indexOf(key.column(), "order");
    BigInteger there = number(rows.get(other).value(column));
    BigInteger here = number(rows.get(index).value(column));
    if (there == null || here == null) {
      return infinite;
    }
    return key.isDescending() ? here.subtract(there) : there.subtract(here);
  }

  private static @Nullable BigInteger number(@Nullable Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return BigInteger.valueOf(((Number) value).longValue());
    }
    if (value instanceof Instant instant) {
      return BigInteger.valueOf(ReferenceValues.micros(instant));
    }
    if (value instanceof Duration duration) {
      return BigInteger.valueOf(ReferenceValues.micros(duration));
    }
    return value instanceof LocalDate date ? BigInteger.valueOf(date.toEpochDay()) : null;
  }
}
