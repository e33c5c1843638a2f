package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.checkpoint.StateBytes;
import dev.leat.engine.internal.checkpoint.StateImage;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sums of doubles are those of BigDecimal rounded once, and leave nothing behind. */
class ExactSumsLawsTest {
  private record Term(double value, long times) {}

  private static double value(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> random.nextInt(-10, 10);
      case 1 -> random.nextDouble() - 0.5;
      case 2 -> Double.MAX_VALUE * (random.nextBoolean() ? 1 : -1);
      case 3 -> Double.MIN_VALUE * random.nextInt(-3, 4);
      case 4 -> Math.scalb(1.0, random.nextInt(-1074, 1023)) * (random.nextBoolean() ? 1 : -1);
      case 5 -> 1 + Math.ulp(1.0) * random.nextInt(3);
      case 6 -> Math.scalb(1.0 + random.nextDouble(), 53);
      default -> {
        double any = Double.longBitsToDouble(random.nextLong());
        yield Double.isFinite(any) ? any : 1e300;
      }
    };
  }

  private static long times(SplittableRandom random) {
    return switch (random.nextInt(6)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt(-5, 6);
      case 2 -> -1;
      default -> 1;
    };
  }

  private static BigDecimal exact(List<Term> terms) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Term term : terms) {
      sum = sum.add(new BigDecimal(term.value()).multiply(BigDecimal.valueOf(term.times())));
    }
    return sum;
  }

  /** Sums of some slots, with the words that a caller keeps of each. */
  private static final class Sums {
    private final ExactSums sums = new ExactSums();
    private final long[] words = new long[2 * ExactSums.WORDS];
    private final boolean[] isBeside = new boolean[2];

    private void add(int slot, List<Term> terms, long sign) {
      int at = slot * ExactSums.WORDS;
      for (Term term : terms) {
        long times = sign * term.times();
        isBeside[slot] = sums.add(slot, words, at, isBeside[slot], term.value(), times);
      }
      if (isBeside[slot]) {
        sums.settle(slot, words, at);
      }
    }

    private double sum(int slot) {
      return sums.sum(words, slot * ExactSums.WORDS, isBeside[slot]);
    }

    private boolean isZero(int slot) {
      int at = slot * ExactSums.WORDS;
      return !isBeside[slot] && words[at] == 0 && words[at + 1] == 0 && words[at + 2] == 0;
    }

    private void clear(int slot) {
      sums.clear(slot);
      isBeside[slot] = false;
      Arrays.fill(words, slot * ExactSums.WORDS, (slot + 1) * ExactSums.WORDS, 0);
    }

    /** Another with the same sums, read from what the first one's state was written to. */
    private Sums restored(StateImage image, Sums as) {
      Sums made = new Sums();
      made.sums.restore(StateBytes.of(image).reader());
      System.arraycopy(as.words, 0, made.words, 0, words.length);
      System.arraycopy(as.isBeside, 0, made.isBeside, 0, isBeside.length);
      return made;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sumsAreExactAndRoundedOnce(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Sums sums = new Sums();
    for (int round = 0; round < 1000; round++) {
      List<Term> terms = new ArrayList<>();
      for (int i = random.nextInt(1, 12); i > 0; i--) {
        long times = times(random);
        terms.add(new Term(value(random), times == Long.MIN_VALUE ? 1 : times));
      }
      sums.add(0, terms, 1);
      assertThat(sums.sum(0)).as("%s", terms).isEqualTo(exact(terms).doubleValue() + 0.0);
      Collections.shuffle(terms, new Random(seed));
      sums.add(1, terms, 1);
      assertThat(sums.sum(1)).as("%s", terms).isEqualTo(sums.sum(0));
      StateImage image = sums.sums.capture();
      Sums same = new Sums();
      same = same.restored(image, sums);
      Collections.shuffle(terms, new Random(seed + 1));
      sums.add(0, terms, -1);
      assertThat(sums.isZero(0)).as("%s", terms).isTrue();
      // What was captured is still what it was, and what was read back goes on like the original.
      assertThat(same.sum(0)).isEqualTo(same.restored(image, same).sum(1));
      same.add(0, terms, -1);
      assertThat(same.isZero(0)).as("%s", terms).isTrue();
      sums.clear(1);
      assertThat(sums.isZero(1)).isTrue();
      assertThat(sums.sums.size()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsNotFiniteLeavesNothingBehind(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Sums sums = new Sums();
    List<Double> special =
        List.of(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.5, -0.0, 1e308);
    for (int round = 0; round < 800; round++) {
      List<Term> terms = new ArrayList<>();
      double plain = 0;
      for (int i = random.nextInt(6); i > 0; i--) {
        double value = special.get(random.nextInt(special.size()));
        terms.add(new Term(value, 1));
        plain += Double.isFinite(value) ? 0 : value;
      }
      sums.add(0, terms, 1);
      boolean isFinite = terms.stream().allMatch(term -> Double.isFinite(term.value()));
      Double expected = isFinite ? exact(terms).doubleValue() : plain;
      assertThat((Double) sums.sum(0)).isEqualTo(expected);
      Collections.shuffle(terms, new Random(seed));
      sums.add(0, terms, -1);
      assertThat(sums.isZero(0)).isTrue();
    }
  }
}
