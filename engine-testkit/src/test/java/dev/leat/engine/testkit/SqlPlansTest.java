package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Join;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Over;
import dev.leat.engine.plan.SetOperation;
import dev.leat.engine.plan.Top;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Views are what DuckDB computes for a query of the same meaning over the same rows. {@code mvn
 * verify -Pduckdb -Dcases=N -Dseed=S} runs any number of cases; the case of a seed can be run again
 * with {@code -Dcases=1}.
 */
class SqlPlansTest {
  private static final int MAX_SHOWN = 5;
  private static final int HEALTH = 1000;

  /** Seeds that have failed once. */
  private static final List<Long> REGRESSIONS =
      List.of(5_001_453L, 5_005_440L, 5_006_199L, 5_008_115L, 5_010_896L);

  @Test
  void seedsThatFailedOnceFailNoMore() {
    try (SqlRun database = new SqlRun()) {
      assertThat(REGRESSIONS)
          .allSatisfy(seed -> assertThat(failure(database, SqlRun.of(seed))).isNull());
    }
  }

  @Test
  void viewsAreWhatTheDatabaseComputes() throws InterruptedException {
    long cases = Long.getLong("duckdb.cases", 400);
    long seed = Long.getLong("duckdb.seed", 1);
    List<Long> failed =
        SeededCases.failing(
            seed,
            cases,
            () -> {
              SqlRun database = new SqlRun();
              return new SeededCases.Check() {
                @Override
                public boolean fails(long each) {
                  return failure(database, SqlRun.of(each)) != null;
                }

                @Override
                public void close() {
                  database.close();
                }
              };
            });
    failed.stream().limit(MAX_SHOWN).forEach(SqlPlansTest::show);
    System.out.println(cases + " cases, " + failed.size() + " failures");
    assertThat(failed).as("seeds that fail").isEmpty();
  }

  /** What is thrown is a failure, too. */
  private static String failure(SqlRun database, RandomCase randomCase) {
    try {
      return database.failure(randomCase);
    } catch (AssertionError | RuntimeException e) {
      return e.toString();
    }
  }

  private static void show(long seed) {
    try (SqlRun database = new SqlRun()) {
      RandomCase small = CaseShrinker.shrink(SqlRun.of(seed), c -> failure(database, c) != null);
      System.out.println("failing case: -Dcases=1 -Dseed=" + seed);
      System.out.println(small);
      System.out.println(failure(database, small));
    }
  }

  /** A comparison of empty views would compare nothing. */
  @Test
  void casesAreOfAllKindsAndSeldomEmpty() {
    Map<String, Integer> kinds = new HashMap<>();
    int rows = 0;
    for (long seed = 0; seed < HEALTH; seed++) {
      RandomCase randomCase = SqlRun.of(seed);
      for (Node node : randomCase.plan().nodes()) {
        kinds.merge(kind(node), 1, Integer::sum);
      }
      InputModel model = new InputModel(randomCase.plan());
      randomCase.epochs().forEach(epoch -> epoch.forEach(model::apply));
      ReferenceResult result = ReferenceEvaluator.evaluate(randomCase.plan(), model.rows());
      rows += result.view("view0").isEmpty() ? 0 : 1;
      assertThat(result.errors()).as("seed %s", seed).isZero();
    }
    List<String> all = new ArrayList<>(List.of("Union", "Distinct", "Filter", "Project"));
    all.addAll(List.of("Aggregate", "Top", "Over", "AsOfJoin"));
    all.addAll(List.of("Windowed", "Sessionize", "SessionAggregate"));
    for (Join.Kind kind : Join.Kind.values()) {
      all.add("join " + kind);
    }
    for (SetOperation.Kind kind : SetOperation.Kind.values()) {
      all.add(kind.sign());
    }
    assertThat(kinds).containsKeys(all.toArray(String[]::new));
    assertThat(all).allSatisfy(kind -> assertThat(kinds.get(kind)).as(kind).isGreaterThan(15));
    assertThat(rows).isGreaterThan(HEALTH * 6 / 10);
  }

  private static String kind(Node node) {
    if (node instanceof Join join) {
      return "join " + join.kind();
    }
    if (node instanceof SetOperation operation) {
      return operation.kind().sign();
    }
    return node instanceof Top
        ? "Top"
        : node instanceof Over ? "Over" : node.getClass().getSimpleName();
  }
}
