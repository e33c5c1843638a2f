package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.TouchedRows;
import java.util.Arrays;
import java.util.List;

/**
 * The changes of groups of which nothing but flags is kept, for those who do not read the keys:
 * groups with the same flags are equal rows to them, so they are told how many more or fewer have
 * each pattern of flags. That are a few rows, whatever the number of groups that changed, in the
 * order of the patterns.
 */
final class FlagPatterns {
  /** There is a count for each pattern that could be. */
  static final int MAX_BITS = 12;

  private final int stride;
  private final int keyColumns;
  private final int word;
  private final List<Accumulator> accumulators;
  private final Batch output;
  private final RowErrors errors = new RowErrors();

  /** By pattern: how many more groups have it than before the step. */
  private final long[] changes;

  /** No pattern with a change is higher. */
  private int highest;

  private long[] rows = new long[0];
  private long[] weights = new long[0];

  /**
   * No changes.
   *
   * @param stride words of a group's row
   * @param word the one that holds the flags, the lowest of which says that the group exists
   * @param bits how many bits are flags
   * @param keyColumns how many columns of the output are keys, before those of the accumulators
   */
  FlagPatterns(int stride, int word, int bits, int keyColumns, List<Accumulator> accumulators) {
    this.stride = stride;
    this.word = word;
    this.keyColumns = keyColumns;
    this.accumulators = accumulators;
    this.output = new Batch(keyColumns + accumulators.size());
    this.changes = new long[1 << bits];
  }

  /**
   * Some groups get flags: each had a pattern, 0 if it was not there, and has more from now on.
   *
   * @param before the patterns that they had
   * @param sets what is added to each
   */
  void change(int[] before, int[] sets, int count) {
    long[] by = changes;
    int any = highest;
    for (int i = 0; i < count; i++) {
      int after = before[i] | sets[i];
      any |= after;
      by[before[i]]--;
      by[after]++;
    }
    highest = any;
  }

  /** Takes in an image of groups that changed. */
  void add(TouchedRows touched) {
    for (int row = 0; row < touched.imageRows(); row++) {
      int pattern = (int) touched.image()[row * stride + word];
      changes[pattern] += touched.imageWeights()[row];
      highest |= pattern;
    }
  }

  /** The changes of the last step; the columns of the key hold nothing of use. */
  Batch output() {
    return output;
  }

  /** Makes the output of the changes since the last time. */
  void emit() {
    int count = 0;
    // From 1 on: a group that is not there is no row.
    for (int pattern = 1; pattern <= highest; pattern++) {
      if (changes[pattern] != 0) {
        count = add(count, pattern, changes[pattern]);
      }
    }
    Arrays.fill(changes, 0, highest + 1, 0);
    highest = 0;
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(count);
    }
    for (int i = 0; i < accumulators.size(); i++) {
      accumulators.get(i).write(rows, stride, 0, count, output.column(keyColumns + i), errors);
    }
    assert errors.isEmpty() : "flags have results";
    output.fill(count, weights);
    output.consolidated();
  }

  private int add(int count, int pattern, long weight) {
    if (weights.length == count) {
      weights = Arrays.copyOf(weights, Math.max(16, 2 * count));
      rows = Arrays.copyOf(rows, weights.length * stride);
    }
    weights[count] = weight;
    rows[count * stride + word] = pattern;
    return count + 1;
  }
}
