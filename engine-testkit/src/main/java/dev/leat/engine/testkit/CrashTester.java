package dev.leat.engine.testkit;

import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Crashes an engine that runs a pipeline of yours, again and again, and looks whether it is right
 * when it is opened again: no acknowledged row is lost, none is there twice, every view is what the
 * {@link ReferenceEvaluator} computes, and the ledger says what it would say without a crash.
 *
 * <pre>{@code
 * new CrashTester()
 *     .pipeline(pipeline)
 *     .append(engine -> engine.stream("clicks", Click.class).append(click))
 *     .append(engine -> engine.ndjson("clicks").append(lines))
 *     .run();
 * }</pre>
 *
 * <p>It runs the scenario once and counts the calls to the operating system. Then it runs it many
 * times, each time in a directory of its own, and kills the process or cuts the power at one of the
 * calls, or at two; the rows that were not acknowledged are appended again. Half of the runs
 * acknowledge at {@link Durability#LOGGED} and are killed, half at {@link Durability#SYNCED} and
 * lose their power. Everything happens in one thread and follows from the seed.
 *
 * <p>With JUnit, {@link CrashTest} hands a tester over and runs it. One thread.
 */
public final class CrashTester {
  /**
   * What was done.
   *
   * @param cases how many runs there were
   * @param crashes how often the process died or the power went, over all of them
   */
  public record Report(int cases, int crashes) {}

  private static final int DEFAULT_CRASHES = 50;
  private static final int MAX_TRACE = 30;
  private static final int CHECKPOINT_EVERY = 3;
  private static final int REOPEN_EVERY = 5;

  private final List<Consumer<Engine>> appends = new ArrayList<>();
  private @Nullable Pipeline pipeline;
  private EngineSettings settings = EngineSettings.defaults();
  private int crashes = DEFAULT_CRASHES;
  private long firstSeed = 1;

  /** A tester of nothing yet. */
  public CrashTester() {}

  /** Sets what is computed. */
  public CrashTester pipeline(Pipeline value) {
    pipeline = value;
    return this;
  }

  /**
   * Adds an append. They are made in the order in which they were added, some of them in one epoch;
   * one that a crash took is made again, and an engine that never crashes makes them too, so each
   * must do the same every time.
   *
   * @param append appends rows in any way, without waiting for them and without stepping
   */
  public CrashTester append(Consumer<Engine> append) {
    appends.add(append);
    return this;
  }

  /** Sets how the engine is to run; durability, threading and clock are the tester's. */
  public CrashTester settings(EngineSettings value) {
    settings = value;
    return this;
  }

  /** Sets how many runs there are; default 50. */
  public CrashTester crashes(int value) {
    if (value < 1) {
      throw new IllegalArgumentException("there is at least one crash: crashes=" + value);
    }
    crashes = value;
    return this;
  }

  /** Sets the seed of the first run, the next has the next one; default 1. */
  public CrashTester seed(long value) {
    firstSeed = value;
    return this;
  }

  /**
   * Runs the scenario with all its crashes.
   *
   * @throws AssertionError if the engine is wrong after one of them; the message has the seed that
   *     gives this run alone
   */
  public Report run() {
    if (pipeline == null || appends.isEmpty()) {
      throw new IllegalStateException(
          "a crash test needs pipeline(...) and at least one append(...): appends="
              + appends.size());
    }
    Map<Durability, Long> calls = new EnumMap<>(Durability.class);
    for (Durability durability : Durability.values()) {
      calls.put(durability, inDirectory(directory -> undisturbed(directory, durability)));
    }
    int all = 0;
    for (int i = 0; i < crashes; i++) {
      long seed = firstSeed + i;
      all += inDirectory(directory -> crashed(directory, seed, calls));
    }
    return new Report(crashes, all);
  }

  private CrashRun run(Path directory, Durability durability, long seed) {
    Pipeline tested = pipeline;
    if (tested == null) {
      throw new IllegalStateException("no pipeline");
    }
    CrashScenario scenario =
        new CrashScenario(tested, appends, null, settings.withDurability(durability));
    return new CrashRun(scenario, new CrashDisk(directory), seed);
  }

  /** The moves of every run: what differs is where it crashes. */
  private List<CrashMove> moves() {
    List<CrashMove> moves = new ArrayList<>();
    for (int i = 0; i < appends.size(); i++) {
      moves.add(new CrashMove(CrashMove.Kind.APPEND, i));
      moves.add(new CrashMove(CrashMove.Kind.STEP, i));
      moves.add(new CrashMove(CrashMove.Kind.TICK, i));
      if (i % CHECKPOINT_EVERY == CHECKPOINT_EVERY - 1) {
        moves.add(new CrashMove(CrashMove.Kind.CHECKPOINT, i));
      }
      if (i % REOPEN_EVERY == REOPEN_EVERY - 1) {
        moves.add(new CrashMove(CrashMove.Kind.REOPEN, i));
      }
    }
    return moves;
  }

  private long undisturbed(Path directory, Durability durability) {
    CrashRun run = run(directory, durability, firstSeed);
    try {
      run.run(moves());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("without a crash, at " + durability + ": " + e.getMessage(), e);
    }
    return run.ioCalls();
  }

  private int crashed(Path directory, long seed, Map<Durability, Long> calls) {
    SplittableRandom random = new SplittableRandom(seed);
    Durability durability = random.nextBoolean() ? Durability.LOGGED : Durability.SYNCED;
    CrashRun run = run(directory, durability, seed);
    if (durability == Durability.SYNCED) {
      run.cutPowerOnDeath();
    }
    Fault death = random.nextBoolean() ? Fault.KILL_BEFORE : Fault.KILL_AFTER;
    long call = 1 + random.nextLong(calls.getOrDefault(durability, 1L));
    run.inject(FaultPlan.nth(call, death));
    List<CrashMove> moves = moves();
    if (random.nextBoolean()) {
      moves.add(
          random.nextInt(moves.size()), new CrashMove(CrashMove.Kind.KILL_SOON, random.nextLong()));
    }
    try {
      run.run(moves);
      return run.crashes();
    } catch (AssertionError | RuntimeException e) {
      List<String> trace = run.trace();
      throw new AssertionError(
          "after a crash at call "
              + call
              + ", at "
              + durability
              + ": "
              + e.getMessage()
              + "\nrun it alone with @CrashTest(seed = "
              + seed
              + ", crashes = 1), or new CrashTester().seed("
              + seed
              + ").crashes(1)\n"
              + String.join(
                  "\n", trace.subList(Math.max(0, trace.size() - MAX_TRACE), trace.size())),
          e);
    }
  }

  private interface InDirectory<T> {
    T run(Path directory);
  }

  private static <T> T inDirectory(InDirectory<T> action) {
    try {
      Path directory = Files.createTempDirectory("leat-crash-test");
      try {
        return action.run(directory);
      } finally {
        delete(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
