package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.PaneSets;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts the distinct values of windows that overlap, of which only the sets of their panes are
 * kept. A value that comes into a pane is new in those of its windows that have neither the pane
 * before nor the pane behind in which it was. These are a range, so it is one more at the range's
 * beginning and one less behind its end, whatever the number of windows; at the end of the step
 * these differences are added up from the first window to the last.
 */
final class PaneCountAccumulator extends Accumulator {
  private final CountAccumulator counts;
  private final boolean isEncoded;
  private final StepPanes panes;
  private final PaneSets sets;
  private long[] differences = new long[16];

  /**
   * Counts in a word of each window.
   *
   * @param panes of each step
   */
  PaneCountAccumulator(
      CountAccumulator counts, boolean isEncoded, StepPanes panes, PaneSets sets) {
    this.counts = counts;
    this.isEncoded = isEncoded;
    this.panes = panes;
    this.sets = sets;
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    int size = panes.windows() + 1;
    if (differences.length < size) {
      differences = new long[size + (size >> 1)];
    }
    Arrays.fill(differences, 0, size, 0);
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
        change(pane, change);
      }
    }
  }

  /** A value came into a pane, or went. */
  private void change(int pane, int by) {
    int before = sets.before(panes.before(pane));
    int behind = sets.behind(panes.all(pane) - 1);
    int closed = panes.closed(pane);
    int first = Math.max(closed, before == 0 ? 0 : panes.firstWithout(pane, before));
    int end = behind == 0 ? panes.all(pane) : behind;
    if (first < end) {
      differences[panes.place(pane) + first - closed] += by;
      differences[panes.place(pane) + end - closed] -= by;
    }
  }

  /**
   * Adds what changed to the windows.
   *
   * @param at where the words of each window begin, by place
   */
  void addToWindows(long[] words, int[] at) {
    long sum = 0;
    for (int w = 0; w < panes.windows(); w++) {
      sum += differences[w];
      words[at[w] + counts.word()] += sum;
    }
  }

  /** Forgets panes, sooner or later, that begin before a time, whose windows are all closed. */
  void forgetBefore(long time) {
    sets.forgetBefore(time);
  }

  @Override
  void merge(GroupMerge merge) {
    // What is new in a pane is not new in all of its windows.
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    counts.write(rows, stride, first, end, out, errors);
  }

  @Override
  RowResult rowResult() {
    return counts;
  }

  @Override
  boolean isTold() {
    return true;
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
