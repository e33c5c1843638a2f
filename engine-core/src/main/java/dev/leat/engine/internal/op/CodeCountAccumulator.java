package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.CodeBitmaps;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts the distinct values of a dictionary-encoded operand over append-only input. */
final class CodeCountAccumulator extends Accumulator {
  private final CodeBitmaps codes;
  private long[] counts = new long[0];

  CodeCountAccumulator(Hashing hashing) {
    codes = new CodeBitmaps(hashing);
  }

  @Override
  void ensure(int groups) {
    if (counts.length < groups) {
      counts = Arrays.copyOf(counts, Math.max(groups, 2 * counts.length));
    }
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] words = values.words();
    boolean hasNulls = values.nulls() != null;
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (!hasNulls || !values.isNull(row)) {
        counts[groups[row]] += codes.add(groups[row], words[row]);
      }
    }
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      out.set(first + STEP * i, counts[groups[i]]);
    }
  }

  @Override
  void clear(int group) {
    throw new IllegalStateException("groups of append-only input do not end: group=" + group);
  }

  @Override
  void mark(CodeSet live) {
    codes.mark(live);
  }
}
