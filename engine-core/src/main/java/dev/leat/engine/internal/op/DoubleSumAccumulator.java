package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.ExactSums;
import dev.leat.engine.internal.state.TouchedRows;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sums, and means, of floats and doubles; the sum is exact and is rounded once, so order and
 * retraction leave no trace.
 */
final class DoubleSumAccumulator extends Accumulator {
  private final boolean isMean;
  private final ExactSums sums = new ExactSums();
  private final int sumWord;
  private final int countWord;
  private final StateLayout.Flag beside;

  DoubleSumAccumulator(boolean isMean, StateLayout layout) {
    this.isMean = isMean;
    this.sumWord = layout.words(ExactSums.WORDS);
    this.countWord = layout.word();
    this.beside = layout.flag(1);
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    long[] words = groups.words();
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (!values.isNull(row)) {
        long weight = rows.weight(row);
        int group = groups.at()[row];
        double value = Words.toDouble(values.word(row));
        boolean wasBeside = beside.isSet(words, group, 0);
        int slot = groups.slots()[row];
        boolean isBeside = sums.add(slot, words, group + sumWord, wasBeside, value, weight);
        if (isBeside) {
          beside.set(words, group);
        } else if (wasBeside) {
          beside.clear(words, group);
        }
        words[group + countWord] += weight;
      }
    }
  }

  @Override
  void settle(TouchedRows touched) {
    if (sums.size() == 0) {
      return;
    }
    for (int i = 0; i < touched.count(); i++) {
      int group = i * touched.stride();
      if (beside.isSet(touched.words(), group, 0)) {
        sums.settle(touched.slots()[i], touched.words(), group + sumWord);
      }
    }
  }

  @Override
  void merge(GroupMerge merge) {
    long[] words = merge.words();
    ExactSums.Place place =
        new ExactSums.Place(
            merge.fromSlot(), merge.from() + sumWord, beside.isSet(words, merge.from(), 0));
    boolean wasBeside = beside.isSet(words, merge.to(), 0);
    if (sums.addAll(merge.toSlot(), words, merge.to() + sumWord, wasBeside, place)) {
      beside.set(words, merge.to());
    } else if (wasBeside) {
      beside.clear(words, merge.to());
    }
    merge.add(countWord);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    for (int i = first; i < end; i++) {
      int group = i * stride;
      long values = rows[group + countWord];
      if (values == 0) {
        out.setNull(i);
      } else {
        double sum = sums.sum(rows, group + sumWord, beside.isSet(rows, group, 0));
        out.set(i, Words.ofDouble(isMean ? sum / (double) values : sum));
      }
    }
  }

  @Override
  boolean isTold() {
    return false;
  }

  @Override
  void clear(int slot) {
    sums.clear(slot);
  }

  @Override
  long besideBytes() {
    return sums.bytes();
  }

  @Override
  public StateImage capture() {
    return sums.capture();
  }

  @Override
  public void restore(StateReader in) {
    sums.restore(in);
  }
}
