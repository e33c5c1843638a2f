package dev.leat.engine.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Cases of many seeds, in two threads; it says how far it is. */
final class SeededCases {
  private static final int THREADS = 2;
  private static final int CASES_BETWEEN_WORDS = 10_000;

  /** What one thread checks with. */
  @FunctionalInterface
  interface Check extends AutoCloseable {
    boolean fails(long seed);

    @Override
    default void close() {}
  }

  private final long seed;
  private final long cases;
  private final AtomicLong next = new AtomicLong();
  private final List<Long> failed = Collections.synchronizedList(new ArrayList<>());
  private final Set<Long> running = ConcurrentHashMap.newKeySet();

  private SeededCases(long seed, long cases) {
    this.seed = seed;
    this.cases = cases;
  }

  /**
   * The seeds that fail, in order.
   *
   * @param check one for each thread
   * @throws AssertionError if not every case was run; it names the seeds of those that were running
   */
  static List<Long> failing(long seed, long cases, Supplier<Check> check)
      throws InterruptedException {
    SeededCases all = new SeededCases(seed, cases);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> parts = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        parts.add(threads.submit(() -> all.run(check)));
      }
      for (Future<?> part : parts) {
        part.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError("not all cases were run", e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return all.failed.stream().sorted().toList();
  }

  private void run(Supplier<Check> made) {
    try (Check check = made.get()) {
      for (long n = next.getAndIncrement(); n < cases; n = next.getAndIncrement()) {
        if (fails(check, seed + n)) {
          failed.add(seed + n);
        }
        if ((n + 1) % CASES_BETWEEN_WORDS == 0 && n + 1 < cases) {
          System.out.println(n + 1 + " of " + cases + " cases, seeds that fail: " + failed);
        }
      }
    }
  }

  private boolean fails(Check check, long each) {
    running.add(each);
    boolean fails;
    try {
      fails = check.fails(each);
    } catch (RuntimeException e) {
      System.out.println("no case can be made or run: seed=" + each + " cause=" + e);
      fails = true;
    } catch (OutOfMemoryError e) {
      // Memory may have been another thread's: that one's case is the large one then.
      throw new AssertionError("a case is too large, of one of the seeds " + running, e);
    }
    running.remove(each);
    return fails;
  }
}
