package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands for an operator whose place another one takes later: one that computes the same, and has
 * come to the same state, so that whoever reads this does not notice. It is not stepped itself.
 */
public final class SwitchOperator implements Operator {
  private Operator source;
  private int readers;
  private final List<OfColumns> ofColumns = new ArrayList<>();

  /** One that stands for what the operator gives to a reader of some columns. */
  private record OfColumns(boolean[] columns, SwitchOperator place) {}

  /** Stands for an operator. */
  public SwitchOperator(Operator source) {
    this.source = source;
  }

  /** Stands for another one from now on; between two steps. */
  public void turnTo(Operator other) {
    for (int i = 0; i < readers; i++) {
      source.removeReader();
      other.addReader();
    }
    source = other;
    ofColumns.forEach(some -> some.place().turnTo(other.reading(some.columns())));
  }

  @Override
  public Operator reading(boolean[] columns) {
    SwitchOperator place = new SwitchOperator(source.reading(columns));
    ofColumns.add(new OfColumns(columns.clone(), place));
    return place;
  }

  @Override
  public void addReader() {
    readers++;
    source.addReader();
  }

  @Override
  public void removeReader() {
    readers--;
    source.removeReader();
  }

  @Override
  public void step() {
    // Whoever steps the operator that it stands for does that.
  }

  @Override
  public Batch output() {
    return source.output();
  }

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {
    // The state is that of the operator it stands for.
  }
}
