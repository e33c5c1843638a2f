package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * Views are what their query gives in batch: random plans and changes, compared with the reference
 * after every epoch. {@code mvn verify -Prandom -Drandom.cases=N -Drandom.seed=S} runs any number
 * of cases; the case of a seed can be run again with {@code -Drandom.cases=1}.
 */
class RandomPlansTest {
  private static final int MAX_SHOWN = 10;

  /** Seeds that have failed once. */
  private static final List<Long> REGRESSIONS =
      List.of(
          27L, 173L, 204L, 381L, 508L, 13_403L, 15_112L, 16_241L, 110_528L, 110_660L, 214_359L,
          216_832L, 2998L, 6638L);

  @Test
  void viewsAreWhatTheReferenceComputes() throws InterruptedException {
    long cases = Long.getLong("random.cases", 1000);
    long seed = Long.getLong("random.seed", 1);
    List<Long> failed = run(seed, cases, RandomCase::of);
    failed.stream().limit(MAX_SHOWN).forEach(RandomPlansTest::show);
    System.out.println(cases + " cases, " + failed.size() + " failures");
    assertThat(failed).as("seeds that fail").isEmpty();
  }

  @Test
  void seedsThatFailedOnceFailNoMore() {
    assertThat(REGRESSIONS)
        .allSatisfy(seed -> assertThat(RandomRun.failure(RandomCase.of(seed))).isNull());
  }

  /** The seeds of cases that fail. */
  static List<Long> run(long seed, long cases, LongFunction<RandomCase> made)
      throws InterruptedException {
    return SeededCases.failing(
        seed, cases, () -> each -> RandomRun.failure(made.apply(each)) != null);
  }

  private static void show(long seed) {
    RandomCase whole = RandomCase.of(seed);
    RandomCase small = CaseShrinker.shrink(whole, c -> RandomRun.failure(c) != null);
    System.out.println("failing case: -Drandom.cases=1 -Drandom.seed=" + seed);
    System.out.println(small);
    System.out.println(RandomRun.failure(small));
  }
}
