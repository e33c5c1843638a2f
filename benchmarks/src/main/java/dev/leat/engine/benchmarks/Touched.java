package dev.leat.engine.benchmarks;

import java.util.Arrays;

/** Which slots a batch has touched, each once, in order. */
final class Touched {
  private final int[] touchedAt;
  private int[] slots = new int[1024];
  private int count;
  private int batch;

  Touched(int bound) {
    touchedAt = new int[bound];
  }

  void startBatch() {
    batch++;
    count = 0;
  }

  void add(int slot) {
    if (touchedAt[slot] != batch) {
      touchedAt[slot] = batch;
      if (count == slots.length) {
        slots = Arrays.copyOf(slots, 2 * count);
      }
      slots[count++] = slot;
    }
  }

  int count() {
    return count;
  }

  int slot(int index) {
    return slots[index];
  }
}
