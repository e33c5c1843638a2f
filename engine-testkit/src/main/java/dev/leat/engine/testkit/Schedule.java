package dev.leat.engine.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * Where a {@link PipelineTester} cuts its input into epochs.
 *
 * @param name for messages
 * @param cutsAfterRow asked after each row: does the epoch end?
 * @param cutsAtStep asked where the test steps: does the epoch end?
 * @param cutsAtRead does the epoch end when the test reads?
 */
record Schedule(
    String name, BooleanSupplier cutsAfterRow, BooleanSupplier cutsAtStep, boolean cutsAtRead) {
  /** Only where the test says so. */
  static final Schedule AS_TOLD = new Schedule("as the test says", () -> false, () -> true, false);

  /** Schedules under which a test of views should hold. */
  static List<Schedule> hostile(int seeds) {
    List<Schedule> schedules = new ArrayList<>();
    schedules.add(AS_TOLD);
    schedules.add(new Schedule("each row an epoch", () -> true, () -> true, true));
    schedules.add(new Schedule("all in one epoch", () -> false, () -> false, true));
    for (int seed = 1; seed <= seeds; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      // Some seeds give long epochs, some short ones.
      int percent = random.nextInt(5, 80);
      BooleanSupplier cuts = () -> random.nextInt(100) < percent;
      schedules.add(new Schedule("random epochs, seed " + seed, cuts, cuts, true));
    }
    return schedules;
  }
}
