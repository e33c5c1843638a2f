package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.OrderedRows;
import java.util.Arrays;

/**
 * Which rows of a partition a step's changes can be seen in: runs of neighbouring rows, by index,
 * and from some row on possibly all that follow.
 */
final class OverReach {
  private static final int INDEX_BITS = 31;
  private static final long MAX_INDEX = (1L << INDEX_BITS) - 1;

  private final OverColumn[] columns;
  private final OverPlace change = new OverPlace();

  /** Runs, the index of the first row in the upper bits, so that they can be sorted. */
  private long[] runs = new long[16];

  private int size;
  private long openFrom;
  private long settledFrom;

  OverReach(OverColumn[] columns) {
    this.columns = columns;
  }

  /** Begins with a partition. */
  void start() {
    size = 0;
    openFrom = Long.MAX_VALUE;
    settledFrom = 0;
  }

  /** Takes in a row that came, or that was taken away. */
  void add(OrderedRows ordered, int partition, int slot) {
    long last = ordered.total(partition) - 1;
    long index = ordered.before(slot);
    change.set(partition, slot, index);
    if (ordered.weight(slot) > 0) {
      addRun(index, index);
    }
    settledFrom = Math.max(settledFrom, index);
    for (OverColumn column : columns) {
      if (column.isOfAll()) {
        continue;
      }
      long first = Math.max(0, column.first(change));
      long end = column.last(change);
      if (end == OverColumn.UNBOUNDED) {
        openFrom = Math.min(openFrom, first);
        settledFrom = Math.max(settledFrom, OverColumn.plus(index, column.lag()));
      } else if (first <= Math.min(end, last)) {
        addRun(first, Math.min(end, last));
      }
    }
  }

  /** Takes in all rows. */
  void addAll(OrderedRows ordered, int partition) {
    long total = ordered.total(partition);
    if (total > 0) {
      addRun(0, total - 1);
    }
  }

  private void addRun(long first, long last) {
    assert last <= MAX_INDEX : "an index of a row is a slot at most";
    if (size == runs.length) {
      runs = Arrays.copyOf(runs, 2 * size);
    }
    runs[size++] = first << INDEX_BITS | last;
  }

  /** Puts the runs in order, those that meet together. */
  void merge() {
    Arrays.sort(runs, 0, size);
    int merged = 0;
    for (int i = 0; i < size; i++) {
      if (merged > 0 && first(i) <= last(merged - 1) + 1) {
        long end = Math.max(last(merged - 1), last(i));
        runs[merged - 1] = first(merged - 1) << INDEX_BITS | end;
      } else {
        runs[merged++] = runs[i];
      }
    }
    size = merged;
  }

  /** How many runs there are. */
  int size() {
    return size;
  }

  /** The index of the first row of a run. */
  long first(int run) {
    return runs[run] >>> INDEX_BITS;
  }

  /** The index of the last row of a run. */
  long last(int run) {
    return runs[run] & MAX_INDEX;
  }

  /** From which row on all may have changed; beyond all rows if nothing is seen without end. */
  long openFrom() {
    return openFrom;
  }

  /** Behind which row results that are equal show that those behind are, too. */
  long settledFrom() {
    return size == 0 ? settledFrom : Math.max(settledFrom, last(size - 1));
  }
}
