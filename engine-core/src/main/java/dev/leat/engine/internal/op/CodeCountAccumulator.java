package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.CodeBitmaps;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts the distinct values of a dictionary-encoded operand over append-only input. The count is
 * in a word of the group, the sets of codes are beside.
 */
final class CodeCountAccumulator extends Accumulator implements RowResult {
  private final CodeBitmaps codes;
  private final int word;
  private int[] counted = new int[0];
  private int[] isNew = new int[0];

  CodeCountAccumulator(StateLayout layout, Hashing hashing) {
    codes = new CodeBitmaps(hashing);
    word = layout.word();
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    if (counted.length < rows.count()) {
      counted = new int[rows.count() + (rows.count() >> 1)];
      isNew = new int[counted.length];
    }
    int count = notNull(values, rows);
    codes.add(groups.slots(), values.words(), counted, count, isNew);
    int[] at = groups.at();
    long[] words = groups.words();
    for (int i = 0; i < count; i++) {
      words[at[counted[i]] + word] += isNew[i];
    }
  }

  private int notNull(Column values, Batch rows) {
    boolean hasNulls = values.nulls() != null;
    int[] selection = rows.selection();
    int count = 0;
    for (int i = 0; i < rows.count(); i++) {
      int row = selection == null ? i : selection[i];
      counted[count] = row;
      count += hasNulls && values.isNull(row) ? 0 : 1;
    }
    return count;
  }

  @Override
  void merge(GroupMerge merge) {
    merge.words()[merge.to() + word] += codes.addAll(merge.fromSlot(), merge.toSlot());
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    long[] results = out.words();
    for (int i = first; i < end; i++) {
      results[i] = rows[i * stride + word];
    }
  }

  @Override
  RowResult rowResult() {
    return this;
  }

  @Override
  public boolean isNull(long[] words, int row) {
    return false;
  }

  @Override
  public long word(long[] words, int row) {
    return words[row + word];
  }

  @Override
  boolean isTold() {
    return true;
  }

  @Override
  void clear(int slot) {
    codes.clear(slot);
  }

  @Override
  void end(BitSet slots) {
    codes.removeAll(slots);
  }

  @Override
  long besideBytes() {
    return codes.bytes();
  }

  @Override
  void mark(CodeSet live) {
    codes.mark(live);
  }

  @Override
  public StateImage capture() {
    return codes.capture();
  }

  @Override
  public void restore(StateReader in) {
    codes.restore(in);
  }
}
