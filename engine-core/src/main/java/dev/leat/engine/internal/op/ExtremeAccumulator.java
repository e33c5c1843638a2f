package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code min} and {@code max} over append-only input: the extreme so far of each group. */
final class ExtremeAccumulator extends Accumulator {
  private final Type type;
  private final Dictionary dictionary;
  private final int sign;
  private long[] extremes = new long[0];
  private boolean[] present = new boolean[0];

  ExtremeAccumulator(Type type, boolean isMax, Dictionary dictionary) {
    this.type = type;
    this.sign = isMax ? 1 : -1;
    this.dictionary = dictionary;
  }

  @Override
  void ensure(int groups) {
    if (extremes.length < groups) {
      extremes = Arrays.copyOf(extremes, Math.max(groups, 2 * extremes.length));
      present = Arrays.copyOf(present, extremes.length);
    }
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    if (type.isEncoded() || type.isFloating()) {
      addByValue(groups, values, rows);
    } else {
      addByWord(groups, values, rows);
    }
  }

  /** For types whose words have the order of their values. */
  private void addByWord(int[] groups, Column values, Batch rows) {
    long[] words = values.words();
    boolean hasNulls = values.nulls() != null;
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (hasNulls && values.isNull(row)) {
        continue;
      }
      int group = groups[row];
      long word = words[row];
      if (!present[group] || (sign > 0 ? word > extremes[group] : word < extremes[group])) {
        extremes[group] = word;
        present[group] = true;
      }
    }
  }

  private void addByValue(int[] groups, Column values, Batch rows) {
    Dictionary.Values decoded = dictionary.values();
    int[] selection = rows.selection();
    for (int i = 0; i < rows.count(); i++) {
      int row = selection == null ? i : selection[i];
      if (values.isNull(row)) {
        continue;
      }
      int group = groups[row];
      long word = values.word(row);
      if (!present[group] || sign * Words.compare(type, word, extremes[group], decoded) > 0) {
        extremes[group] = word;
        present[group] = true;
      }
    }
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      if (present[groups[i]]) {
        out.set(first + STEP * i, extremes[groups[i]]);
      } else {
        out.setNull(first + STEP * i);
      }
    }
  }

  @Override
  void clear(int group) {
    present[group] = false;
  }

  @Override
  void mark(CodeSet live) {
    if (type.isEncoded()) {
      for (int group = 0; group < extremes.length; group++) {
        if (present[group]) {
          live.add(extremes[group]);
        }
      }
    }
  }
}
