package dev.leat.engine.internal.op;

/** Sorts touched slots; those that are in order already cost a comparison each. */
final class SlotSort {
  /** Says which of two slots comes first. */
  interface Order {
    int compare(int a, int b);
  }

  private final Order order;
  private int[] slots = new int[0];
  private int[] merged = new int[0];

  SlotSort(Order order) {
    this.order = order;
  }

  /** The touched slots in order; valid until the next call. */
  int[] sort(TouchedSlots touched) {
    int count = touched.size();
    if (slots.length < count) {
      slots = new int[count + (count >> 1)];
      merged = new int[slots.length];
    }
    boolean isSorted = true;
    for (int i = 0; i < count; i++) {
      slots[i] = touched.slot(i);
      isSorted = isSorted && (i == 0 || order.compare(slots[i - 1], slots[i]) < 0);
    }
    for (int width = 1; !isSorted && width < count; width *= 2) {
      for (int from = 0; from < count; from += 2 * width) {
        merge(from, Math.min(from + width, count), Math.min(from + 2 * width, count));
      }
      int[] swapped = slots;
      slots = merged;
      merged = swapped;
    }
    return slots;
  }

  private void merge(int from, int middle, int end) {
    int left = from;
    int right = middle;
    for (int to = from; to < end; to++) {
      boolean isLeft =
          right >= end || (left < middle && order.compare(slots[left], slots[right]) <= 0);
      merged[to] = isLeft ? slots[left++] : slots[right++];
    }
  }
}
