package dev.leat.engine.sketches;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.dynatrace.hash4j.distinctcount.UltraLogLog;
import com.dynatrace.hash4j.hashing.Hashing;
import dev.leat.engine.testkit.AggregateLaws;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sketch of a set: the library's, few or many, and as near to the truth as it says. */
class DistinctCountTest {
  private static DistinctSketch sketch(DistinctCount count, int first, int end) {
    DistinctSketch sketch = count.empty();
    for (int i = first; i < end; i++) {
      sketch = count.add(sketch, List.of("user-" + i), 1);
    }
    return sketch;
  }

  private static double standardError(int precision) {
    return 0.7609 / Math.sqrt(1 << precision);
  }

  @Test
  void itKeepsTheLaws() {
    List<List<Object>> examples =
        IntStream.range(0, 40).mapToObj(i -> List.<Object>of("value " + i)).toList();
    assertThatCode(() -> AggregateLaws.check(new DistinctCount(6), examples, 3))
        .doesNotThrowAnyException();
    assertThatCode(() -> AggregateLaws.check(new DistinctCount(12), examples, 4))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 9, 12, 16})
  void itHasTheRegistersOfTheLibrary(int precision) {
    UltraLogLog theirs = UltraLogLog.create(precision);
    DistinctSketch ours = DistinctSketch.EMPTY;
    SplittableRandom random = new SplittableRandom(precision);
    int unchanged = 0;
    for (int i = 0; i < 40_000; i++) {
      // Some with long runs of zeros behind the number of the register.
      long hash = random.nextLong() & (i % 3 == 0 ? ~0L << random.nextInt(64) : ~0L);
      theirs.add(hash);
      DistinctSketch before = ours;
      ours = ours.with(hash, precision);
      unchanged += before == ours ? 1 : 0;
    }
    byte[] written = ours.write();
    assertThat(Arrays.copyOfRange(written, 1, written.length)).isEqualTo(theirs.getState());
    if (precision <= 9) {
      assertThat(unchanged).as("rows that cost no copy").isGreaterThan(30_000);
    }
  }

  @Test
  void fewAreCountedExactly() {
    DistinctCount count = new DistinctCount(12);
    for (int n : new int[] {0, 1, 2, 100, 255, 256}) {
      DistinctSketch sketch = sketch(count, 0, n);
      assertThat(sketch.count()).isEqualTo(n);
      assertThat(sketch.bytes()).isLessThan(2200);
    }
    assertThat(sketch(count, 0, 257).bytes()).isEqualTo(4096 + 64);
  }

  @ParameterizedTest
  @ValueSource(ints = {6, 8, 10, 12, 14})
  void manyAreCountedAsNearAsSaid(int precision) {
    DistinctCount count = new DistinctCount(precision);
    double squares = 0;
    int counted = 0;
    for (int n : new int[] {500, 3000, 20_000}) {
      for (int run = 0; run < 12; run++) {
        DistinctSketch sketch = sketch(count, run * n, (run + 1) * n);
        double error = (sketch.count() - n) / (double) n;
        assertThat(Math.abs(error)).isLessThan(4 * standardError(precision) + 1.0 / n);
        squares += error * error;
        counted++;
      }
    }
    assertThat(Math.sqrt(squares / counted)).isLessThan(1.3 * standardError(precision));
  }

  /** The same on each JDK and processor: a log that is replayed elsewhere gives the same views. */
  @Test
  void resultsAreTheSameEverywhere() {
    List<Long> counts = new ArrayList<>();
    for (int precision : new int[] {6, 10, 12, 16}) {
      for (int n : new int[] {300, 5000, 100_000}) {
        counts.add(sketch(new DistinctCount(precision), 0, n).count());
      }
    }
    assertThat(counts)
        .containsExactly(
            280L, 5066L, 98351L, 293L, 5044L, 99164L, 302L, 5066L, 100478L, 300L, 5001L, 100132L);
  }

  @Test
  void hashesAreTheSameEverywhere() {
    assertThat(ValueHash.of("Zürich \ud83d\ude00")).isEqualTo(8820434356527817646L);
    assertThat(ValueHash.of(new byte[] {1, 2, 3}))
        .isEqualTo(Hashing.komihash5_0().hashBytesToLong(new byte[] {1, 2, 3}));
    assertThat(ValueHash.of(42)).isEqualTo(ValueHash.of(42L)).isEqualTo(-5734620670419463593L);
  }

  @Test
  void equalValuesHaveEqualHashesAndOthersOthers() {
    assertThat(ValueHash.of(-0.0)).isEqualTo(ValueHash.of(0.0));
    assertThat(ValueHash.of(0.5f)).isEqualTo(ValueHash.of(0.5));
    List<Object> values =
        List.of(
            true,
            0,
            2,
            3.5,
            "",
            "0",
            new BigDecimal("3.50"),
            new BigDecimal("-1"),
            Instant.EPOCH.minusNanos(1000),
            Duration.ofSeconds(-9, 1000),
            LocalDate.of(2026, 1, 1),
            new byte[] {0},
            List.of(),
            Collections.singletonList(null),
            List.of(""),
            List.of("a", "b"),
            List.of("ab", ""),
            List.of("a", "b", ""),
            List.of(List.of("a"), List.of("b")),
            List.of(List.of("a", "b")));
    Set<Long> hashes = new HashSet<>();
    values.forEach(value -> hashes.add(ValueHash.of(value)));
    assertThat(hashes).hasSize(values.size());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ValueHash.of(new Object()))
        .withMessageContaining("no column has values of java.lang.Object");
  }

  @Test
  void theOrderOfRowsDoesNotMatter() {
    DistinctCount count = new DistinctCount(8);
    List<Integer> rows = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      rows.add(i % 1000);
    }
    byte[] first = null;
    for (int run = 0; run < 5; run++) {
      Collections.shuffle(rows, new Random(run));
      DistinctSketch sketch = count.empty();
      for (int row : rows) {
        sketch = count.add(sketch, List.of(row), 1);
      }
      first = first == null ? sketch.write() : first;
      assertThat(sketch.write()).isEqualTo(first);
    }
  }

  @Test
  void whatIsNoStateIsRefused() {
    DistinctCount count = new DistinctCount(8);
    for (byte[] bytes :
        List.of(new byte[] {7}, new byte[] {0, 1}, new byte[100], new byte[1 + 136])) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> count.read(bytes))
          .withMessageContaining("not the state of a distinct count");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> count.add(count.empty(), List.of(1), -1))
        .withMessageContaining("a sketch cannot take rows back");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DistinctCount(5))
        .withMessageContaining("from 6 to 16: precision=5");
    assertThatIllegalArgumentException().isThrownBy(() -> new DistinctCount(17));
  }
}
