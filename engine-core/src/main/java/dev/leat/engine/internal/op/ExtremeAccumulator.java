package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Type;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** {@code min} and {@code max} over append-only input: the extreme so far of each group. */
final class ExtremeAccumulator extends Accumulator implements RowResult {
  private final Type type;
  private final Dictionary dictionary;
  private final boolean isMax;
  private final boolean isByWord;
  private final int word;
  private final StateLayout.Flag present;

  ExtremeAccumulator(Type type, boolean isMax, Dictionary dictionary, StateLayout layout) {
    this.type = type;
    this.isMax = isMax;
    this.isByWord = !type.isEncoded() && !type.isFloating();
    this.dictionary = dictionary;
    this.word = layout.word();
    this.present = layout.flag(1);
  }

  @Override
  void initialize(long[] row) {
    if (isByWord) {
      // Every word is at least as good.
      row[word] = isMax ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    if (isByWord) {
      addByWord(groups, values, rows);
    } else {
      addByValue(groups, values, rows);
    }
  }

  /** Can it be folded together with another of the same rows and operand? */
  boolean canPair(ExtremeAccumulator other) {
    return isByWord && isMax != other.isMax;
  }

  /** Folds the selected rows of a batch into this and another, reading each value once. */
  void addBoth(ExtremeAccumulator other, GroupedRows groups, Column values, Batch rows) {
    if (values.nulls() != null || present.word() != other.present.word()) {
      addByWord(groups, values, rows);
      other.addByWord(groups, values, rows);
      return;
    }
    long bits = 1L << present.shift() | 1L << other.present.shift();
    if (!groups.flagAll(rows, present.word(), bits)) {
      flagEach(groups, values, rows);
      other.flagEach(groups, values, rows);
    }
    addMinMax(isMax ? other.word : word, isMax ? word : other.word, groups, values.words(), rows);
  }

  private static void addMinMax(
      int minWord, int maxWord, GroupedRows groups, long[] values, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int min = at[row] + minWord;
      int max = at[row] + maxWord;
      long value = values[row];
      words[min] = Math.min(words[min], value);
      words[max] = Math.max(words[max], value);
    }
  }

  /** For types whose words have the order of their values. */
  private void addByWord(GroupedRows groups, Column values, Batch rows) {
    if (values.nulls() != null || !groups.flagAll(rows, present.word(), 1L << present.shift())) {
      flagEach(groups, values, rows);
    }
    if (values.nulls() != null) {
      addNotNull(groups, values, rows);
    } else if (isMax) {
      addMax(groups, values.words(), rows);
    } else {
      addMin(groups, values.words(), rows);
    }
  }

  private void flagEach(GroupedRows groups, Column values, Batch rows) {
    for (int i = 0; i < rows.count(); i++) {
      if (!values.isNull(rows.row(i))) {
        present.set(groups.words(), groups.at()[rows.row(i)]);
      }
    }
  }

  private void addNotNull(GroupedRows groups, Column values, Batch rows) {
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        int at = groups.at()[row] + word;
        long value = values.word(row);
        words[at] = isMax ? Math.max(words[at], value) : Math.min(words[at], value);
      }
    }
  }

  private void addMax(GroupedRows groups, long[] values, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int group = at[row] + word;
      words[group] = Math.max(words[group], values[row]);
    }
  }

  private void addMin(GroupedRows groups, long[] values, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int group = at[row] + word;
      words[group] = Math.min(words[group], values[row]);
    }
  }

  private void addByValue(GroupedRows groups, Column values, Batch rows) {
    Dictionary.Values decoded = dictionary.values();
    long[] words = groups.words();
    int sign = isMax ? 1 : -1;
    int[] selection = rows.selection();
    for (int i = 0; i < rows.count(); i++) {
      int row = selection == null ? i : selection[i];
      if (values.isNull(row)) {
        continue;
      }
      int group = groups.at()[row];
      long value = values.word(row);
      if (!present.isSet(words, group, 0)
          || sign * Words.compare(type, value, words[group + word], decoded) > 0) {
        words[group + word] = value;
        present.set(words, group);
      }
    }
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    long[] results = out.words();
    boolean isNull = false;
    for (int i = first; i < end; i++) {
      results[i] = rows[i * stride + word];
      isNull |= !present.isSet(rows, i * stride, 0);
    }
    for (int i = first; isNull && i < end; i++) {
      if (!present.isSet(rows, i * stride, 0)) {
        out.setNull(i);
      }
    }
  }

  @Override
  RowResult rowResult() {
    return this;
  }

  @Override
  public boolean isNull(long[] words, int row) {
    return !present.isSet(words, row, 0);
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
  void mark(long[] words, int row, CodeSet live) {
    if (type.isEncoded() && present.isSet(words, row, 0)) {
      live.add(words[row + word]);
    }
  }
}
