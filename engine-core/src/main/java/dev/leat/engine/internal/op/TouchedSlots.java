package dev.leat.engine.internal.op;

import java.util.Arrays;

/** The slots that a step touches, each once, in the order in which they were first touched. */
final class TouchedSlots {
  private int[] slots = new int[16];
  private int size;

  /** By slot: the number of the step that touched it last. */
  private long[] stamps = new long[0];

  private long step;

  /** Begins a step. */
  void start() {
    step++;
    size = 0;
  }

  /** Touches a slot; gives whether it was not touched yet. */
  boolean touch(int slot) {
    if (slot >= stamps.length) {
      stamps = Arrays.copyOf(stamps, Math.max(slot + 1, stamps.length + (stamps.length >> 1)));
    }
    if (stamps[slot] == step) {
      return false;
    }
    stamps[slot] = step;
    if (size == slots.length) {
      slots = Arrays.copyOf(slots, 2 * size);
    }
    slots[size++] = slot;
    return true;
  }

  boolean isTouched(int slot) {
    return slot < stamps.length && stamps[slot] == step;
  }

  int size() {
    return size;
  }

  /** A touched slot. */
  int slot(int index) {
    return slots[index];
  }
}
