package dev.leat.engine.internal.state;

import java.util.Arrays;

/**
 * Slots in the order of a time each: the least is known, any can be moved or removed, in time that
 * grows with the logarithm of their number. Slots of one time are in their own order, so what comes
 * first follows from slots and times alone, not from how they came in. It can be made anew from
 * these, so it is in no checkpoint.
 *
 * <p><b>Structure.</b> A binary heap of slots in an array, the time of each slot, and where in the
 * heap it is.
 */
public final class TimeHeap {
  private static final int NOWHERE = -1;

  private int[] heap = new int[16];
  private int size;
  private long[] times = new long[0];
  private int[] places = new int[0];

  /** How many slots are in it. */
  public int size() {
    return size;
  }

  /** Is a slot in it? */
  public boolean contains(int slot) {
    return slot < places.length && places[slot] != NOWHERE;
  }

  /** The slot of the least time. */
  public int first() {
    return heap[0];
  }

  /** The least time. */
  public long firstTime() {
    return times[heap[0]];
  }

  /** Removes the slot of the least time. */
  public int removeFirst() {
    int slot = heap[0];
    remove(slot);
    return slot;
  }

  /** Puts a slot in, or gives it another time. */
  public void put(int slot, long time) {
    if (slot >= places.length) {
      int known = places.length;
      int length = Math.max(slot + 1, known + (known >> 1));
      places = Arrays.copyOf(places, length);
      times = Arrays.copyOf(times, length);
      Arrays.fill(places, known, length, NOWHERE);
    }
    times[slot] = time;
    if (places[slot] == NOWHERE) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, 2 * size);
      }
      heap[size] = slot;
      places[slot] = size++;
    }
    moveUp(places[slot]);
    moveDown(places[slot]);
  }

  /** Takes a slot out, if it is in. */
  public void remove(int slot) {
    if (slot >= places.length || places[slot] == NOWHERE) {
      return;
    }
    int at = places[slot];
    places[slot] = NOWHERE;
    size--;
    if (at < size) {
      heap[at] = heap[size];
      places[heap[at]] = at;
      moveUp(at);
      moveDown(places[heap[at]]);
    }
  }

  private boolean isBefore(int a, int b) {
    return times[a] == times[b] ? a < b : times[a] < times[b];
  }

  private void moveUp(int from) {
    int at = from;
    int slot = heap[at];
    while (at > 0 && isBefore(slot, heap[(at - 1) >>> 1])) {
      int parent = (at - 1) >>> 1;
      heap[at] = heap[parent];
      places[heap[at]] = at;
      at = parent;
    }
    heap[at] = slot;
    places[slot] = at;
  }

  private void moveDown(int from) {
    int at = from;
    int slot = heap[at];
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], slot)) {
        break;
      }
      heap[at] = heap[child];
      places[heap[at]] = at;
      at = child;
    }
    heap[at] = slot;
    places[slot] = at;
  }

  /** About how many bytes it takes. */
  public long bytes() {
    return (long) size * (2L * Integer.BYTES + Long.BYTES);
  }
}
