package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.CountedSet;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code min} and {@code max} over input whose rows can be taken back.
 *
 * <p><b>Structure.</b> How often each group has each value, in a {@link CountedSet}, and a binary
 * heap of each group's values. Every value with an entry in the set is in its heap just once. A
 * value whose count falls to zero stays in both until it comes to the top of the heap, or until
 * more than half of a heap is such values. So a change costs the logarithm of the group's distinct
 * values. The set is what a checkpoint has; heaps are made of it. The extreme is put into a word of
 * the group.
 */
final class RetractableExtremeAccumulator extends Accumulator implements RowResult {
  private static final long[] NONE = {};
  private static final int MIN_STALE = 16;
  private static final long SLOT_BYTES = 16;

  private final Type type;
  private final Dictionary dictionary;
  private final int sign;
  private final CountedSet counts;
  private long[][] heaps = new long[0][];
  private int[] sizes = new int[0];
  private int[] stale = new int[0];
  private final int word;
  private final StateLayout.Flag present;

  RetractableExtremeAccumulator(
      Type type, boolean isMax, Dictionary dictionary, StateLayout layout) {
    this.type = type;
    this.sign = isMax ? 1 : -1;
    this.dictionary = dictionary;
    this.counts = new CountedSet(dictionary.hashing());
    this.word = layout.word();
    this.present = layout.flag(1);
  }

  private void ensure(int slot) {
    if (heaps.length <= slot) {
      int from = heaps.length;
      heaps = Arrays.copyOf(heaps, Math.max(slot + 1, 2 * from));
      Arrays.fill(heaps, from, heaps.length, NONE);
      sizes = Arrays.copyOf(sizes, heaps.length);
      stale = Arrays.copyOf(stale, heaps.length);
    }
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        int slot = groups.slots()[row];
        ensure(slot);
        add(slot, values.word(row), rows.weight(row));
      }
    }
  }

  private void add(int group, long value, long weight) {
    boolean known = counts.contains(group, value);
    long count = counts.add(group, value, weight);
    if (!known) {
      push(group, value);
      stale[group] += count == 0 ? 1 : 0;
    } else if (count == 0) {
      stale[group]++;
    } else if (count == weight) {
      stale[group]--;
    }
    if (stale[group] > MIN_STALE && 2 * stale[group] > sizes[group]) {
      dropStale(group);
    }
  }

  private boolean isAbove(long a, long b) {
    return sign * Words.compare(type, a, b, dictionary.values()) > 0;
  }

  private void push(int group, long value) {
    long[] heap = heaps[group];
    int at = sizes[group]++;
    if (at == heap.length) {
      heap = Arrays.copyOf(heap, Math.max(4, 2 * at));
      heaps[group] = heap;
    }
    while (at > 0 && isAbove(value, heap[(at - 1) >>> 1])) {
      heap[at] = heap[(at - 1) >>> 1];
      at = (at - 1) >>> 1;
    }
    heap[at] = value;
  }

  private void siftDown(long[] heap, int from, int size) {
    int at = from;
    long value = heap[at];
    while (2 * at + 1 < size) {
      int child = 2 * at + 1;
      if (child + 1 < size && isAbove(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isAbove(heap[child], value)) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = value;
  }

  private void dropStale(int group) {
    long[] heap = heaps[group];
    int kept = 0;
    for (int i = 0; i < sizes[group]; i++) {
      if (counts.count(group, heap[i]) == 0) {
        counts.remove(group, heap[i]);
      } else {
        heap[kept++] = heap[i];
      }
    }
    sizes[group] = kept;
    stale[group] = 0;
    for (int i = (kept >>> 1) - 1; i >= 0; i--) {
      siftDown(heap, i, kept);
    }
    if (heap.length > 8 * (kept + 1)) {
      heaps[group] = Arrays.copyOf(heap, 2 * kept);
    }
  }

  /** Removes values that are no longer there from the top of a group's heap. */
  private void settle(int group) {
    long[] heap = heaps[group];
    while (stale[group] > 0 && sizes[group] > 0 && counts.count(group, heap[0]) == 0) {
      counts.remove(group, heap[0]);
      stale[group]--;
      int size = --sizes[group];
      heap[0] = heap[size];
      if (size > 1) {
        siftDown(heap, 0, size);
      }
    }
  }

  @Override
  void settle(TouchedRows touched) {
    long[] words = touched.words();
    for (int i = 0; i < touched.count(); i++) {
      int slot = touched.slots()[i];
      int group = i * touched.stride();
      ensure(slot);
      settle(slot);
      if (sizes[slot] == 0) {
        words[group + word] = 0;
        present.clear(words, group);
      } else {
        words[group + word] = heaps[slot][0];
        present.set(words, group);
      }
    }
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      if (present.isSet(rows, i * stride, 0)) {
        out.set(i, rows[i * stride + word]);
      } else {
        out.setNull(i);
      }
    }
  }

  @Override
  RowResult rowResult() {
    return this;
  }

  @Override
  public boolean isNull(long[] words, int row) {
    return !present.isSet(words, row, 0);
  }

  @Override
  public long word(long[] words, int row) {
    return words[row + word];
  }

  @Override
  boolean isTold() {
    return true;
  }

  @Override
  void clear(int slot) {
    ensure(slot);
    for (int i = 0; i < sizes[slot]; i++) {
      counts.remove(slot, heaps[slot][i]);
    }
    heaps[slot] = NONE;
    sizes[slot] = 0;
    stale[slot] = 0;
  }

  @Override
  long besideBytes() {
    // A heap has a place for each value, and grows by doubling.
    long heapWords = 3L * counts.size() / 2;
    return counts.bytes() + Long.BYTES * heapWords + SLOT_BYTES * heaps.length;
  }

  @Override
  void mark(CodeSet live) {
    if (type.isEncoded()) {
      counts.mark(live);
    }
  }

  @Override
  public StateImage capture() {
    return counts.capture();
  }

  @Override
  public void restore(StateReader in) {
    counts.restore(in);
    counts.forEach(
        (slot, value, count) -> {
          ensure(slot);
          push(slot, value);
          stale[slot] += count == 0 ? 1 : 0;
        });
  }
}
