package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TupleOrder;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Type;
import java.util.List;
import java.util.Objects;

/** Makes the accumulators of aggregates that depend on an order. */
final class OrderedAccumulators {
  private final boolean isAppendOnly;
  private final Dictionary dictionary;
  private final StateLayout layout;

  /** Accumulators that keep their results in rows of a layout. */
  OrderedAccumulators(boolean isAppendOnly, Dictionary dictionary, StateLayout layout) {
    this.isAppendOnly = isAppendOnly;
    this.dictionary = dictionary;
    this.layout = layout;
  }

  /** A new accumulator for a call with operands of some types. */
  Accumulator of(AggregateCall call, List<Type> types) {
    Type type = types.get(0);
    TupleOrder order = new TupleOrder(types, call.order(), dictionary);
    boolean isLast = call.function() == AggregateFunction.LAST;
    return switch (call.function()) {
      case FIRST, LAST ->
          isAppendOnly
              ? new KeptEdgeAccumulator(isLast, order, layout)
              : new EdgeAccumulator(isLast, order, tuples(order, call), type.isEncoded(), layout);
      case ARRAY_AGG -> new ArrayAccumulator(type, order, tuples(order, call), dictionary, layout);
      case STRING_AGG ->
          new StringAggAccumulator(
              (String) Objects.requireNonNull(call.arguments().constant(), "separator"),
              order,
              tuples(order, call),
              dictionary,
              layout);
      case MODE -> new ModeAccumulator(order, tuples(order, call), type.isEncoded(), layout);
      case PERCENTILE_DISC, PERCENTILE_CONT ->
          new PercentileAccumulator(
              call.function() == AggregateFunction.PERCENTILE_CONT,
              (Double) Objects.requireNonNull(call.arguments().constant(), "fraction"),
              type,
              order,
              tuples(order, call),
              new PercentileAccumulator.Placement(dictionary, layout));
      default -> throw new IllegalArgumentException("needs no order: " + call);
    };
  }

  private OrderedMultisets tuples(TupleOrder order, AggregateCall call) {
    return new OrderedMultisets(order, call.isDistinct(), dictionary.hashing());
  }
}
