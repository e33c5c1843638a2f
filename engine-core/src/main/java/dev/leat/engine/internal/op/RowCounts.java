package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Folds all counts of rows of an operator together: some words of each group, and for each which
 * rows it counts. A row adds its condition's 0 or 1 to several words of its group at once, while
 * these are at hand, and without a branch.
 */
final class RowCounts {
  private static final int AT_ONCE = 4;

  private final int[] counted;
  private final long[][] columns;
  private long[] ones = new long[0];

  /** Counts in some words of a group's row. */
  RowCounts(int[] counted) {
    this.counted = counted.clone();
    this.columns = new long[counted.length][];
  }

  /**
   * Folds the selected rows of a batch.
   *
   * @param conditions for each word, a column of the rows that it counts; null for all rows
   * @param isOneGroup are all rows of one group?
   */
  void add(GroupedRows groups, @Nullable Column[] conditions, Batch rows, boolean isOneGroup) {
    if (rows.isEmpty()) {
      return;
    }
    prepare(conditions, rows.rows());
    if (isOneGroup) {
      addToOne(groups, rows);
    } else if (rows.weights() != null) {
      addWeights(groups, rows, rows.weights());
    } else {
      for (int from = 0; from < counted.length; from += AT_ONCE) {
        addFrom(from, groups, rows);
      }
    }
  }

  private void prepare(@Nullable Column[] conditions, int rows) {
    for (int i = 0; i < columns.length; i++) {
      Column condition = conditions[i];
      columns[i] = condition == null ? ones(rows) : condition.words();
    }
  }

  private long[] ones(int rows) {
    if (ones.length < rows) {
      ones = new long[rows + (rows >> 1)];
      Arrays.fill(ones, 1);
    }
    return ones;
  }

  private void addToOne(GroupedRows groups, Batch rows) {
    int[] selection = rows.selection();
    long[] weights = rows.weights();
    int count = rows.count();
    int group = groups.at()[rows.row(0)];
    for (int c = 0; c < columns.length; c++) {
      long[] column = columns[c];
      long sum = 0;
      if (selection == null && weights != null) {
        for (int row = 0; row < count; row++) {
          sum += weights[row] & -column[row];
        }
      } else {
        for (int i = 0; i < count; i++) {
          int row = selection == null ? i : selection[i];
          sum += weights == null ? column[row] : weights[row] & -column[row];
        }
      }
      groups.words()[group + counted[c]] += sum;
    }
  }

  private void addWeights(GroupedRows groups, Batch rows, long[] weights) {
    int[] at = groups.at();
    long[] words = groups.words();
    for (int c = 0; c < columns.length; c++) {
      long[] column = columns[c];
      int word = counted[c];
      int[] selection = rows.selection();
      int count = rows.count();
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        words[at[row] + word] += weights[row] & -column[row];
      }
    }
  }

  private void addFrom(int from, GroupedRows groups, Batch rows) {
    switch (Math.min(AT_ONCE, counted.length - from)) {
      case 1 -> addOne(from, groups, rows);
      case 2 -> addTwo(from, groups, rows);
      case 3 -> {
        addTwo(from, groups, rows);
        addOne(from + 2, groups, rows);
      }
      default -> addFour(from, groups, rows);
    }
  }

  private void addOne(int from, GroupedRows groups, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    long[] a = columns[from];
    int wordA = counted[from];
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      words[at[row] + wordA] += a[row];
    }
  }

  private void addTwo(int from, GroupedRows groups, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    long[] a = columns[from];
    long[] b = columns[from + 1];
    int wordA = counted[from];
    int wordB = counted[from + 1];
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int group = at[row];
      words[group + wordA] += a[row];
      words[group + wordB] += b[row];
    }
  }

  private void addFour(int from, GroupedRows groups, Batch rows) {
    int[] at = groups.at();
    long[] words = groups.words();
    int[] selection = rows.selection();
    int count = rows.count();
    long[] a = columns[from];
    long[] b = columns[from + 1];
    long[] c = columns[from + 2];
    long[] d = columns[from + 3];
    int wordA = counted[from];
    int wordB = counted[from + 1];
    int wordC = counted[from + 2];
    int wordD = counted[from + 3];
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int group = at[row];
      words[group + wordA] += a[row];
      words[group + wordB] += b[row];
      words[group + wordC] += c[row];
      words[group + wordD] += d[row];
    }
  }
}
