package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code bool_or} and {@code bool_and}: how often a group saw true and false; over append-only
 * input, only whether it did.
 */
final class BoolAccumulator extends Accumulator {
  private final boolean isOr;
  private final boolean isAppendOnly;
  private long[] trues = new long[0];
  private long[] falses = new long[0];
  private byte[] seen = new byte[0];

  BoolAccumulator(boolean isOr, boolean isAppendOnly) {
    this.isOr = isOr;
    this.isAppendOnly = isAppendOnly;
  }

  @Override
  void ensure(int groups) {
    if (isAppendOnly && seen.length < groups) {
      seen = Arrays.copyOf(seen, Math.max(groups, 2 * seen.length));
    } else if (!isAppendOnly && trues.length < groups) {
      trues = Arrays.copyOf(trues, Math.max(groups, 2 * trues.length));
      falses = Arrays.copyOf(falses, trues.length);
    }
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    if (isAppendOnly) {
      see(groups, values, rows);
      return;
    }
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (values.isNull(row)) {
        continue;
      }
      if (values.word(row) != 0) {
        trues[groups[row]] += rows.weight(row);
      } else {
        falses[groups[row]] += rows.weight(row);
      }
    }
  }

  private void see(int[] groups, Column values, Batch rows) {
    long[] words = values.words();
    boolean hasNulls = values.nulls() != null;
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (!hasNulls || !values.isNull(row)) {
        seen[groups[row]] |= (byte) (1 << words[row]);
      }
    }
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      int group = groups[i];
      boolean sawTrue = isAppendOnly ? (seen[group] & 2) != 0 : trues[group] > 0;
      boolean sawFalse = isAppendOnly ? (seen[group] & 1) != 0 : falses[group] > 0;
      if (!sawTrue && !sawFalse) {
        out.setNull(first + STEP * i);
      } else {
        out.set(first + STEP * i, (isOr ? sawTrue : !sawFalse) ? 1 : 0);
      }
    }
  }

  @Override
  void clear(int group) {
    if (isAppendOnly) {
      seen[group] = 0;
    } else {
      trues[group] = 0;
      falses[group] = 0;
    }
  }
}
