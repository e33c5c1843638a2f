package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.op.InputOperator;
import java.util.List;

/** An input whose rows are batches already: what a replay is from the first operator on. */
final class BatchSource implements InputOperator {
  private Batch output;

  BatchSource(Batch empty) {
    output = empty;
  }

  /** Sets the rows of the next step. */
  void next(Batch batch) {
    output = batch;
  }

  @Override
  public void stage(List<StagedRows> sections) {
    throw new UnsupportedOperationException("rows come as batches");
  }

  @Override
  public void step() {
    // The batch is there already.
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
    // It keeps nothing.
  }
}
