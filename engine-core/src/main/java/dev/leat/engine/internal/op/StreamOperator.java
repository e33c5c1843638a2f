package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Node;
import java.util.List;

/** A stream: every row is an insertion, and nothing is kept. */
public final class StreamOperator implements InputOperator {
  private final RowEncoder encoder;
  private List<StagedRows> staged = List.of();
  private Batch output;

  public StreamOperator(Node.Input node, boolean[] isRead, Dictionary dictionary) {
    this.encoder = new RowEncoder(node.schema(), isRead, dictionary);
    this.output = encoder.encode(List.of());
  }

  @Override
  public void stage(List<StagedRows> sections) {
    staged = sections;
  }

  @Override
  public void step() {
    output = encoder.encode(staged);
    staged = List.of();
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
