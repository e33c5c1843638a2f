package dev.leat.engine.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
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

  private static void add(ExactSums sums, int slot, List<Term> terms, long sign) {
    terms.forEach(term -> sums.add(slot, term.value(), sign * term.times()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sumsAreExactAndRoundedOnce(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ExactSums sums = new ExactSums();
    sums.ensure(2);
    for (int round = 0; round < 1000; round++) {
      List<Term> terms = new ArrayList<>();
      for (int i = random.nextInt(1, 12); i > 0; i--) {
        long times = times(random);
        terms.add(new Term(value(random), times == Long.MIN_VALUE ? 1 : times));
      }
      add(sums, 0, terms, 1);
      assertThat(sums.sum(0)).as("%s", terms).isEqualTo(exact(terms).doubleValue() + 0.0);
      Collections.shuffle(terms, new Random(seed));
      add(sums, 1, terms, 1);
      assertThat(sums.sum(1)).as("%s", terms).isEqualTo(sums.sum(0));
      Collections.shuffle(terms, new Random(seed + 1));
      add(sums, 0, terms, -1);
      assertThat(sums.isZero(0)).as("%s", terms).isTrue();
      sums.clear(1);
      assertThat(sums.isZero(1)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whatIsNotFiniteLeavesNothingBehind(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    ExactSums sums = new ExactSums();
    sums.ensure(1);
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
      add(sums, 0, terms, 1);
      boolean isFinite = terms.stream().allMatch(term -> Double.isFinite(term.value()));
      Double expected = isFinite ? exact(terms).doubleValue() : plain;
      assertThat((Double) sums.sum(0)).isEqualTo(expected);
      Collections.shuffle(terms, new Random(seed));
      add(sums, 0, terms, -1);
      assertThat(sums.isZero(0)).isTrue();
    }
  }
}
