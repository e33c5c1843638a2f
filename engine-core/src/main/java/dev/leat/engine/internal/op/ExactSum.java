package dev.leat.engine.internal.op;

import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.ExactSums;
import dev.leat.engine.internal.state.TouchedRows;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** One exact sum of each group, in words of the group's row, and the flag of what is beside. */
final class ExactSum {
  /** The product of two doubles below this and above {@link #SMALL} is the sum of two doubles. */
  private static final double LARGE = 0x1p900;

  private static final double SMALL = 0x1p-900;

  private final ExactSums sums = new ExactSums();
  private final int word;
  private final StateLayout.Flag beside;

  ExactSum(StateLayout layout) {
    this.word = layout.words(ExactSums.WORDS);
    this.beside = layout.flag(1);
  }

  void add(int slot, long[] words, int group, double value, long times) {
    boolean wasBeside = beside.isSet(words, group, 0);
    flag(words, group, sums.add(slot, words, group + word, wasBeside, value, times));
  }

  void add(int slot, long[] words, int group, BigDecimal value, long times) {
    boolean wasBeside = beside.isSet(words, group, 0);
    flag(words, group, sums.addExact(slot, words, group + word, wasBeside, value, times));
  }

  /** Adds the product of two doubles, both finite. */
  void addProduct(int slot, long[] words, int group, double a, double b, long times) {
    double product = a * b;
    double size = Math.abs(product);
    if (size > SMALL && size < LARGE) {
      add(slot, words, group, product, times);
      double rest = Math.fma(a, b, -product);
      if (rest != 0) {
        add(slot, words, group, rest, times);
      }
    } else if (a != 0 && b != 0) {
      add(slot, words, group, new BigDecimal(a).multiply(new BigDecimal(b)), times);
    }
  }

  private void flag(long[] words, int group, boolean isBeside) {
    if (isBeside) {
      beside.set(words, group);
    } else {
      beside.clear(words, group);
    }
  }

  /** The sum of a group; null if a value in it is not finite. */
  @Nullable BigDecimal exact(int slot, long[] words, int group) {
    return sums.exact(slot, words, group + word, beside.isSet(words, group, 0));
  }

  /** May it be another than before the step? */
  boolean mayDiffer(TouchedRows touched, int place) {
    // What is beside is not in the words; and a sum that was beside may now be none.
    boolean differs =
        beside.isSet(touched.words(), place * touched.stride(), 0) || beside.wasSet(touched, place);
    for (int w = word; w < word + ExactSums.WORDS; w++) {
      differs |= touched.word(place, w) != touched.before(place, w);
    }
    return differs;
  }

  void clear(int slot) {
    sums.clear(slot);
  }

  long bytes() {
    return sums.bytes();
  }

  StateImage capture() {
    return sums.capture();
  }

  void restore(StateReader in) {
    sums.restore(in);
  }
}
