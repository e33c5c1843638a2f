package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.ExactSums;
import dev.leat.engine.internal.state.OrderedRows;

/**
 * Sums, and means, of doubles over frames: exact, and rounded once.
 *
 * <p>A summary is the exact sum where that fits the words that {@link ExactSums} needs mostly. If
 * it does not, because of values that are not finite, huge, or of very different sizes, the summary
 * only says so, and a frame looks at what it consists of instead.
 */
final class FrameDoubleSum extends FrameAggregate {
  private static final int COUNT = ExactSums.WORDS;
  private static final int IS_UNKNOWN = COUNT + 1;

  private final boolean isMean;
  private final ExactSums scratch = new ExactSums();
  private final ExactSums sums = new ExactSums();
  private final long[] sum = new long[ExactSums.WORDS];
  private boolean isBeside;
  private long count;

  FrameDoubleSum(OverRows rows, int column, boolean isMean) {
    super(rows, column, IS_UNKNOWN + 1);
    this.isMean = isMean;
  }

  @Override
  void addValue(long[] words, int at, long value) {
    words[at + COUNT]++;
    addPart(words, at, Words.toDouble(value));
  }

  private void addPart(long[] words, int at, double part) {
    if (words[at + IS_UNKNOWN] == 0 && scratch.add(0, words, at, false, part, 1)) {
      scratch.clear(0);
      words[at + IS_UNKNOWN] = 1;
    }
  }

  @Override
  void addWords(long[] words, int at, long[] other, int otherAt) {
    words[at + COUNT] += other[otherAt + COUNT];
    words[at + IS_UNKNOWN] |= other[otherAt + IS_UNKNOWN];
    for (int i = 0; i < ExactSums.WORDS && other[otherAt + i] != 0; i++) {
      addPart(words, at, Double.longBitsToDouble(other[otherAt + i]));
    }
  }

  @Override
  void start() {
    sums.clear(0);
    java.util.Arrays.fill(sum, 0);
    isBeside = false;
    count = 0;
  }

  @Override
  public void subtree(int slot) {
    long[] words = subtrees();
    int at = slot * stride();
    if (words[at + IS_UNKNOWN] != 0) {
      OrderedRows ordered = rows().ordered();
      if (ordered.left(slot) >= 0) {
        subtree(ordered.left(slot));
      }
      row(slot);
      if (ordered.right(slot) >= 0) {
        subtree(ordered.right(slot));
      }
      return;
    }
    count += words[at + COUNT];
    for (int i = 0; i < ExactSums.WORDS && words[at + i] != 0; i++) {
      add(Double.longBitsToDouble(words[at + i]));
    }
  }

  @Override
  public void row(int slot) {
    if (rows().isLive(slot) && !rows().isNull(slot, column())) {
      count++;
      add(Words.toDouble(rows().word(slot, column())));
    }
  }

  private void add(double part) {
    isBeside = sums.add(0, sum, 0, isBeside, part, 1);
  }

  @Override
  void write(Column out, RowErrors errors) {
    if (count == 0) {
      out.setNull(0);
      return;
    }
    if (isBeside) {
      sums.settle(0, sum, 0);
    }
    double exact = sums.sum(sum, 0, isBeside);
    out.set(0, Words.ofDouble(isMean ? exact / (double) count : exact));
  }

  @Override
  void write(long[] words, Column out, RowErrors errors) {
    throw new IllegalStateException("a sum of doubles is written from what was folded");
  }

  @Override
  boolean isTold() {
    return false;
  }
}
