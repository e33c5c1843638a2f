package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import java.util.Arrays;

/**
 * Counts the distinct values of windows that overlap, of which only the sets of their panes are
 * kept. A value that comes into a pane is new in those of its windows that have neither the pane
 * before nor the pane behind in which it was. These are a range, so it is one more at the range's
 * beginning and one less behind its end, whatever the number of windows; at the end of the step
 * these differences are added up from the first window to the last.
 */
abstract class PaneCountAccumulator extends Accumulator {
  private final CountAccumulator counts;
  private final StepPanes panes;
  private long[] differences = new long[16];

  /**
   * Counts in a word of each window.
   *
   * @param panes of each step
   */
  PaneCountAccumulator(CountAccumulator counts, StepPanes panes) {
    this.counts = counts;
    this.panes = panes;
  }

  /** The panes of the step. */
  final StepPanes panes() {
    return panes;
  }

  /** Begins a step in which no value changed yet. */
  final void start() {
    int size = panes.windows() + 1;
    if (differences.length < size) {
      differences = new long[size + (size >> 1)];
    }
    Arrays.fill(differences, 0, size, 0);
  }

  /**
   * A value came into a pane, or went.
   *
   * @param before how many panes before it is the next that has the value, if they share a window;
   *     else 0
   * @param behind the same behind it
   */
  final void change(int pane, int by, int before, int behind) {
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
  final void addToWindows(long[] words, int[] at) {
    long sum = 0;
    for (int w = 0; w < panes.windows(); w++) {
      sum += differences[w];
      words[at[w] + counts.word()] += sum;
    }
  }

  /** Forgets panes, sooner or later, that begin before a time, whose windows are all closed. */
  abstract void forgetBefore(long time);

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
}
