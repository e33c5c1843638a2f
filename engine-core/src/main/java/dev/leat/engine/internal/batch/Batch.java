package dev.leat.engine.internal.batch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes of one relation in one epoch: columns, a weight for each row (none where all are +1), and
 * a selection of the rows that count (none where all do). The one thing that travels between
 * operators.
 *
 * <p>An operator owns its output batch and fills it anew each step; it may hold columns, weights
 * and selection of another's batch. Loops over a batch look like this:
 *
 * <pre>{@code
 * int[] selection = batch.selection();
 * for (int i = 0; i < batch.count(); i++) {
 *   int row = selection == null ? i : selection[i];
 *   ...
 * }
 * }</pre>
 */
public final class Batch {
  private final Column[] columns;
  private int rows;
  private int count;
  private int @Nullable [] selection;
  private long @Nullable [] weights;
  private int @Nullable [] slots;
  private boolean isConsolidated;

  /** An empty batch with columns of its own. */
  public Batch(int columnCount) {
    columns = new Column[columnCount];
    for (int i = 0; i < columnCount; i++) {
      columns[i] = new Column();
    }
  }

  /** An empty batch over the columns of others. */
  public Batch(List<Column> columns) {
    this.columns = columns.toArray(new Column[0]);
  }

  /** Sets what the batch holds: all rows of its columns. */
  public void fill(int rowCount, long @Nullable [] rowWeights) {
    select(rowCount, null, rowCount, rowWeights);
  }

  /**
   * Sets what the batch holds.
   *
   * @param rowCount rows in the columns
   * @param selected ascending indexes of the rows that count; null for all
   * @param selectedCount how many count
   * @param rowWeights by row of the columns, not by place in the selection; null if all are +1
   */
  public void select(
      int rowCount, int @Nullable [] selected, int selectedCount, long @Nullable [] rowWeights) {
    rows = rowCount;
    selection = selected;
    count = selectedCount;
    weights = rowWeights;
    slots = null;
    isConsolidated = false;
  }

  /**
   * Says that no row is taken back and added again unchanged. After {@link #select}, which forgets
   * it.
   */
  public void consolidated() {
    isConsolidated = true;
  }

  /** Is it known that no row is taken back and added again unchanged? */
  public boolean isConsolidated() {
    return isConsolidated;
  }

  /**
   * Says by which number the operator that groups the rows knows the key of each row, by row of the
   * columns. A key keeps its number for as long as it has a row; another may have it from the next
   * epoch on. After {@link #select}, which forgets it.
   */
  public void number(int @Nullable [] rowSlots) {
    slots = rowSlots;
  }

  /** The numbers of the rows' keys, by row; null if nobody gave them. */
  public int @Nullable [] slots() {
    return slots;
  }

  /** Makes it empty. */
  public void clear() {
    select(0, null, 0, null);
  }

  /** Puts another column into a place; for operators that share columns of their input. */
  public void share(int index, Column column) {
    columns[index] = column;
  }

  public Column column(int index) {
    return columns[index];
  }

  public int columnCount() {
    return columns.length;
  }

  /** How many rows the columns have, whether they count or not. */
  public int rows() {
    return rows;
  }

  /** How many rows count. */
  public int count() {
    return count;
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** The rows that count, ascending; null for all. */
  public int @Nullable [] selection() {
    return selection;
  }

  /** Weights by row; null if all are +1. */
  public long @Nullable [] weights() {
    return weights;
  }

  /** The row at a place of the selection. */
  public int row(int index) {
    return selection == null ? index : selection[index];
  }

  /** The weight of a row. */
  public long weight(int row) {
    return weights == null ? 1 : weights[row];
  }
}
