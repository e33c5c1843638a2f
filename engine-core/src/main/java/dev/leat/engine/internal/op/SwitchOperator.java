package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Stands for an operator whose place another one takes later: one that computes the same, and has
 * come to the same state, so that whoever reads this does not notice. It is not stepped itself.
 */
public final class SwitchOperator implements Operator {
  private Operator source;
  private int readers;
  private final List<ForSome> forSome = new ArrayList<>();

  /** One that stands for what the operator gives to some readers. */
  private record ForSome(UnaryOperator<Operator> what, SwitchOperator place) {}

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
    forSome.forEach(some -> some.place().turnTo(some.what().apply(other)));
  }

  @Override
  public Operator reading(boolean[] columns) {
    boolean[] read = columns.clone();
    return forSome(operator -> operator.reading(read));
  }

  @Override
  public Operator panes() {
    return forSome(Operator::panes);
  }

  private Operator forSome(UnaryOperator<Operator> what) {
    SwitchOperator place = new SwitchOperator(what.apply(source));
    forSome.add(new ForSome(what, place));
    return place;
  }

  /** The operator that it stands for now. */
  public Operator source() {
    return source;
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
