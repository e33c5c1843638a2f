package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.ArrayBytes;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TupleOrder;
import dev.leat.engine.plan.Type;

/**
 * {@code array_agg}: all values of a group in order. A change of a group costs the length of its
 * array, which is made anew.
 */
final class ArrayAccumulator extends OrderedAccumulator {
  private final Dictionary dictionary;
  private final ArrayBytes.Builder builder;

  ArrayAccumulator(
      Type element,
      TupleOrder order,
      OrderedMultisets tuples,
      Dictionary dictionary,
      StateLayout layout) {
    super(order, tuples, true, true, layout);
    this.dictionary = dictionary;
    this.builder = new ArrayBytes.Builder(element);
  }

  @Override
  boolean fails(int slot) {
    builder.start();
    Dictionary.Values values = dictionary.values();
    tuples()
        .forEach(
            slot,
            (words, from, times) -> {
              for (long i = 0; i < times && builder.size() <= Aggregated.MAX_BYTES; i++) {
                if (TupleOrder.isValueNull(words, from)) {
                  builder.addNull();
                } else {
                  builder.add(TupleOrder.value(words, from), values);
                }
              }
              return builder.size() <= Aggregated.MAX_BYTES;
            });
    return builder.size() > Aggregated.MAX_BYTES;
  }

  @Override
  long result(int slot) {
    return dictionary.intern(builder.toBytes());
  }

  @Override
  String reason() {
    return Aggregated.tooLong("an array of the values of a group");
  }
}
