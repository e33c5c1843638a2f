package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Node;

/** The changes of a relation for a sink: those of the last step, consolidated. It keeps nothing. */
public final class SinkOperator implements Operator {
  private final Operator input;
  private final boolean isAppendOnly;
  private final Consolidator consolidator;
  private final Batch output;

  public SinkOperator(Node relation, Operator input, Dictionary dictionary) {
    this.input = input;
    input.addReader();
    this.isAppendOnly = relation.isAppendOnly();
    this.consolidator = new Consolidator(relation.schema(), dictionary.hashing());
    this.output = new Batch(relation.schema().size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
    } else if (isAppendOnly) {
      // Nothing can cancel out.
      Operators.shareColumns(in, output);
      output.select(in.rows(), in.selection(), in.count(), in.weights());
    } else {
      consolidator.consolidate(in, output);
    }
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {
    // It keeps nothing from one step to the next.
  }
}
