package dev.leat.engine.testkit;

import dev.leat.engine.plan.Explain;
import dev.leat.engine.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One comparison of the engine with the reference: a plan, changes of its inputs in epochs, and how
 * they are brought to the engine.
 *
 * @param seed of whatever is picked while it runs
 * @param plan what is computed
 * @param epochs changes that are seen at once
 * @param options how it is run
 */
record RandomCase(long seed, Plan plan, List<List<InputChange>> epochs, Options options) {
  /**
   * How a case is run.
   *
   * @param isOneTransaction is an epoch one transaction, or an append for each change?
   * @param isSwept is the dictionary swept after each epoch?
   * @param isRepeated is it run twice, to compare the change feeds?
   * @param ledgerRows how many entries the ledger keeps
   * @param isRestarted is it run through operators that are restarted, too?
   */
  record Options(
      boolean isOneTransaction,
      boolean isSwept,
      boolean isRepeated,
      int ledgerRows,
      boolean isRestarted) {}

  /** The cases of one plan have seeds in a row; the first seed makes the plan. */
  static final int CASES_OF_A_PLAN = 4;

  private static final int MANY = 10_000;

  /** The case of a seed. */
  static RandomCase of(long seed) {
    Plan plan = RandomPlans.plan(Math.floorDiv(seed, CASES_OF_A_PLAN));
    SplittableRandom random = new SplittableRandom(seed);
    return of(seed, plan, random, RandomChanges::epochs);
  }

  /** The case with windows of a seed. */
  static RandomCase ofWindows(long seed) {
    Plan plan = RandomWindowPlans.plan(Math.floorDiv(seed, CASES_OF_A_PLAN));
    return of(seed, plan, new SplittableRandom(seed), RandomWindowPlans::epochs);
  }

  /** Makes changes of the inputs of a plan. */
  private interface Changes {
    List<List<InputChange>> epochs(Plan plan, long seed, int count);
  }

  private static RandomCase of(long seed, Plan plan, SplittableRandom random, Changes changes) {
    List<List<InputChange>> epochs =
        changes.epochs(plan, random.nextLong(), PlanSize.changes(plan, size(random)));
    return new RandomCase(
        seed,
        plan,
        split(epochs, random),
        new Options(
            random.nextBoolean(),
            random.nextInt(3) == 0,
            random.nextInt(4) == 0,
            random.nextInt(3) == 0 ? random.nextInt(1, 6) : MANY,
            random.nextInt(2) == 0));
  }

  private static int size(SplittableRandom random) {
    int chance = random.nextInt(400);
    if (chance == 0) {
      return random.nextInt(200, 1000);
    }
    return chance < 20 ? random.nextInt(20, 120) : random.nextInt(1, 20);
  }

  /** The same changes in other epochs, or in the same. */
  private static List<List<InputChange>> split(
      List<List<InputChange>> epochs, SplittableRandom random) {
    List<InputChange> all = new ArrayList<>();
    epochs.forEach(all::addAll);
    int choice = random.nextInt(10);
    if (choice == 0) {
      return List.of(all);
    }
    if (choice < 6) {
      return epochs;
    }
    List<List<InputChange>> others = new ArrayList<>();
    int from = 0;
    while (from < all.size()) {
      int most = choice == 6 ? 1 : 1 + random.nextInt(all.size());
      int to = Math.min(all.size(), from + most);
      others.add(List.copyOf(all.subList(from, to)));
      from = to;
    }
    return others;
  }

  RandomCase withPlan(Plan other) {
    return new RandomCase(seed, other, epochs, options);
  }

  RandomCase withEpochs(List<List<InputChange>> others) {
    return new RandomCase(seed, plan, others, options);
  }

  RandomCase withOptions(Options others) {
    return new RandomCase(seed, plan, epochs, others);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("seed " + seed + ", " + options + "\n");
    text.append(Explain.of(plan));
    for (int i = 0; i < epochs.size(); i++) {
      text.append("epoch ").append(i + 1).append('\n');
      for (InputChange change : epochs.get(i)) {
        text.append("  ").append(change.kind()).append(' ').append(change.input());
        String values =
            change.values().stream()
                .map(v -> v instanceof byte[] bytes ? java.util.Arrays.toString(bytes) : "" + v)
                .toList()
                .toString();
        text.append(' ').append(values).append('\n');
      }
    }
    return text.toString();
  }
}
