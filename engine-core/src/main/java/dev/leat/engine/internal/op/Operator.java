package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import java.util.List;

/**
 * Turns the changes of its inputs in one epoch into the changes of its result.
 *
 * <p><b>Law.</b> The sum of all output changes is the operation's result, in batch, on the sum of
 * all input changes, after every step.
 *
 * <p><b>Contract.</b> {@link #step} is called once an epoch, after the steps of all inputs, also
 * when there are no changes. Output follows from the input and from earlier steps alone: no clock,
 * no hash order.
 *
 * <p><b>Numbers.</b> An operator whose relation has a key gives each key a number for as long as it
 * has a row ({@link Batch#slots}), and has at most one old row (-1) and one new row (+1) of a key
 * in a batch, the old right before the new. Operators that keep the key pass the numbers on; views
 * store rows by them.
 *
 * <p><b>Rows that stay.</b> Each row of an append-only relation comes by itself, with weight 1,
 * also among its equals.
 *
 * <p><b>Checkpoints.</b> What {@link #capture} gives is the state between two steps; an operator
 * that keeps none gives {@code StateImage.EMPTY} and reads nothing. A restored operator gives keys
 * the same numbers as the one that was captured would have.
 *
 * <p><b>Threading.</b> One thread.
 *
 * <p><b>Ownership.</b> The output batch is the operator's own; others may read it until its next
 * step.
 */
public interface Operator extends Checkpointed {
  /** Takes the inputs' changes of this epoch. */
  void step();

  /**
   * The changes of the last step.
   *
   * @throws IllegalStateException if the step left them out, because there was no reader
   */
  Batch output();

  /**
   * Says that one more reads the changes of the steps that follow. An operator may leave out those
   * that nobody reads.
   */
  default void addReader() {}

  /** Says to its inputs, when it was made, that it reads their changes. */
  default void readFrom(List<Operator> inputs) {
    inputs.forEach(Operator::addReader);
  }

  /**
   * The changes for a reader of some columns only, who neither needs the numbers of keys nor minds
   * which weights equal rows have: what he reads of the rows is enough, so that those that he
   * cannot tell apart may be added up. His own steps come behind this operator's.
   *
   * @param columns for each column, is it read?
   */
  default Operator reading(boolean[] columns) {
    return this;
  }

  /**
   * The changes for a reader who puts the rows of overlapping windows together by <i>pane</i>, the
   * times that are in the same windows: each row once, with the start of its pane in the place of
   * the window's start, and nothing in that of its end.
   */
  default Operator panes() {
    throw new IllegalStateException("its rows are in no windows: " + getClass());
  }

  /** Says that one reads no more changes. */
  default void removeReader() {}

  /**
   * About how many bytes its state takes: what grows with the rows that came, not what a step works
   * with. Asked after each epoch, so it is known without looking at the rows.
   */
  default long stateBytes() {
    return 0;
  }

  /** Adds the dictionary codes that its state holds; called between steps. */
  default void mark(CodeSet live) {}
}
