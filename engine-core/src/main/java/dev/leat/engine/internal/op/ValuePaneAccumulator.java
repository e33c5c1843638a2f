package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.PaneSets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts the distinct values of overlapping windows; values may be of any type, and go again. */
final class ValuePaneAccumulator extends PaneCountAccumulator {
  private final boolean isEncoded;
  private final PaneSets sets;

  ValuePaneAccumulator(CountAccumulator counts, boolean isEncoded, StepPanes panes, PaneSets sets) {
    super(counts, panes);
    this.isEncoded = isEncoded;
    this.sets = sets;
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    start();
    Column values = Objects.requireNonNull(operand);
    StepPanes panes = panes();
    int[] paneOf = panes.paneOf();
    boolean hasNulls = values.nulls() != null;
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (hasNulls && values.isNull(row)) {
        continue;
      }
      int pane = paneOf[row];
      int change =
          sets.add(panes.owner(pane), panes.start(pane), values.word(row), rows.weight(row));
      if (change != 0) {
        change(pane, change, sets.before(panes.before(pane)), sets.behind(panes.behind(pane)));
      }
    }
  }

  @Override
  void forgetBefore(long time) {
    sets.forgetBefore(time);
  }

  @Override
  long besideBytes() {
    return sets.bytes();
  }

  @Override
  void mark(CodeSet live) {
    if (isEncoded) {
      sets.mark(live);
    }
  }

  @Override
  public StateImage capture() {
    return sets.capture();
  }

  @Override
  public void restore(StateReader in) {
    sets.restore(in);
  }
}
