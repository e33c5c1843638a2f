package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import org.jspecify.annotations.Nullable;

/**
 * Folds weighted rows into the state of their groups, and takes them out again: one aggregate of
 * all groups of an operator.
 *
 * <p><b>Law.</b> {@code add} of a row with weight w and then with weight -w leaves its group as it
 * was, and the order of rows does not matter. An accumulator for append-only input need not take
 * negative weights.
 *
 * <p><b>Threading.</b> One thread; implementations neither lock nor block.
 *
 * <p><b>Ownership.</b> Columns are valid during the call only.
 */
abstract class Accumulator {
  /** Makes room for groups 0 to {@code groups - 1}; new ones are empty. */
  abstract void ensure(int groups);

  /**
   * Folds the selected rows of a batch.
   *
   * @param groups the group of each selected row, at the row's index
   * @param operand the operand's column; null for an aggregate of rows
   */
  abstract void add(int[] groups, @Nullable Column operand, Batch rows);

  /** Results are written into every other row: a group's old and new row lie next to each other. */
  static final int STEP = 2;

  /**
   * Writes the results of some groups: the first at a row, the next two rows further, and so on. A
   * result that does not fit its type is an error of that row.
   */
  abstract void write(int[] groups, int count, Column out, int first, RowErrors errors);

  /** Makes a group empty, whatever was folded into it. */
  abstract void clear(int group);

  /** Adds the dictionary codes that it holds. */
  void mark(CodeSet live) {}
}
