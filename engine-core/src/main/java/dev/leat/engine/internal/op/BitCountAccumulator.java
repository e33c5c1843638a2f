package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code bit_and} and {@code bit_or} over input whose rows can be taken back: how many integers of
 * a group have each bit, a word for each, and how many there are.
 */
final class BitCountAccumulator extends Accumulator {
  private final boolean isAnd;
  private final int bits;
  private final int firstWord;
  private final int countWord;

  BitCountAccumulator(boolean isAnd, Type type, StateLayout layout) {
    this.isAnd = isAnd;
    this.bits = type.kind() == Type.Kind.INT ? Integer.SIZE : Long.SIZE;
    this.firstWord = layout.words(bits);
    this.countWord = layout.word();
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (values.isNull(row)) {
        continue;
      }
      int group = groups.at()[row];
      long weight = rows.weight(row);
      long value = values.word(row);
      for (int bit = 0; bit < bits; bit++) {
        words[group + firstWord + bit] += weight & -(value >>> bit & 1);
      }
      words[group + countWord] += weight;
    }
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      int group = i * stride;
      long count = rows[group + countWord];
      if (count == 0) {
        out.setNull(i);
        continue;
      }
      long needed = isAnd ? count : 1;
      long result = 0;
      for (int bit = 0; bit < bits; bit++) {
        result |= rows[group + firstWord + bit] >= needed ? 1L << bit : 0;
      }
      out.set(i, bits == Integer.SIZE ? (int) result : result);
    }
  }

  @Override
  boolean isTold() {
    return false;
  }
}
