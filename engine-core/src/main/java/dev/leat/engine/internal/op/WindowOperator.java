package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.time.WindowAssigner;
import dev.leat.engine.plan.Windowed;

/**
 * Puts the windows of each row beside it; keeps nothing. In one window a row stays where it is, and
 * its columns are shared; in several it is copied, unless all who read it do so by pane.
 */
public final class WindowOperator implements Operator {
  private final Operator input;
  private final int time;
  private final boolean isOnce;
  private final boolean[] isRead;
  private final WindowAssigner windows;
  private final RowErrors errors = new RowErrors();
  private final RowFilter failed;
  private final Batch valid;
  private final Batch output;
  private final Column starts = new Column();
  private final Column ends = new Column();
  private final Panes panes;
  private int readers;

  /** Of which row of the input each row of the output is. */
  private int[] sources = new int[0];

  private long[] weights = new long[0];

  /**
   * An operator for windows.
   *
   * @param isRead for each column of the result, whether anything reads it
   */
  public WindowOperator(Windowed node, Operator input, boolean[] isRead, Failures failures) {
    this.input = input;
    this.time = node.input().schema().find(node.column());
    this.isOnce = node.window().windows() == 1;
    this.isRead = isRead.clone();
    this.windows = new WindowAssigner(node.window());
    this.failed = new RowFilter(node.describe(), node.input().schema(), failures);
    this.valid = new Batch(node.input().schema().size());
    this.output = new Batch(node.schema().size());
    this.panes = new Panes(new Batch(node.schema().size()));
  }

  /** Each row once, with the start of its pane. */
  private static final class Panes implements Operator {
    private final Batch rows;
    private final Column starts = new Column();
    private int readers;

    private Panes(Batch rows) {
      this.rows = rows;
    }

    private void set(Batch in) {
      Operators.shareColumns(in, rows);
      rows.share(in.columnCount(), starts);
      rows.select(in.rows(), in.selection(), in.count(), in.weights());
    }

    @Override
    public void addReader() {
      readers++;
    }

    @Override
    public void removeReader() {
      readers--;
    }

    @Override
    public void step() {
      // The step of the windows was this one's too.
    }

    @Override
    public Batch output() {
      if (readers == 0) {
        throw new IllegalStateException("nobody said before the step that panes are read");
      }
      return rows;
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

  @Override
  public Operator panes() {
    if (isOnce) {
      throw new IllegalStateException("windows that do not overlap have no panes");
    }
    return panes;
  }

  @Override
  public void addReader() {
    readers++;
  }

  @Override
  public void removeReader() {
    readers--;
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      panes.rows.clear();
      return;
    }
    starts.reset(in.rows());
    ends.reset(in.rows());
    panes.starts.reset(in.rows());
    long copies = assign(in);
    if (isOnce) {
      putBeside(in);
      return;
    }
    Batch rows = withoutFailed(in);
    if (panes.readers > 0) {
      panes.set(rows);
    }
    if (readers > 0) {
      copy(rows, Math.toIntExact(copies));
    }
  }

  /** Finds the windows of each row, notes those that have none; gives how many there are. */
  private long assign(Batch in) {
    errors.clear();
    Column times = in.column(time);
    long[] words = times.words();
    boolean hasNulls = times.nulls() != null;
    long total = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (hasNulls && times.isNull(row)) {
        errors.fail(row, "it has no time, so it is in no window");
        continue;
      }
      try {
        total += windows.assign(words[row]);
        if (isOnce) {
          starts.words()[row] = windows.start(0);
          ends.words()[row] = windows.end(0);
        } else {
          panes.starts.words()[row] = windows.pane();
        }
      } catch (ArithmeticException e) {
        errors.fail(row, "its window begins or ends at no instant of 64 bits");
      }
    }
    return total;
  }

  private void putBeside(Batch in) {
    Operators.shareColumns(in, output);
    output.share(in.columnCount(), starts);
    output.share(in.columnCount() + 1, ends);
    if (errors.isEmpty()) {
      output.select(in.rows(), in.selection(), in.count(), in.weights());
    } else {
      failed.exclude(in, errors, output);
    }
    output.number(in.slots());
    if (in.isConsolidated()) {
      output.consolidated();
    }
  }

  private Batch withoutFailed(Batch in) {
    if (errors.isEmpty()) {
      return in;
    }
    Operators.shareColumns(in, valid);
    failed.exclude(in, errors, valid);
    return valid;
  }

  private void copy(Batch in, int total) {
    if (weights.length < total) {
      sources = new int[total + (total >> 1)];
      weights = new long[sources.length];
    }
    starts.reset(total);
    ends.reset(total);
    long[] times = in.column(time).words();
    int at = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int count = windows.assign(times[row]);
      for (int w = 0; w < count; w++) {
        sources[at] = row;
        weights[at] = in.weight(row);
        starts.words()[at] = windows.start(w);
        ends.words()[at++] = windows.end(w);
      }
    }
    for (int c = 0; c < in.columnCount(); c++) {
      if (isRead[c]) {
        Column to = output.column(c);
        to.reset(total);
        for (int row = 0; row < total; row++) {
          to.copy(row, in.column(c), sources[row]);
        }
      }
    }
    output.share(in.columnCount(), starts);
    output.share(in.columnCount() + 1, ends);
    output.fill(total, weights);
  }

  @Override
  public Batch output() {
    if (readers == 0) {
      throw new IllegalStateException("nobody said before the step that windows are read");
    }
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
