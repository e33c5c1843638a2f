package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;

/** What an aggregate of something that closes reads: the rows that are not late. */
record OpenRows(Batch output) implements Operator {
  @Override
  public void step() {
    // The closing operator fills it.
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
