package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.StagedRows;
import java.util.List;

/** Where the rows of an input come into the graph. */
public interface InputOperator extends Operator {
  /** Gives it the rows for its next step, in the order of the log; none if there are none. */
  void stage(List<StagedRows> sections);
}
