package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.CodePanes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts the distinct dictionary codes of overlapping windows over append-only input. */
final class CodePaneAccumulator extends PaneCountAccumulator {
  private final CodePanes codes;

  /** The number that the codes' panes have, by pane of the step. */
  private int[] numbers = new int[16];

  private int[] numberOfRow = new int[0];
  private int[] counted = new int[0];
  private int[] isNew = new int[0];

  CodePaneAccumulator(CountAccumulator counts, StepPanes panes, CodePanes codes) {
    super(counts, panes);
    this.codes = codes;
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    start();
    ensure(rows);
    StepPanes panes = panes();
    for (int p = 0; p < panes.count(); p++) {
      numbers[p] = codes.pane(panes.owner(p), panes.start(p));
    }
    Column values = Objects.requireNonNull(operand);
    boolean hasNulls = values.nulls() != null;
    int[] paneOf = panes.paneOf();
    int[] selection = rows.selection();
    int lastPane = -1;
    int count = 0;
    // Those of one time are added together: where a code is new in several panes, each but the
    // first is told of those before.
    for (int i = 0; i < rows.count(); i++) {
      int row = selection == null ? i : selection[i];
      int pane = paneOf[row];
      if (pane != lastPane) {
        if (lastPane >= 0 && panes.start(pane) != panes.start(lastPane)) {
          addSome(values, count);
          count = 0;
        }
        lastPane = pane;
      }
      numberOfRow[row] = numbers[pane];
      counted[count] = row;
      count += hasNulls && values.isNull(row) ? 0 : 1;
    }
    addSome(values, count);
  }

  private void ensure(Batch rows) {
    if (numberOfRow.length < rows.rows()) {
      numberOfRow = new int[rows.rows() + (rows.rows() >> 1)];
      counted = new int[numberOfRow.length];
      isNew = new int[numberOfRow.length];
    }
    if (numbers.length < panes().count()) {
      numbers = new int[panes().count() + (panes().count() >> 1)];
    }
  }

  private void addSome(Column values, int count) {
    codes.add(numberOfRow, values.words(), counted, count, isNew);
    StepPanes panes = panes();
    for (int i = 0; i < count; i++) {
      if (isNew[i] != 0) {
        int row = counted[i];
        int pane = panes.paneOf()[row];
        codes.enter(panes.owner(pane), panes.start(pane), values.word(row));
        change(pane, 1, codes.before(panes.before(pane)), codes.behind(panes.behind(pane)));
      }
    }
  }

  @Override
  void forgetBefore(long time) {
    codes.forgetBefore(time);
  }

  @Override
  long besideBytes() {
    return codes.bytes();
  }

  @Override
  void mark(CodeSet live) {
    codes.mark(live);
  }

  @Override
  public StateImage capture() {
    return codes.capture();
  }

  @Override
  public void restore(StateReader in) {
    codes.restore(in);
  }
}
