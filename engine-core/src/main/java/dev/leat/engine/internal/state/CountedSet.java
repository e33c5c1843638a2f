package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Hashing;
import java.util.Arrays;

/**
 * Counts pairs of a slot and a value: the multiset of values of each group, in one open-addressing
 * table with linear probing. An entry stays until {@link #remove}, also at count 0, so that other
 * structures can hold on to it.
 */
public final class CountedSet {
  private final Hashing hashing;
  private int[] slots = new int[64];
  private long[] values = new long[64];
  private long[] counts = new long[64];
  private int size;

  public CountedSet(Hashing hashing) {
    this.hashing = hashing;
    Arrays.fill(slots, -1);
  }

  private int home(int slot, long value) {
    return (int) Hashing.finish(Hashing.mix(hashing.start() + slot, value));
  }

  private int locate(int slot, long value) {
    int mask = slots.length - 1;
    int at = home(slot, value) & mask;
    while (slots[at] >= 0 && (slots[at] != slot || values[at] != value)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  /** The count of a value in a slot; 0 if there is no entry. */
  public long count(int slot, long value) {
    int at = locate(slot, value);
    return slots[at] < 0 ? 0 : counts[at];
  }

  /** Is there an entry, maybe with count 0? */
  public boolean contains(int slot, long value) {
    return slots[locate(slot, value)] >= 0;
  }

  /** Adds to the count and returns the new one; makes an entry if need be. */
  public long add(int slot, long value, long weight) {
    int at = locate(slot, value);
    if (slots[at] >= 0) {
      return counts[at] += weight;
    }
    slots[at] = slot;
    values[at] = value;
    counts[at] = weight;
    size++;
    if (2 * size > slots.length) {
      grow();
    }
    return weight;
  }

  private void grow() {
    int[] oldSlots = slots;
    long[] oldValues = values;
    long[] oldCounts = counts;
    slots = new int[2 * oldSlots.length];
    values = new long[slots.length];
    counts = new long[slots.length];
    Arrays.fill(slots, -1);
    for (int i = 0; i < oldSlots.length; i++) {
      if (oldSlots[i] >= 0) {
        int at = locate(oldSlots[i], oldValues[i]);
        slots[at] = oldSlots[i];
        values[at] = oldValues[i];
        counts[at] = oldCounts[i];
      }
    }
  }

  /** Removes an entry. */
  public void remove(int slot, long value) {
    int mask = slots.length - 1;
    int hole = locate(slot, value);
    assert slots[hole] >= 0 : "no entry: slot=" + slot + " value=" + value;
    for (int next = (hole + 1) & mask; slots[next] >= 0; next = (next + 1) & mask) {
      int home = home(slots[next], values[next]) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        slots[hole] = slots[next];
        values[hole] = values[next];
        counts[hole] = counts[next];
        hole = next;
      }
    }
    slots[hole] = -1;
    size--;
  }

  /** Adds the values of all entries to a set of codes. */
  public void mark(dev.leat.engine.internal.batch.CodeSet live) {
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] >= 0) {
        live.add(values[i]);
      }
    }
  }
}
