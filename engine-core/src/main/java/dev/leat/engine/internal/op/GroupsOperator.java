package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.plan.Schema;
import org.jspecify.annotations.Nullable;

/** An operator that has a row of words for each group of rows, and a result for each. */
interface GroupsOperator extends Operator {
  /**
   * The results, for a view that is read in place; null if they cannot be read from the rows. If
   * they can, none fails, so that nothing needs to look at changes that nobody reads.
   *
   * @param view the view's schema, which may have other names
   */
  @Nullable AggregateRows stored(Schema view);

  /** All groups; the columns of their keys come first, a word each. */
  GroupRows groups();

  /** How many groups the last step touched. */
  int touchedCount();

  /** The slot of a group that the last step touched. */
  int touchedSlot(int index);

  /**
   * Ends groups, whatever rows they have. The output is then what they gave, a row for each that
   * has a result, in their order.
   *
   * @param ending the slots of the groups
   */
  void end(int[] ending);
}
