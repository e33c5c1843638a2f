package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.time.WindowAssigner;
import dev.leat.engine.plan.Windowed;

/**
 * Puts rows that are there once, with their pane, beside each of their windows, for whoever must
 * say something of the row in each: that it is late, or failed.
 */
final class OpenWindows {
  private final int startColumn;
  private final int endColumn;
  private final WindowAssigner windows;
  private final long step;
  private final Batch copy;
  private final Column starts = new Column();
  private final Column ends = new Column();
  private int[] selection = new int[0];

  /** Takes a row beside one of its windows. */
  interface Visitor {
    /**
     * Takes one.
     *
     * @param copy has the row, beside its window; valid during the call only
     */
    void visit(Batch copy, int row);
  }

  OpenWindows(Windowed node) {
    this.startColumn = node.schema().find(Windowed.START);
    this.endColumn = node.schema().find(Windowed.END);
    this.windows = new WindowAssigner(node.window());
    this.step = node.window().stepMicros();
    this.copy = new Batch(node.schema().size());
  }

  /** Visits a row beside those of its windows that end behind a time, up to another. */
  private void visit(Batch in, int row, long after, long until, Visitor visitor) {
    int count = windows.assign(in.column(startColumn).word(row));
    for (int w = 0; w < count; w++) {
      long end = windows.end(w);
      if (end > after && end <= until) {
        Operators.shareColumns(in, copy);
        starts.reset(in.rows());
        ends.reset(in.rows());
        starts.set(row, windows.start(w));
        ends.set(row, end);
        copy.share(startColumn, starts);
        copy.share(endColumn, ends);
        copy.select(in.rows(), null, in.rows(), in.weights());
        visitor.visit(copy, row);
      }
    }
  }

  /**
   * Selects the rows that have a window that is open.
   *
   * @param closedUntil windows that end here or before are closed
   * @param out is given the rows
   * @param late takes each row once for each window that is closed
   */
  void select(Batch in, long closedUntil, Batch out, Visitor late) {
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    long[] panes = in.column(startColumn).words();
    int count = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      // The first of its windows ends with the pane.
      boolean isOpen = panes[row] + step > closedUntil;
      if (!isOpen) {
        visit(in, row, Long.MIN_VALUE, closedUntil, late);
        isOpen = windows.end(windows.assign(panes[row]) - 1) > closedUntil;
      }
      if (isOpen) {
        selection[count++] = row;
      }
    }
    Operators.shareColumns(in, out);
    boolean areAll = count == in.count();
    out.select(in.rows(), areAll ? in.selection() : selection, count, in.weights());
  }

  /**
   * Leaves out the rows that failed, and reports each once for each window that is open. One that
   * is taken back was reported when it came.
   */
  void exclude(Batch in, RowErrors errors, long closedUntil, Batch out, Visitor failed) {
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (errors.isFailed(row) && in.weight(row) > 0) {
        visit(in, row, closedUntil, Long.MAX_VALUE, failed);
      }
    }
    int count = errors.exclude(in.selection(), in.count(), selection);
    Operators.shareColumns(in, out);
    out.select(in.rows(), selection, count, in.weights());
  }
}
