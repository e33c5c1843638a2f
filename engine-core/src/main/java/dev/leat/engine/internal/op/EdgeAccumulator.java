package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TupleOrder;

/** {@code first} and {@code last} over input whose rows can be taken back. */
final class EdgeAccumulator extends OrderedAccumulator {
  private final boolean isLast;

  EdgeAccumulator(
      boolean isLast,
      TupleOrder order,
      OrderedMultisets tuples,
      boolean isResultEncoded,
      StateLayout layout) {
    super(order, tuples, false, isResultEncoded, layout);
    this.isLast = isLast;
  }

  @Override
  long result(int slot) {
    return tuples().at(slot, isLast ? tuples().size(slot) - 1 : 0);
  }
}
