package dev.leat.engine.testkit;

import dev.leat.engine.CheckpointSettings;
import dev.leat.engine.Durability;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Retention;
import dev.leat.engine.plan.Explain;
import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.ViewDefinition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole engine in one thread, from one seed: a random pipeline, random changes, a disk that
 * fails, crashes at random places, and after each opening the comparison of all views with the
 * reference.
 *
 * @param seed of everything
 * @param plan what is computed; its inputs are views too, so that each row is compared
 * @param changes what is appended, each list all or none
 * @param settings of the engine
 * @param moves what happens
 * @param isChanged is the engine opened with other views each time?
 */
record Simulation(
    long seed,
    Plan plan,
    List<List<InputChange>> changes,
    EngineSettings settings,
    List<CrashMove> moves,
    boolean isChanged) {
  private static final int MAX_CHANGES = 120;
  private static final int MAX_CHANGES_OF_PRODUCTS = 40;
  private static final int MAX_MOVES = 30;
  private static final List<CrashMove.Kind> CHANCES = chances();

  /** After these it takes some time until the engine is opened again. */
  private static final Set<CrashMove.Kind> ENDS =
      EnumSet.of(CrashMove.Kind.REOPEN, CrashMove.Kind.KILL, CrashMove.Kind.POWER_CUT);

  private static List<CrashMove.Kind> chances() {
    Map<CrashMove.Kind, Integer> weights = new LinkedHashMap<>();
    weights.put(CrashMove.Kind.APPEND, 30);
    weights.put(CrashMove.Kind.STEP, 30);
    weights.put(CrashMove.Kind.CHECKPOINT, 6);
    weights.put(CrashMove.Kind.READ, 4);
    weights.put(CrashMove.Kind.TICK, 6);
    weights.put(CrashMove.Kind.JUMP, 2);
    weights.put(CrashMove.Kind.REOPEN, 4);
    weights.put(CrashMove.Kind.KILL, 5);
    weights.put(CrashMove.Kind.POWER_CUT, 5);
    weights.put(CrashMove.Kind.KILL_SOON, 8);
    weights.put(CrashMove.Kind.FAULT_SOON, 8);
    weights.put(CrashMove.Kind.FAULTS, 3);
    weights.put(CrashMove.Kind.FULL_DISK, 2);
    weights.put(CrashMove.Kind.HEAL, 6);
    List<CrashMove.Kind> kinds = new ArrayList<>();
    weights.forEach((kind, weight) -> kinds.addAll(java.util.Collections.nCopies(weight, kind)));
    return List.copyOf(kinds);
  }

  /** The simulation of a seed. */
  static Simulation of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Plan plan = withInputs(RandomPlans.plan(random.nextLong()));
    List<List<InputChange>> changes =
        RandomChanges.epochs(
            plan, random.nextLong(), Math.min(mostChanges(plan), 1 + random.nextInt(MAX_CHANGES)));
    return of(seed, plan, changes, random);
  }

  /** The simulation of a seed, of windows and sessions, with streams that become idle. */
  static Simulation ofWindows(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Plan plan = withInputs(RandomWindowPlans.plan(random.nextLong()));
    List<List<InputChange>> changes =
        RandomWindowPlans.epochs(plan, random.nextLong(), 1 + random.nextInt(MAX_CHANGES)).stream()
            .map(Simulation::rows)
            .filter(some -> !some.isEmpty())
            .toList();
    Simulation simulation = of(seed, plan, changes, random);
    List<CrashMove> moves = new ArrayList<>();
    for (CrashMove move : simulation.moves) {
      moves.add(move);
      if (ENDS.contains(move.kind())) {
        moves.add(new CrashMove(CrashMove.Kind.TICK, move.seed()));
        moves.add(new CrashMove(CrashMove.Kind.TICK, move.seed() + 1));
        moves.add(new CrashMove(CrashMove.Kind.READ, move.seed())); // opens
      }
      if (move.kind() == CrashMove.Kind.APPEND) {
        moves.add(new CrashMove(CrashMove.Kind.STEP, move.seed()));
      }
    }
    return simulation.withMoves(moves);
  }

  /** What sources say of event time is refused where the clock was set far back. */
  private static List<InputChange> rows(List<InputChange> changes) {
    return changes.stream().filter(c -> c.kind() != InputChange.Kind.REACHED).toList();
  }

  private static Simulation of(
      long seed, Plan plan, List<List<InputChange>> changes, SplittableRandom random) {
    List<CrashMove> moves = new ArrayList<>();
    for (int i = random.nextInt(MAX_MOVES / 3, MAX_MOVES); i > 0; i--) {
      moves.add(new CrashMove(CHANCES.get(random.nextInt(CHANCES.size())), random.nextLong()));
    }
    return new Simulation(seed, plan, changes, settings(random), moves, false);
  }

  /** Joins of every row with every other, in one another, give powers of their inputs' rows. */
  private static int mostChanges(Plan plan) {
    long products =
        plan.nodes().stream()
            .filter(node -> node instanceof Join join && join.keys().size() == 0)
            .count();
    return products < 2 ? MAX_CHANGES : MAX_CHANGES_OF_PRODUCTS;
  }

  /** Checkpoints often, seldom or never unasked; the log kept or not; a ledger that overflows. */
  private static EngineSettings settings(SplittableRandom random) {
    Duration interval = Duration.ofMillis(List.of(1, 500, 10_000_000).get(random.nextInt(3)));
    return EngineSettings.defaults()
        .withDurability(random.nextBoolean() ? Durability.SYNCED : Durability.LOGGED)
        .withCheckpoints(CheckpointSettings.defaults().withInterval(interval))
        .withRetention(random.nextBoolean() ? Retention.everything() : Retention.onlyForRecovery())
        .withLedgerRows(random.nextInt(3) == 0 ? random.nextInt(1, 6) : 10_000);
  }

  private static Plan withInputs(Plan plan) {
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    for (Node.Input input : plan.inputs()) {
      views.add(new ViewDefinition("rows of " + input.name(), input, "the test is short"));
    }
    return new Plan(plan.inputs(), views);
  }

  /**
   * What came of a simulation.
   *
   * @param failure what went wrong; null if nothing did
   * @param trace what happened
   * @param crashes how often the process died or the power went
   * @param whileBuilding how often that was while views were built
   */
  record Result(@Nullable Throwable failure, List<String> trace, int crashes, int whileBuilding) {}

  /** Runs it in a directory of its own. */
  Result run(Path directory, long hashSeed) {
    List<Consumer<Engine>> appends = new ArrayList<>();
    for (List<InputChange> some : changes) {
      appends.add(engine -> engine.append(t -> some.forEach(c -> RandomRun.write(engine, t, c))));
    }
    CrashScenario scenario =
        new CrashScenario(
            Pipeline.of(plan),
            isChanged ? this::opened : null,
            appends,
            dependsOnTime() ? null : this::inputsAfter,
            settings);
    CrashRun run = new CrashRun(scenario, new CrashDisk(directory), hashSeed);
    @Nullable Throwable failure = null;
    try {
      run.run(moves);
    } catch (AssertionError | RuntimeException e) {
      failure = e;
    }
    return new Result(failure, run.trace(), run.crashes(), run.crashesWhileBuilding());
  }

  /**
   * What is a repetition, what is forgotten, and what is too far ahead of the clock, depends on
   * when an epoch was made, which a count of appends cannot tell.
   */
  private boolean dependsOnTime() {
    return plan.inputs().stream()
        .anyMatch(
            input ->
                input.deduplication() != null
                    || input.forgetting() != null
                    || input.eventTime() != null);
  }

  private Map<String, List<ReferenceRow>> inputsAfter(int appends) {
    InputModel model = new InputModel(plan);
    changes.subList(0, appends).forEach(some -> some.forEach(model::apply));
    return model.rows();
  }

  /** The pipeline with some of its views, others at each opening. */
  private Pipeline opened(int opening) {
    SplittableRandom random = new SplittableRandom(seed * 31 + opening);
    List<ViewDefinition> views = new ArrayList<>(plan.views());
    views.removeIf(view -> random.nextInt(3) == 0);
    return Pipeline.of(new Plan(plan.inputs(), views));
  }

  /** The same with other moves. */
  Simulation withMoves(List<CrashMove> others) {
    return new Simulation(seed, plan, changes, settings, others, isChanged);
  }

  /**
   * The same, but each opening has other views, the log has all that they are built from, and the
   * process often dies soon after an opening.
   */
  Simulation changed() {
    EngineSettings keeping = settings.withRetention(Retention.everything()).withEpochRows(1);
    List<CrashMove> more = new ArrayList<>();
    for (CrashMove move : moves) {
      more.add(move);
      if (move.kind() == CrashMove.Kind.REOPEN) {
        more.add(new CrashMove(CrashMove.Kind.READ, move.seed())); // opens
        more.add(new CrashMove(CrashMove.Kind.KILL_SOON, move.seed()));
        more.add(new CrashMove(CrashMove.Kind.APPEND, move.seed()));
      }
    }
    return new Simulation(seed, plan, changes, keeping, more, true);
  }

  @Override
  public String toString() {
    StringBuilder text =
        new StringBuilder("-Dseeds=1 -Dseed=" + seed + ", " + settings + ", " + moves + "\n");
    text.append(Explain.of(plan));
    for (List<InputChange> some : changes) {
      text.append("append\n");
      for (InputChange change : some) {
        text.append("  ").append(change.kind()).append(' ').append(change.input()).append(' ');
        text.append(Arrays.deepToString(change.values().toArray())).append('\n');
      }
    }
    return text.toString();
  }
}
