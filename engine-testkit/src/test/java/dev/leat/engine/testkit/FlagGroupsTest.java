package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.boolAnd;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Groups of which nothing but flags is kept, read with and without their keys, are what the
 * reference computes: after every epoch, with restarts, with and without subscribers.
 */
class FlagGroupsTest {
  private static final int CASES = 150;
  private static final int LEDGER_ROWS = 100;

  record Click(@Nullable String session, @Nullable String type, int n) {}

  /** A relation with a row for each session. */
  private static Relation<Row> sessions(Relation<Click> clicks) {
    return clicks
        .groupBy(Click::session)
        .aggregate(
            boolOr(col(Click::type).eq("a")).as("viewed"),
            boolOr(col(Click::type).in("b", "ab")).as("carted"),
            boolAnd(col(Click::type).ne("A")).as("proper"));
  }

  private static void materializeCounts(Relation<Row> sessions) {
    sessions
        .aggregate(
            count().as("sessions"),
            count().where(col("viewed")).as("viewed"),
            count().where(col("viewed").and(col("carted"))).as("carted"),
            boolAnd(col("proper")).as("proper"),
            max(col("carted")).as("any"))
        .materialize("counts");
    sessions
        .groupBy("viewed", "carted")
        .aggregate(count().as("n"), count().where(col("proper")).as("proper"))
        .materialize("combinations");
  }

  private static Plan withoutKeys() {
    return Pipeline.define(p -> materializeCounts(sessions(p.stream("clicks", Click.class))))
        .plan();
  }

  private static Plan withAndWithoutKeys() {
    return Pipeline.define(
            p -> {
              Relation<Row> sessions = sessions(p.stream("clicks", Click.class));
              sessions.materialize("sessions");
              materializeCounts(sessions);
              sessions.groupBy("session", "viewed").aggregate(count().as("n")).materialize("keyed");
            })
        .plan();
  }

  /** Keys of two columns, flags of two columns: found in no table by code. */
  private static Plan ofSeveralColumns() {
    return Pipeline.define(
            p ->
                materializeCounts(
                    p.stream("clicks", Click.class)
                        .groupBy("session", "n")
                        .aggregate(
                            boolOr(col(Click::type).eq("a")).as("viewed"),
                            boolOr(col(Click::n).lt(2)).as("carted"),
                            boolAnd(col(Click::type).ne("A")).as("proper"))))
        .plan();
  }

  private static RandomCase randomCase(Plan plan, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return new RandomCase(
        seed,
        plan,
        RandomChanges.epochs(plan, random.nextLong(), random.nextInt(1, 60)),
        new RandomCase.Options(
            random.nextBoolean(), random.nextInt(3) == 0, seed % 4 == 0, LEDGER_ROWS, true));
  }

  private static List<String> failures(Plan plan) {
    List<String> failures = new ArrayList<>();
    for (long seed = 1; seed <= CASES; seed++) {
      String failure = RandomRun.failure(randomCase(plan, seed));
      if (failure != null) {
        failures.add("seed " + seed + ": " + failure);
      }
    }
    return failures;
  }

  @Test
  void withoutKeysTheyAreWhatTheReferenceComputes() {
    assertThat(failures(withoutKeys())).isEmpty();
  }

  @Test
  void withKeysTheyAreToo() {
    assertThat(failures(withAndWithoutKeys())).isEmpty();
  }

  @Test
  void ofSeveralColumnsTheyAreToo() {
    assertThat(failures(ofSeveralColumns())).isEmpty();
  }
}
