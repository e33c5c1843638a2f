package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.OrderedRows;
import java.util.Arrays;

/**
 * An aggregate over any rows between two places: of each subtree of the order it keeps, in some
 * words, what its rows come to, and a frame is put together from subtrees and single rows, some
 * twenty of each in a million.
 *
 * <p><b>Law.</b> Words of two neighbouring runs of rows, put together, are those of both runs.
 *
 * <p>Summaries follow from the rows, so they are in no checkpoint.
 */
abstract class FrameAggregate implements OrderedRows.Fold {
  private final OverRows rows;
  private final int column;
  private final int stride;
  private long[] subtrees = new long[0];
  private final long[] total;

  /**
   * An aggregate of a column.
   *
   * @param stride how many words a summary has
   */
  FrameAggregate(OverRows rows, int column, int stride) {
    this.rows = rows;
    this.column = column;
    this.stride = stride;
    this.total = new long[stride];
  }

  /** Adds a value that is not null to a summary. */
  abstract void addValue(long[] words, int at, long value);

  /** Adds another summary to one. */
  abstract void addWords(long[] words, int at, long[] other, int otherAt);

  /** Writes the result of a summary into the first row of a column, which is empty. */
  abstract void write(long[] words, Column out, RowErrors errors);

  /** Do equal results mean that no value is in one and not in the other that would show? */
  abstract boolean isTold();

  /** Makes room for summaries of slots below a bound. */
  final void ensure(int slots) {
    subtrees = Arrays.copyOf(subtrees, Math.multiplyExact(slots, stride));
  }

  /** How many words a summary has. */
  final int stride() {
    return stride;
  }

  /** Makes the summary of a row's subtree. */
  final void combine(int slot, int left, int right) {
    int at = slot * stride;
    Arrays.fill(subtrees, at, at + stride, 0);
    if (left >= 0) {
      addWords(subtrees, at, subtrees, left * stride);
    }
    addRow(subtrees, at, slot);
    if (right >= 0) {
      addWords(subtrees, at, subtrees, right * stride);
    }
  }

  private void addRow(long[] words, int at, int slot) {
    if (rows.isLive(slot) && !rows.isNull(slot, column)) {
      addValue(words, at, rows.word(slot, column));
    }
  }

  /** Begins with no rows. */
  void start() {
    Arrays.fill(total, 0);
  }

  @Override
  public void subtree(int slot) {
    addWords(total, 0, subtrees, slot * stride);
  }

  @Override
  public void row(int slot) {
    addRow(total, 0, slot);
  }

  /** Writes the result of the rows since {@link #start}. */
  void write(Column out, RowErrors errors) {
    write(total, out, errors);
  }

  final OverRows rows() {
    return rows;
  }

  final int column() {
    return column;
  }

  final long[] subtrees() {
    return subtrees;
  }
}
