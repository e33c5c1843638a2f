package dev.leat.engine.sketches;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Statistics.percentileDisc;
import static dev.leat.engine.sketches.Sketches.approxCountDistinct;
import static dev.leat.engine.sketches.Sketches.approxPercentile;
import static dev.leat.engine.sketches.Sketches.approxPercentileOfDurations;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import dev.leat.engine.StreamInput;
import dev.leat.engine.testkit.CrashTest;
import dev.leat.engine.testkit.CrashTester;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The same rows give the same results, to the last bit, in whatever order and epochs they come,
 * after a replay and after a restart; and these are as near to the exact ones as was said.
 */
class SketchesReplayTest {
  record Call(String service, @Nullable String user, double millis, Duration spent) {}

  private static final double ACCURACY = 0.02;

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<Call> calls = p.stream("calls", Call.class);
          calls
              .groupBy(Call::service)
              .aggregate(
                  approxCountDistinct(Call::user, 8).as("users"),
                  countDistinct(Call::user).as("exact_users"),
                  approxPercentile(0.99, Call::millis, ACCURACY).as("p99"),
                  percentileDisc(0.99, Call::millis).as("exact_p99"),
                  approxPercentileOfDurations(0.07, Call::spent, ACCURACY).as("p7"),
                  percentileDisc(0.07, Call::spent).as("exact_p7"))
              .materialize("services");
        });
  }

  private static List<Call> calls(int count) {
    Random random = new Random(11);
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double millis = Math.exp(3 * random.nextGaussian());
      String user = random.nextInt(50) == 0 ? null : "user-" + random.nextInt(count);
      // The last service has few calls, the first has most.
      String service = "s" + (int) (4 * Math.pow(random.nextDouble(), 3));
      calls.add(new Call(service, user, millis, Duration.ofNanos((long) (millis * 1e6))));
    }
    return calls;
  }

  private static List<List<Object>> rows(Engine engine) {
    return engine.view("services").orderBy(asc("service")).toList().stream()
        .map(row -> row.values())
        .toList();
  }

  private static List<List<Object>> inMemory(List<Call> calls, int epoch) {
    try (Engine engine = Engine.inMemory(pipeline())) {
      append(engine, calls, epoch);
      assertThat(engine.ledger().count()).isZero();
      return rows(engine);
    }
  }

  private static void append(Engine engine, List<Call> calls, int epoch) {
    StreamInput<Call> input = engine.stream("calls", Call.class);
    Position at = Position.START;
    for (int i = 0; i < calls.size(); i += epoch) {
      at = input.append(calls.subList(i, Math.min(i + epoch, calls.size())));
    }
    engine.view("services").await(at);
  }

  @Test
  void neitherOrderNorEpochsMatter() {
    List<Call> calls = calls(20_000);
    List<List<Object>> expected = inMemory(calls, 16_384);
    assertThat(expected).hasSize(4).allSatisfy(SketchesReplayTest::assertNear);
    Collections.reverse(calls);
    assertThat(inMemory(calls, 1000)).isEqualTo(expected);
    Collections.shuffle(calls, new Random(5));
    assertThat(inMemory(calls, 77)).isEqualTo(expected);
  }

  private static void assertNear(List<Object> row) {
    long users = (Long) row.get(1);
    long exactUsers = (Long) row.get(2);
    assertThat(users / (double) exactUsers).isBetween(1 - 4 * 0.0476, 1 + 4 * 0.0476);
    assertThat((Double) row.get(3) / (Double) row.get(4)).isBetween(1 - ACCURACY, 1 + ACCURACY);
    double spent = ((Duration) row.get(5)).toNanos() / (double) ((Duration) row.get(6)).toNanos();
    assertThat(spent).isBetween(1 - ACCURACY, 1 + ACCURACY);
  }

  @Test
  void neitherReplaysNorRestartsMatter(@TempDir Path directory) throws IOException {
    List<Call> calls = calls(6000);
    List<List<Object>> expected = inMemory(calls, 16_384);
    for (boolean isReplayed : new boolean[] {true, false}) {
      Path at = directory.resolve("replayed-" + isReplayed);
      for (int part = 0; part < 3; part++) {
        try (Engine engine = open(at, isReplayed)) {
          append(engine, calls.subList(part * 2000, (part + 1) * 2000), 300 + 500 * part);
        }
      }
      try (Engine engine = open(at, isReplayed)) {
        assertThat(rows(engine)).isEqualTo(expected);
      }
    }
  }

  /** Opens an engine; without its checkpoints, where all of the log is to be replayed. */
  private static Engine open(Path directory, boolean isReplayed) throws IOException {
    Path checkpoints = directory.resolve("checkpoints");
    if (isReplayed && Files.exists(checkpoints)) {
      try (Stream<Path> paths = Files.walk(checkpoints)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
    return Engine.open(directory, pipeline());
  }

  /** Each view is compared with what the reference evaluator makes of the rows. */
  @CrashTest(crashes = 12)
  void neitherCrashesNorPowerCutsMatter(CrashTester tester) {
    tester.pipeline(pipeline());
    List<Call> calls = calls(400);
    for (int i = 0; i < calls.size(); i += 40) {
      List<Call> some = List.copyOf(calls.subList(i, i + 40));
      tester.append(engine -> engine.stream("calls", Call.class).append(some));
    }
  }
}
