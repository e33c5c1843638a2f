package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.AggregateFunction;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bits of integers in one word: {@code bit_xor}, which takes rows back as it takes them in, and
 * {@code bit_and} and {@code bit_or} over append-only input.
 */
final class BitAccumulator extends Accumulator {
  private final AggregateFunction function;
  private final int word;
  private final int countWord;

  BitAccumulator(AggregateFunction function, StateLayout layout) {
    this.function = function;
    this.word = layout.word();
    this.countWord = layout.word();
  }

  @Override
  void initialize(long[] row) {
    row[word] = function == AggregateFunction.BIT_AND ? -1 : 0;
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        int group = groups.at()[row];
        long weight = rows.weight(row);
        words[group + word] = folded(words[group + word], values.word(row), weight);
        words[group + countWord] += weight;
      }
    }
  }

  private long folded(long bits, long value, long weight) {
    return switch (function) {
      case BIT_AND -> bits & value;
      case BIT_OR -> bits | value;
      default -> bits ^ (value & -(weight & 1));
    };
  }

  @Override
  void merge(GroupMerge merge) {
    long[] words = merge.words();
    int to = merge.to() + word;
    words[to] = folded(words[to], words[merge.from() + word], 1);
    merge.add(countWord);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      if (rows[i * stride + countWord] == 0) {
        out.setNull(i);
      } else {
        out.set(i, rows[i * stride + word]);
      }
    }
  }

  @Override
  boolean isTold() {
    return false;
  }
}
