package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;

/**
 * Collects changed rows, as words, and makes a batch of them. Where rows have keys, of which it is
 * told the numbers, the old row of a key comes right before its new one, in the order in which keys
 * first came.
 */
final class PairedChanges {
  private static final int NONE = -1;

  private final KeyLayout layout;
  private final int stride;
  private final int columns;
  private final boolean isKeyed;

  private long[] words = new long[0];
  private int[] keys = new int[16];
  private int[] mates = new int[16];
  private long[] weights = new long[16];
  private int size;

  /** By key: the step in which a change of it came last, and which one that was. */
  private long[] lastOfKey = new long[0];

  private long step;

  private int[] outKeys = new int[0];
  private long[] outWeights = new long[0];

  PairedChanges(Schema schema, boolean isKeyed) {
    this.layout = KeyLayout.of(schema);
    this.stride = layout.stride();
    this.columns = schema.size();
    this.isKeyed = isKeyed;
  }

  /** Forgets what it has. */
  void start() {
    size = 0;
    step++;
  }

  /** How many changes there are. */
  int size() {
    return size;
  }

  /**
   * Adds a change.
   *
   * @param key the number of the row's key; not used where rows have none
   * @param from where the row's words begin
   * @param weight for rows with keys 1 or -1, each at most once for a key
   */
  void add(int key, long[] row, int from, long weight) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      mates = Arrays.copyOf(mates, 2 * size);
      weights = Arrays.copyOf(weights, 2 * size);
    }
    if ((size + 1) * stride > words.length) {
      words = Arrays.copyOf(words, Math.multiplyExact(Math.max(16, 2 * size), stride));
    }
    System.arraycopy(row, from, words, size * stride, stride);
    keys[size] = key;
    weights[size] = weight;
    mates[size] = NONE;
    if (isKeyed) {
      pair(key);
    }
    size++;
  }

  private void pair(int key) {
    if (key >= lastOfKey.length) {
      lastOfKey = Arrays.copyOf(lastOfKey, Math.max(key + 1, 2 * lastOfKey.length));
    }
    long last = lastOfKey[key];
    if (last >>> 32 == (step & 0xffff_ffffL)) {
      int mate = (int) last;
      assert weights[mate] == -weights[size] : "two changes of the same kind: key=" + key;
      mates[mate] = size;
      mates[size] = mate;
    }
    lastOfKey[key] = step << 32 | size;
  }

  /** Makes a batch of the changes. */
  void writeTo(Batch out) {
    if (size == 0) {
      out.clear();
      return;
    }
    for (int c = 0; c < columns; c++) {
      out.column(c).reset(size);
    }
    if (outKeys.length < size) {
      outKeys = new int[size + (size >> 1)];
      outWeights = new long[outKeys.length];
    }
    int row = 0;
    for (int i = 0; i < size; i++) {
      int mate = mates[i];
      if (mate < 0) {
        row = write(i, out, row);
      } else if (mate > i) {
        boolean isOldFirst = weights[i] < 0;
        row = write(isOldFirst ? i : mate, out, row);
        row = write(isOldFirst ? mate : i, out, row);
      }
    }
    out.fill(size, outWeights);
    if (isKeyed) {
      out.number(outKeys);
      out.consolidated();
    }
  }

  private int write(int change, Batch out, int row) {
    layout.scatter(words, change * stride, out, row);
    outKeys[row] = keys[change];
    outWeights[row] = weights[change];
    return row + 1;
  }
}
