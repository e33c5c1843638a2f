package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code bool_or} and {@code bool_and} over append-only input: two bits, whether a group saw any
 * value, and whether it saw the one that decides, which is true for {@code bool_or} and false for
 * {@code bool_and}. Those over all rows of a batch are folded together by {@link SeenFlags}.
 */
final class SeenAccumulator extends Accumulator implements RowResult {
  private static final int ANY = 0;
  private static final int DECIDING = 1;

  private final StateLayout.Flag flag;
  private final long flip;

  SeenAccumulator(boolean isOr, StateLayout layout) {
    this.flag = layout.flag(2);
    this.flip = isOr ? 0 : 1;
  }

  /** The word that holds its bits. */
  int word() {
    return flag.word();
  }

  /** The bits to be set for a value, which is 0 or 1. */
  private long bits(long value) {
    return ((value ^ flip) << DECIDING | 1) << flag.shift();
  }

  /**
   * Adds the bits that the values of a column set to those of its rows, where they are selected.
   */
  void flags(Column operand, Batch rows, long[] flags) {
    long[] values = operand.words();
    int[] selection = rows.selection();
    int count = rows.count();
    if (operand.nulls() != null) {
      for (int i = 0; i < count; i++) {
        int row = rows.row(i);
        flags[row] |= operand.isNull(row) ? 0 : bits(values[row]);
      }
    } else if (selection == null) {
      long flipped = flip;
      int shift = flag.shift();
      for (int row = 0; row < count; row++) {
        flags[row] |= ((values[row] ^ flipped) << DECIDING | 1) << shift;
      }
    } else {
      for (int i = 0; i < count; i++) {
        flags[selection[i]] |= bits(values[selection[i]]);
      }
    }
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    int[] at = groups.at();
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        words[at[row] + flag.word()] |= bits(values.word(row));
      }
    }
  }

  @Override
  void merge(GroupMerge merge) {
    merge.set(flag.word(), (1L << ANY | 1L << DECIDING) << flag.shift());
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    long[] results = out.words();
    int from = first * stride + flag.word();
    long nulls = 0;
    for (int i = first; i < end; i++) {
      long bits = rows[from] >>> flag.shift();
      results[i] = (bits >>> DECIDING & 1) ^ flip;
      nulls |= ~bits;
      from += stride;
    }
    if ((nulls & 1) != 0) {
      for (int i = first; i < end; i++) {
        if (!flag.isSet(rows, i * stride, ANY)) {
          out.setNull(i);
        }
      }
    }
  }

  @Override
  RowResult rowResult() {
    return this;
  }

  @Override
  public boolean isNull(long[] words, int row) {
    return !flag.isSet(words, row, ANY);
  }

  @Override
  public long word(long[] words, int row) {
    return (words[row + flag.word()] >>> (flag.shift() + DECIDING) & 1) ^ flip;
  }

  @Override
  boolean isTold() {
    return true;
  }
}
