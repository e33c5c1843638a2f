package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.TouchedRows;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Folds weighted rows into the state of their groups, and takes them out again: one aggregate of
 * all groups of an operator. Its state lies in words of the groups' rows, which it gets from a
 * {@link StateLayout} when it is made. What does not fit there it keeps beside, by slot.
 *
 * <p><b>Laws.</b> {@code add} of a row with weight w and then with weight -w leaves the result of
 * its group as it was, and the order of rows does not matter. An accumulator for append-only input
 * need not take negative weights. After {@code settle}, a group's result follows from the words of
 * its row alone: whoever keeps something beside puts his result into words then. So a group whose
 * words did not change did not change, and what a row was tells what its result was.
 *
 * <p><b>Checkpoints.</b> The rows are captured by the operator, what is beside by the accumulator;
 * on restoring, the rows are there first.
 *
 * <p><b>Threading.</b> One thread; implementations neither lock nor block.
 *
 * <p><b>Ownership.</b> Columns and words are valid during the call only.
 */
abstract class Accumulator implements Checkpointed {
  /** Sets what a new group begins with, where that is not zeros. */
  void initialize(long[] row) {}

  /**
   * Folds the selected rows of a batch.
   *
   * @param groups the groups of the batch's rows
   * @param operand the operand's column; null for an aggregate of rows
   */
  abstract void add(GroupedRows groups, @Nullable Column operand, Batch rows);

  /**
   * Folds the selected rows of a batch.
   *
   * @param operands the columns of all that the aggregate reads, its operand first
   */
  void add(GroupedRows groups, Column[] operands, Batch rows) {
    add(groups, operands[0], rows);
  }

  /**
   * Takes what a group has into another, which leaves the first as it is. Over input whose rows can
   * be taken back only those need it that add up, as the first may be a group with rows that are
   * taken back and no others. What is beside of the first is forgotten by {@link #clear}, later;
   * until then it must do no harm.
   */
  void merge(GroupMerge merge) {
    throw new IllegalStateException("groups of this aggregate cannot become one: " + getClass());
  }

  /** Puts the results of the touched groups into their words, where they are kept beside. */
  void settle(TouchedRows touched) {}

  /**
   * Writes the results of some groups' rows into the same rows of a column that has no nulls in
   * them yet. A result that does not fit its type is an error of that row.
   *
   * @param rows the groups' rows, one behind the other
   * @param stride words of each
   * @param first the first row
   * @param end behind the last row
   */
  abstract void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors);

  /**
   * Reads results of single rows, for readers on other threads; null if it cannot be done without
   * what is beside, or if a result can fail.
   */
  @Nullable RowResult rowResult() {
    return null;
  }

  /** Do different words always mean different results? */
  abstract boolean isTold();

  /** Forgets what it keeps beside of a group whose rows were all taken back. */
  void clear(int slot) {}

  /** Forgets what it keeps beside of some groups, whatever their rows are. */
  void end(BitSet slots) {
    slots.stream().forEach(this::clear);
  }

  /** About how many bytes is taken by what it keeps beside. */
  long besideBytes() {
    return 0;
  }

  /** Adds the dictionary codes that it holds in the row of a group. */
  void mark(long[] words, int row, CodeSet live) {}

  /** Adds the dictionary codes that it holds beside. */
  void mark(CodeSet live) {}

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {}
}
