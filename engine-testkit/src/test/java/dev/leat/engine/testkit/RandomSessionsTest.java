package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Expressions.sessionEnd;
import static dev.leat.engine.Expressions.sessionNumber;
import static dev.leat.engine.Expressions.sessionStart;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.SessionizedRelation;
import dev.leat.engine.plan.AggregateArguments;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.SessionAggregate;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Sessions of many rows at few times, so that they grow, merge and split all the time: streams in
 * any order, tables whose rows come, change and go. Compared with the reference after each epoch,
 * with restarts, feeds and snapshots, as {@link RandomRun} does.
 */
class RandomSessionsTest {
  private static final int CASES = 50;
  private static final Duration GAP = Duration.ofMinutes(5);

  /** An event of a user; the time may be null. */
  public record Event(
      String id,
      @Nullable String user,
      @Nullable Instant at,
      String page,
      long points,
      double amount,
      @Nullable BigDecimal price,
      boolean isBuy) {}

  private static Plan plan(Node.InputKind kind) {
    return Pipeline.define(
            p -> {
              Relation<Event> events =
                  switch (kind) {
                    case STREAM -> p.stream("events", Event.class);
                    case KEYED_TABLE -> p.table("events", Event.class).primaryKey(Event::id);
                    case KEYLESS_TABLE -> p.table("events", Event.class).keyless();
                  };
              Relation<Event> growing = events.acceptGrowth("a test");
              SessionizedRelation<Event> ofUsers =
                  growing.sessionize(gap(GAP)).on(Event::at).by(Event::user);
              SessionizedRelation<Event> ofAll = growing.sessionize(gap(GAP)).on("at");
              ofUsers.with(sessionNumber(), sessionEnd(), sessionStart()).materialize("rows");
              ofAll.with(sessionStart()).materialize("starts");
              ofUsers.aggregate(all()).materialize("sessions");
              ofAll.aggregate(count().as("n")).materialize("sessions_of_all");
              ofUsers.aggregate().materialize("spans");
              growing
                  .sessionize(gap(GAP))
                  .on(Event::at)
                  .by("user", "is_buy")
                  .aggregate(call(AggregateFunction.LAST, col("page")).orderBy(asc("at")).as("l"))
                  .materialize("by_two");
            })
        .plan();
  }

  private static AggregateCall call(AggregateFunction function, Expr operand) {
    return new AggregateCall(function, operand, null, false, null);
  }

  /** One of all that can be put together. */
  private static AggregateCall[] all() {
    List<AggregateCall> calls = new ArrayList<>();
    calls.add(count());
    calls.add(count().where(col("is_buy")));
    calls.add(call(AggregateFunction.COUNT, col("price")));
    calls.add(call(AggregateFunction.COUNT, col("page")).distinct());
    calls.add(call(AggregateFunction.SUM, col("points")));
    calls.add(call(AggregateFunction.AVG, col("points")).where(col("is_buy")));
    calls.add(call(AggregateFunction.SUM, col("amount")));
    calls.add(call(AggregateFunction.AVG, col("amount")));
    calls.add(call(AggregateFunction.SUM, col("price")));
    calls.add(call(AggregateFunction.MIN, col("page")));
    calls.add(call(AggregateFunction.MAX, col("amount")).where(col("is_buy")));
    calls.add(call(AggregateFunction.BOOL_OR, col("is_buy")));
    calls.add(call(AggregateFunction.BOOL_AND, col("is_buy")));
    calls.add(call(AggregateFunction.BIT_OR, col("points")));
    calls.add(call(AggregateFunction.BIT_AND, col("points")));
    calls.add(call(AggregateFunction.BIT_XOR, col("points")));
    calls.add(call(AggregateFunction.FIRST, col("page")).orderBy(asc("at")));
    calls.add(call(AggregateFunction.LAST, col("page")).orderBy(asc("at")));
    calls.add(call(AggregateFunction.ARRAY_AGG, col("page")).orderBy(asc("at")));
    calls.add(call(AggregateFunction.ARRAY_AGG, col("page")).distinct());
    calls.add(call(AggregateFunction.MODE, col("page")));
    calls.add(
        new AggregateCall(
            AggregateFunction.PERCENTILE_DISC,
            col("points"),
            null,
            false,
            null,
            AggregateArguments.of(List.of(), 0.5)));
    AggregateCall[] named = new AggregateCall[calls.size()];
    Arrays.setAll(named, i -> calls.get(i).as("a" + i));
    return named;
  }

  private static List<@Nullable Object> row(SplittableRandom random, String id) {
    // Multiples of a minute, so that many are just the gap apart; some before 1970.
    Instant at = Instant.EPOCH.plusSeconds(60L * (random.nextInt(120) - 40));
    List<Double> amounts = List.of(0.1, 1e16, -1e16, 3.5, 1e300, Double.NaN, 0.3);
    return Arrays.asList(
        id,
        random.nextInt(12) == 0 ? null : "u" + random.nextInt(2),
        random.nextInt(25) == 0 ? null : at,
        "/p" + random.nextInt(4),
        (long) random.nextInt(-5, 100),
        amounts.get(random.nextInt(10) == 0 ? random.nextInt(amounts.size()) : 3),
        random.nextInt(4) == 0 ? null : BigDecimal.valueOf(random.nextInt(1000), 2),
        random.nextInt(3) == 0);
  }

  private static List<List<InputChange>> epochs(SplittableRandom random, Node.InputKind kind) {
    List<List<InputChange>> epochs = new ArrayList<>();
    List<List<@Nullable Object>> live = new ArrayList<>();
    int changes = random.nextInt(5, 80);
    int most = random.nextInt(1, 20);
    List<InputChange> epoch = new ArrayList<>();
    for (int i = 0; i < changes; i++) {
      String id = "e" + (kind == Node.InputKind.STREAM ? i : random.nextInt(25));
      boolean isGoing = kind != Node.InputKind.STREAM && !live.isEmpty() && random.nextInt(5) < 2;
      if (isGoing) {
        List<@Nullable Object> row = live.get(random.nextInt(live.size()));
        epoch.add(
            kind == Node.InputKind.KEYED_TABLE
                ? new InputChange("events", InputChange.Kind.DELETE_KEY, Arrays.asList(row.get(0)))
                : new InputChange("events", InputChange.Kind.DELETE_ROW, row));
        live.remove(row);
      } else {
        boolean isAgain = !live.isEmpty() && random.nextInt(8) == 0;
        List<@Nullable Object> row =
            isAgain ? live.get(random.nextInt(live.size())) : row(random, id);
        epoch.add(
            new InputChange(
                "events",
                kind == Node.InputKind.KEYED_TABLE
                    ? InputChange.Kind.UPSERT
                    : InputChange.Kind.INSERT,
                row));
        live.add(row);
      }
      if (epoch.size() >= most || random.nextInt(10) == 0) {
        epochs.add(List.copyOf(epoch));
        epoch.clear();
      }
    }
    epochs.add(List.copyOf(epoch));
    return epochs;
  }

  private static void run(Node.InputKind kind, long firstSeed) {
    Plan plan = plan(kind);
    long cases = Long.getLong("random.sessions", CASES);
    for (long seed = firstSeed; seed < firstSeed + cases; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RandomCase randomCase =
          new RandomCase(
              seed,
              plan,
              epochs(random, kind),
              new RandomCase.Options(
                  random.nextBoolean(),
                  random.nextInt(3) == 0,
                  random.nextInt(4) == 0,
                  10_000,
                  random.nextInt(3) == 0));
      String failure = RandomRun.failure(randomCase);
      assertThat(failure)
          .withFailMessage(
              () ->
                  CaseShrinker.shrink(randomCase, c -> RandomRun.failure(c) != null)
                      + "\n"
                      + failure)
          .isNull();
    }
  }

  @Test
  void sessionsOfAStreamMerge() {
    assertThat(
            plan(Node.InputKind.STREAM).nodes().stream().filter(SessionAggregate.class::isInstance))
        .hasSize(4);
    run(Node.InputKind.STREAM, 1);
  }

  @Test
  void sessionsOfAKeyedTableMergeAndSplit() {
    run(Node.InputKind.KEYED_TABLE, 10_001);
  }

  @Test
  void sessionsOfAKeylessTableMergeAndSplit() {
    run(Node.InputKind.KEYLESS_TABLE, 20_001);
  }
}
