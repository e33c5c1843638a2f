package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.ViewDefinition;

/** A materialized view: rows for readers, and the changes of the last step, consolidated. */
public interface ViewOperator extends Operator {
  /** The rows of the view. */
  StoredRows rows();

  /**
   * The operator of a view.
   *
   * @param input the operator of its relation
   */
  static ViewOperator of(ViewDefinition view, Operator input, Dictionary dictionary) {
    if (input instanceof GroupsOperator aggregate) {
      AggregateRows rows = aggregate.stored(view.relation().schema());
      if (rows != null) {
        return new AggregateViewOperator(aggregate, rows);
      }
    }
    return new StoringViewOperator(view, input, dictionary);
  }
}
