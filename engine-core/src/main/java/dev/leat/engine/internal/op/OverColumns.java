package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.OverCall;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.SortKey;
import java.util.ArrayList;
import java.util.List;

/** Makes what computes the results of an operator over an order, and its summaries of subtrees. */
final class OverColumns implements OrderedRows.Summaries {
  private final Over node;
  private final OverRows rows;
  private final Dictionary dictionary;
  private final List<FrameAggregate> aggregates = new ArrayList<>();
  private final OverColumn[] columns;

  OverColumns(Over node, OverRows rows, Dictionary dictionary) {
    this.node = node;
    this.rows = rows;
    this.dictionary = dictionary;
    this.columns = new OverColumn[node.calls().size()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = column(i);
    }
    if (!aggregates.isEmpty()) {
      rows.ordered().summarize(this);
    }
  }

  private OverColumn column(int index) {
    OverCall call = node.calls().get(index);
    Schema input = node.input().schema();
    int column = rows.inputColumns() + index;
    int operand = call.operand() == null ? 0 : input.find(call.column());
    return switch (call.function()) {
      case ROW_NUMBER, RANK, DENSE_RANK ->
          new RankColumn(rows, call.function(), column, node.limit() != Over.UNLIMITED);
      case LAG -> new ShiftColumn(rows, operand, true, call.distance());
      case LEAD -> new ShiftColumn(rows, operand, false, call.distance());
      case FIRST_VALUE, LAST_VALUE ->
          new FrameColumn(rows, call.function(), call.frame(), bounds(call), operand, null);
      case COUNT, SUM, AVG, MIN, MAX -> {
        FrameAggregate aggregate = null;
        if (call.operand() != null) {
          aggregate =
              FrameAggregates.of(
                  call.function(),
                  rows,
                  operand,
                  input.field(operand).type(),
                  node.schema().field(column).type(),
                  dictionary);
          aggregates.add(aggregate);
        }
        yield new FrameColumn(
            rows, call.function(), call.frame(), bounds(call), operand, aggregate);
      }
    };
  }

  private FrameBounds bounds(OverCall call) {
    if (node.order().isEmpty()) {
      return FrameBounds.unordered(rows, call.frame());
    }
    SortKey first = node.order().get(0);
    int column = node.input().schema().find(first.column());
    return new FrameBounds(rows, call.frame(), column, first);
  }

  /** What computes each result. */
  OverColumn[] columns() {
    return columns;
  }

  /** About how many bytes of summaries there are for each row. */
  long bytesOfRow() {
    return aggregates.stream().mapToLong(a -> (long) a.stride() * Long.BYTES).sum();
  }

  @Override
  public void ensure(int slots) {
    for (FrameAggregate aggregate : aggregates) {
      aggregate.ensure(slots);
    }
  }

  @Override
  public void combine(int slot, int left, int right) {
    for (FrameAggregate aggregate : aggregates) {
      aggregate.combine(slot, left, right);
    }
  }
}
