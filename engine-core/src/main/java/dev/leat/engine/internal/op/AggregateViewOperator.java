package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.StoredRows;

/**
 * A view of an aggregate, which keeps nothing: its rows are those of the aggregate's groups, and
 * its changes those of the aggregate, which does not make them unless somebody reads them.
 */
final class AggregateViewOperator implements ViewOperator {
  private final GroupsOperator aggregate;
  private final AggregateRows rows;

  AggregateViewOperator(GroupsOperator aggregate, AggregateRows rows) {
    this.aggregate = aggregate;
    this.rows = rows;
  }

  @Override
  public StoredRows rows() {
    return rows;
  }

  @Override
  public void step() {
    // The aggregate's step was this one's too.
  }

  @Override
  public Batch output() {
    return aggregate.output();
  }

  @Override
  public void addReader() {
    aggregate.addReader();
  }

  @Override
  public void removeReader() {
    aggregate.removeReader();
  }

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {
    // The state is the aggregate's.
  }
}
