package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * Views are what their query gives in batch: random plans and changes, compared with the reference
 * after every epoch. {@code mvn verify -Prandom -Drandom.cases=N -Drandom.seed=S} runs any number
 * of cases; the case of a seed can be run again with {@code -Drandom.cases=1}.
 */
class RandomPlansTest {
  private static final int THREADS = 2;
  private static final int MAX_SHOWN = 10;
  private static final int CASES_BETWEEN_WORDS = 10_000;

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
    failed.stream().sorted().limit(MAX_SHOWN).forEach(RandomPlansTest::show);
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
    List<Long> failed = Collections.synchronizedList(new ArrayList<>());
    AtomicLong next = new AtomicLong();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        all.add(
            threads.submit(
                () -> {
                  for (long n = next.getAndIncrement(); n < cases; n = next.getAndIncrement()) {
                    if (fails(seed + n, made)) {
                      failed.add(seed + n);
                    }
                    if ((n + 1) % CASES_BETWEEN_WORDS == 0 && n + 1 < cases) {
                      System.out.println(
                          n + 1 + " of " + cases + " cases, seeds that fail: " + failed);
                    }
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("not all cases were run", e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return failed;
  }

  private static boolean fails(long seed, LongFunction<RandomCase> made) {
    try {
      return RandomRun.failure(made.apply(seed)) != null;
    } catch (OutOfMemoryError e) {
      throw new AssertionError("a case is too large: -Drandom.cases=1 -Drandom.seed=" + seed, e);
    }
  }

  private static void show(long seed) {
    RandomCase whole = RandomCase.of(seed);
    RandomCase small = CaseShrinker.shrink(whole, c -> RandomRun.failure(c) != null);
    System.out.println("failing case: -Drandom.cases=1 -Drandom.seed=" + seed);
    System.out.println(small);
    System.out.println(RandomRun.failure(small));
  }
}
