package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.RowsByKey;

/**
 * The rows of a relation by a key, kept once for all joins that need them so. It steps before them
 * and passes on what it reads; they look into {@link #rows}.
 */
public final class IndexOperator implements Operator {
  private final Operator input;
  private final RowsByKey rows;

  public IndexOperator(RowsByKey.Layout layout, Operator input, Dictionary dictionary) {
    this.input = input;
    this.rows = new RowsByKey(layout, dictionary.hashing());
  }

  /** The rows, as they are after this epoch; they know what it changed. */
  public RowsByKey rows() {
    return rows;
  }

  @Override
  public void step() {
    rows.apply(input.output());
  }

  @Override
  public Batch output() {
    return input.output();
  }

  @Override
  public long stateBytes() {
    return rows.stateBytes();
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    return rows.capture();
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
  }
}
