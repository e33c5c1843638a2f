package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TupleOrder;

/** {@code mode}: the value that comes most often, the least of several. */
final class ModeAccumulator extends OrderedAccumulator {
  ModeAccumulator(
      TupleOrder order, OrderedMultisets tuples, boolean isResultEncoded, StateLayout layout) {
    super(order, tuples, false, isResultEncoded, layout);
  }

  @Override
  long result(int slot) {
    return tuples().mode(slot);
  }
}
