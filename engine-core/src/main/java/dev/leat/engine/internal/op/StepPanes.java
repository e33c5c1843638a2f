package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
import dev.leat.engine.internal.time.WindowAssigner;
import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.Windowed;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The panes that the rows of a step are in, apart for each <i>owner</i>, which is what rows are
 * grouped by beside the window; and the windows that have these panes, each once. Numbers of panes
 * count up from zero in each step, and so do places of windows. The windows of a pane that are open
 * have places one behind the other, in the order of their ends.
 */
final class StepPanes {
  private final int startColumn;
  private final int endColumn;
  private final int[] ownerColumns;
  private final boolean isCumulating;
  private final int windowsOfAll;
  private final long step;
  private final WindowAssigner assigner;

  /** Finds the panes of a step; keeps nothing. */
  private final KeyTable table;

  /** Null if there is one owner, which is 0. */
  private final @Nullable GroupKeys owners;

  /** Are owners the same in the next step? */
  private final boolean areOwnersKept;

  private int count;
  private int[] paneOf = new int[0];
  private int[] firstRow = new int[16];
  private long[] start = new long[16];
  private int[] owner = new int[16];
  private int[] place = new int[16];
  private int[] closed = new int[16];
  private int[] all = new int[16];
  private int[] ownerSlots = new int[0];
  private final Batch firsts;
  private final SlotSort order = new SlotSort(this::compare);
  private final TouchedSlots numbers = new TouchedSlots();

  private int windows;
  private int[] sources = new int[16];
  private int[] ownerOfWindow = new int[16];
  private final Batch windowRows;

  /**
   * Panes of windows.
   *
   * @param ownerColumns what rows are grouped by beside the window
   * @param owners finds the owners and keeps them; null if they need not be kept
   */
  StepPanes(Windowed node, int[] ownerColumns, @Nullable GroupKeys owners, Hashing hashing) {
    int columns = node.schema().size();
    this.startColumn = node.schema().find(Windowed.START);
    this.endColumn = node.schema().find(Windowed.END);
    this.ownerColumns = ownerColumns.clone();
    this.isCumulating = node.window().kind() == TimeWindow.Kind.CUMULATING;
    this.windowsOfAll = node.window().windows();
    this.step = node.window().stepMicros();
    this.assigner = new WindowAssigner(node.window());
    int[] paneColumns = Arrays.copyOf(ownerColumns, ownerColumns.length + 1);
    paneColumns[ownerColumns.length] = startColumn;
    this.table = new KeyTable(KeyLayout.of(node.schema(), paneColumns), 0, hashing);
    this.areOwnersKept = owners != null;
    this.owners =
        owners != null || ownerColumns.length == 0
            ? owners
            : new KeyTable(KeyLayout.of(node.schema(), ownerColumns), 0, hashing);
    this.firsts = new Batch(columns);
    this.windowRows = new Batch(columns);
  }

  /**
   * Finds the panes of the rows of a batch, and their windows.
   *
   * @param closedUntil windows that end here or before are left out
   */
  void find(Batch in, long closedUntil) {
    if (paneOf.length < in.rows()) {
      paneOf = new int[in.rows() + (in.rows() >> 1)];
      ownerSlots = new int[paneOf.length];
    }
    table.clear();
    table.findOrAdd(in, paneOf);
    count = table.bound();
    ensurePanes();
    long[] starts = in.column(startColumn).words();
    int next = 0;
    for (int i = 0; next < count; i++) {
      int row = in.row(i);
      if (paneOf[row] == next) {
        firstRow[next] = row;
        start[next++] = starts[row];
      }
    }
    findOwners(in);
    findWindows(closedUntil);
    writeWindows(in);
  }

  private void ensurePanes() {
    if (firstRow.length < count) {
      int size = count + (count >> 1);
      firstRow = new int[size];
      start = new long[size];
      owner = new int[size];
      place = new int[size];
      closed = new int[size];
      all = new int[size];
    }
  }

  private void findOwners(Batch in) {
    if (owners == null) {
      return;
    }
    if (!areOwnersKept) {
      ((KeyTable) owners).clear();
    }
    Operators.shareColumns(in, firsts);
    firsts.select(in.rows(), firstRow, count, null);
    owners.findOrAdd(firsts, ownerSlots);
    for (int p = 0; p < count; p++) {
      owner[p] = ownerSlots[firstRow[p]];
    }
  }

  private int compare(int a, int b) {
    int byOwner = Integer.compare(owner[a], owner[b]);
    return byOwner != 0 ? byOwner : Long.compare(start[a], start[b]);
  }

  /** Gives places to the windows of all panes. */
  private void findWindows(long closedUntil) {
    numbers.start();
    for (int p = 0; p < count; p++) {
      numbers.touch(p);
    }
    int[] sorted = order.sort(numbers);
    windows = 0;
    Column starts = windowRows.column(startColumn);
    Column ends = windowRows.column(endColumn);
    long lastEnd = 0;
    for (int i = 0; i < count; i++) {
      int p = sorted[i];
      all[p] = assigner.assign(start[p]);
      closed[p] = closed(all[p], closedUntil);
      long firstEnd = assigner.end(closed[p]);
      boolean isBeside = i > 0 && owner[p] == owner[sorted[i - 1]] && firstEnd <= lastEnd;
      // What it shares with the panes before has places, which are the last ones.
      int shared = isBeside ? (int) ((lastEnd - firstEnd) / step) + 1 : 0;
      place[p] = windows - shared;
      ensureWindows(windows + all[p]);
      starts.ensure(windows + all[p]);
      ends.ensure(windows + all[p]);
      for (int w = closed[p] + shared; w < all[p]; w++) {
        sources[windows] = firstRow[p];
        ownerOfWindow[windows] = owner[p];
        starts.set(windows, assigner.start(w));
        ends.set(windows++, assigner.end(w));
      }
      lastEnd = assigner.end(all[p] - 1);
    }
  }

  /** How many of the windows that were assigned are closed. */
  private int closed(int windowCount, long closedUntil) {
    int some = 0;
    while (some < windowCount - 1 && assigner.end(some) <= closedUntil) {
      some++;
    }
    assert assigner.end(some) > closedUntil : "a row of which all windows are closed";
    return some;
  }

  private void ensureWindows(int size) {
    if (sources.length < size) {
      sources = Arrays.copyOf(sources, size + (size >> 1));
      ownerOfWindow = Arrays.copyOf(ownerOfWindow, sources.length);
    }
  }

  private void writeWindows(Batch in) {
    for (int c : ownerColumns) {
      Column from = in.column(c);
      Column to = windowRows.column(c);
      to.reset(windows);
      for (int w = 0; w < windows; w++) {
        to.copy(w, from, sources[w]);
      }
    }
    windowRows.fill(windows, null);
  }

  /** From a pane to the next. */
  long step() {
    return step;
  }

  /** How many panes there are. */
  int count() {
    return count;
  }

  /** The number of the pane of each row, by row. */
  int[] paneOf() {
    return paneOf;
  }

  /** Where a pane begins. */
  long start(int pane) {
    return start[pane];
  }

  /** Whose pane it is. */
  int owner(int pane) {
    return owner[pane];
  }

  /** The place of a pane's first window that is open. */
  int place(int pane) {
    return place[pane];
  }

  /** How many windows of a pane are open. */
  int open(int pane) {
    return all[pane] - closed[pane];
  }

  /** How many windows of a pane are closed, which are the first ones. */
  int closed(int pane) {
    return closed[pane];
  }

  /** How many windows a pane is in. */
  int all(int pane) {
    return all[pane];
  }

  /** How many panes behind it share a window with a pane. */
  int behind(int pane) {
    return all[pane] - 1;
  }

  /** How many panes before it share a window with a pane. */
  int before(int pane) {
    return windowsOfAll - (isCumulating ? all[pane] : 1);
  }

  /**
   * The first of a pane's windows that has not a pane some places before it; as many as there are
   * if each has it.
   */
  int firstWithout(int pane, int before) {
    return isCumulating ? all[pane] : windowsOfAll - before;
  }

  /** How many windows there are. */
  int windows() {
    return windows;
  }

  /** The windows, by place: the columns that they are grouped by. */
  Batch windowRows() {
    return windowRows;
  }

  /** Whose window it is, by place. */
  int ownerOfWindow(int window) {
    return ownerOfWindow[window];
  }
}
