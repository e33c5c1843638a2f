package dev.leat.engine.sketches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.datadoghq.sketch.ddsketch.DDSketch;
import com.datadoghq.sketch.ddsketch.mapping.BitwiseLinearlyInterpolatedMapping;
import com.datadoghq.sketch.ddsketch.store.UnboundedSizeDenseStore;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each number is near that of its bin, in the order of numbers, and never in another bin. */
class RelativeBinsTest {
  private static final double[] EDGES = {
    1,
    2,
    3,
    Math.nextDown(1.0),
    Math.nextDown(2.0),
    Math.nextUp(1.0),
    1e-300,
    1e300,
    Math.PI,
    Double.MIN_NORMAL,
    Math.nextUp(Double.MIN_NORMAL),
    Double.MAX_VALUE,
    Math.nextDown(1 << 30)
  };

  /** Numbers of all sizes; with their signs. */
  private static double[] numbers(long seed) {
    Random random = new Random(seed);
    double[] numbers = new double[20_000];
    for (int i = 0; i < numbers.length; i++) {
      double value =
          switch (i % 4) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextInt(1000);
            case 2 -> Math.exp(20 * random.nextGaussian());
            default -> Math.scalb(1 + random.nextDouble(), random.nextInt(-1022, 1024));
          };
      numbers[i] = random.nextBoolean() ? value : -value;
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.0001, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5})
  void theNumberOfABinIsNearAllInIt(double accuracy) {
    RelativeBins bins = RelativeBins.ofNumbers(accuracy);
    double[] numbers = numbers(7);
    Arrays.sort(numbers);
    double before = Double.NEGATIVE_INFINITY;
    for (double number : numbers) {
      double middle = bins.middle(number);
      assertThat(Math.abs(middle - number))
          .as("number=%s middle=%s", number, middle)
          .isLessThanOrEqualTo(accuracy * Math.abs(number));
      assertThat(bins.middle(middle)).isEqualTo(middle);
      assertThat(middle).isGreaterThanOrEqualTo(before);
      before = middle;
    }
  }

  @Test
  void whatIsNoSizeIsItself() {
    RelativeBins bins = RelativeBins.ofNumbers(0.01);
    for (double value :
        new double[] {0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      assertThat(Double.doubleToLongBits(bins.middle(value)))
          .isEqualTo(Double.doubleToLongBits(value));
    }
    assertThat(bins.middle(Double.MIN_VALUE)).isZero();
    assertThat(bins.middle(-Math.nextDown(Double.MIN_NORMAL))).isZero();
  }

  @Test
  void thereAreAsManyBinsAsSaid() {
    Set<Double> middles = new HashSet<>();
    RelativeBins bins = RelativeBins.ofNumbers(0.01);
    for (double number = 1; number < 2; number += 1.0 / 4096) {
      middles.add(bins.middle(number));
    }
    middles.add(bins.middle(Math.nextDown(2.0)));
    assertThat(middles).hasSize(50);
    assertThat(bins.binsOfDouble()).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-6, 0.001, 0.01, 0.2, 0.5})
  void durationsAreNearToTheMicrosecond(double accuracy) {
    RelativeBins bins = RelativeBins.ofDurations(accuracy);
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      long micros = i < 5000 ? i - 2500 : (long) (Math.exp(43 * random.nextDouble()) - 3 * (i % 7));
      Duration duration = Duration.of(micros, ChronoUnit.MICROS);
      Duration result = bins.middle(duration);
      long middle = result.getSeconds() * 1_000_000 + result.getNano() / 1000;
      assertThat((double) Math.abs(middle - micros))
          .as("micros=%s middle=%s", micros, middle)
          .isLessThanOrEqualTo(accuracy * Math.abs((double) micros));
    }
    Duration longest = Duration.of(Long.MAX_VALUE, ChronoUnit.MICROS);
    assertThat(bins.middle(longest).toSeconds() / (double) longest.toSeconds())
        .isBetween(1 - accuracy, 1 + accuracy);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 6, 10})
  void percentilesAreInTheBinsOfDdSketch(int digits) {
    double accuracy = 1.0 / (2 << digits);
    RelativeBins bins = RelativeBins.ofNumbers(accuracy);
    assertThat(bins.binsOfDouble()).isEqualTo(1 << digits);
    BitwiseLinearlyInterpolatedMapping mapping = new BitwiseLinearlyInterpolatedMapping(digits);
    DDSketch sketch = new DDSketch(mapping, UnboundedSizeDenseStore::new);
    Random random = new Random(digits);
    double[] numbers = new double[1001];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = Math.exp(6 * random.nextGaussian());
      sketch.accept(numbers[i]);
    }
    Arrays.sort(numbers);
    for (int rank = 0; rank <= 1000; rank++) {
      double theirs = sketch.getValueAtQuantile(rank / 1000.0);
      assertThat(mapping.index(bins.middle(numbers[rank]))).isEqualTo(mapping.index(theirs));
    }
  }

  @Test
  void anAccuracyHasBounds() {
    for (double accuracy : new double[] {0, -1, 9.9e-7, 0.51, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RelativeBins.ofNumbers(accuracy))
          .withMessageContaining("accuracy=" + accuracy);
      assertThatIllegalArgumentException().isThrownBy(() -> RelativeBins.ofDurations(accuracy));
    }
  }
}
