package dev.leat.engine.internal.op;

import dev.leat.engine.internal.state.OrderedRows;

/** A row, and where it is among those of its partition that count. */
final class OverPlace {
  private int partition;
  private int slot;
  private long index;
  private int previous = OrderedRows.NONE;

  /** Goes to a row, or to the place that one had which was taken away. */
  void set(int ofPartition, int ofSlot, long atIndex) {
    partition = ofPartition;
    slot = ofSlot;
    index = atIndex;
    previous = OrderedRows.NONE;
  }

  /** Goes to the row behind. */
  void next(int behind) {
    previous = slot;
    slot = behind;
    index++;
  }

  int partition() {
    return partition;
  }

  int slot() {
    return slot;
  }

  /** From 0. */
  long index() {
    return index;
  }

  /** The row before, if its results are those of now; otherwise none. */
  int previous() {
    return previous;
  }
}
