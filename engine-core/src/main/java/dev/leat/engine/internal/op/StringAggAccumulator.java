package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.OrderedMultisets;
import dev.leat.engine.internal.state.TupleOrder;

/**
 * {@code string_agg}: all strings of a group in order, with a separator between. A change of a
 * group costs the length of its string, which is made anew.
 */
final class StringAggAccumulator extends OrderedAccumulator {
  /** A character takes two bytes at most here. */
  private static final int MAX_CHARS = Aggregated.MAX_BYTES / 2;

  private final Dictionary dictionary;
  private final String separator;
  private final StringBuilder text = new StringBuilder();
  private boolean isFirst;

  StringAggAccumulator(
      String separator,
      TupleOrder order,
      OrderedMultisets tuples,
      Dictionary dictionary,
      StateLayout layout) {
    super(order, tuples, false, true, layout);
    this.dictionary = dictionary;
    this.separator = separator;
  }

  @Override
  boolean fails(int slot) {
    text.setLength(0);
    isFirst = true;
    Dictionary.Values values = dictionary.values();
    tuples()
        .forEach(
            slot,
            (words, from, times) -> {
              String string = values.string(TupleOrder.value(words, from));
              for (long i = 0; i < times && text.length() <= MAX_CHARS; i++) {
                text.append(isFirst ? "" : separator).append(string);
                isFirst = false;
              }
              return text.length() <= MAX_CHARS;
            });
    return text.length() > MAX_CHARS;
  }

  @Override
  long result(int slot) {
    return dictionary.intern(text.toString());
  }

  @Override
  String reason() {
    return Aggregated.tooLong("a string of the values of a group");
  }
}
