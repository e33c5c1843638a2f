package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.EventTimeBounds;
import dev.leat.engine.plan.PlanDiff;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Joins within a time that let go of rows: what is told is final, what comes late is in the ledger.
 */
class ClosingJoinTest extends ClosingOrders {
  @Test
  void pairsComeAtOnceAndARowAloneOnceWhenNothingCanMatchItAnyMore() {
    run(
        left(),
        engine -> {
          List<Change<Row>> changes = new ArrayList<>();
          engine.view("joined").subscribe(some -> changes.addAll(some.changes()));
          order(engine, "o1", "09:00:00");
          order(engine, "o2", "09:00:00");
          pay(engine, "o1", "09:05:00");
          assertThat(pairs(engine)).containsExactly("o1 09:00:00 09:05:00");
          pay(engine, "o1", "09:06:00");
          // 9:10 is the last time at which o2 is paid, and two minutes of lateness more.
          reach(engine, "09:12:00");
          assertThat(pairs(engine)).hasSize(2);
          reach(engine, "09:12:00.000001");
          assertThat(pairs(engine))
              .containsExactly("o1 09:00:00 09:05:00", "o1 09:00:00 09:06:00", "o2 09:00:00 null");
          reach(engine, "10:00:00");
          assertThat(changes).hasSize(3).allMatch(change -> change.weight() == 1);
          assertThat(engine.ledger().count()).isZero();
          assertThat(bytes(engine)).as("without a row").isLessThan(600);
        });
  }

  @Test
  void bothEndsOfTheRangeMatchAndAMicrosecondBeyondDoesNot() {
    run(
        left(),
        engine -> {
          pay(engine, "o1", "08:59:00");
          pay(engine, "o1", "08:58:59.999999");
          order(engine, "o1", "09:00:00");
          pay(engine, "o1", "09:00:00");
          pay(engine, "o1", "09:10:00");
          pay(engine, "o1", "09:10:00.000001");
          assertThat(pairs(engine))
              .containsExactly(
                  "o1 09:00:00 08:59:00", "o1 09:00:00 09:00:00", "o1 09:00:00 09:10:00");
        });
  }

  @Test
  void aRowAtTheVeryBoundOfLatenessStillMatchesAndOneBeforeGoesToTheLedger() {
    run(
        left(),
        engine -> {
          order(engine, "o1", "09:00:00");
          reach(engine, "09:12:00");
          // 9:10 is two minutes behind.
          StreamInput<Payment> payments = engine.stream("payments", Payment.class);
          payments.append(
              List.of(
                  new Payment("o1", at("09:10:00"), 1),
                  new Payment("o1", at("09:09:59.999999"), 1)));
          engine.step();
          order(engine, "o2", "09:00:00");
          assertThat(pairs(engine)).containsExactly("o1 09:00:00 09:10:00");
          assertThat(late(engine))
              .containsExactly(
                  "late, rows that it could match may have been let go of: side=right"
                      + " paid_at=2026-04-01T09:09:59.999999Z"
                      + " matches_from=2026-04-01T08:59:59.999999Z"
                      + " matches_to=2026-04-01T09:10:59.999999Z"
                      + " watermark=2026-04-01T09:12:00Z late_by=PT0.000001S",
                  "late, rows that it could match may have been let go of: side=left"
                      + " at=2026-04-01T09:00:00Z matches_from=2026-04-01T08:59:00Z"
                      + " matches_to=2026-04-01T09:10:00Z watermark=2026-04-01T09:12:00Z"
                      + " late_by=PT10M");
          LedgerEntry entry = engine.ledger().scan().get(0);
          assertThat(entry.source())
              .isEqualTo("closing left join with stream 'payments' on stream 'orders'");
          assertThat(entry.row()).contains("order_id=o1");
          // What is late is not told as alone either.
          reach(engine, "11:00:00");
          assertThat(pairs(engine)).hasSize(1);
        });
  }

  @Test
  void rowsOfOneEpochAreLateTogetherOrNotAndMeet() {
    run(
        left(),
        engine -> {
          engine.append(
              t -> {
                StreamInput<Payment> payments = engine.stream("payments", Payment.class);
                t.append(payments, new Payment("o1", at("09:05:00"), 1));
                t.append(payments, new Payment("o9", at("12:00:00"), 1));
                StreamInput<Order> orders = engine.stream("orders", Order.class);
                t.append(orders, new Order("o9", at("12:00:00"), 1));
                t.append(orders, new Order("o1", at("09:00:00"), 1));
                t.append(orders, new Order("o2", at("09:00:00"), 1));
              });
          engine.step();
          assertThat(pairs(engine))
              .containsExactlyInAnyOrder(
                  "o1 09:00:00 09:05:00", "o9 12:00:00 12:00:00", "o2 09:00:00 null");
          assertThat(engine.ledger().count()).isZero();
        });
  }

  @Test
  void theOtherKindsTellTheirRowsOnceToo() {
    Consumer<Engine> rows =
        engine -> {
          order(engine, "o1", "09:00:00");
          order(engine, "o1", "09:01:00");
          order(engine, "o2", "09:00:00");
          order(engine, null, "09:00:00");
          pay(engine, "o1", "09:02:00");
          pay(engine, "o1", "09:03:00");
          pay(engine, "o3", "09:04:00");
          reach(engine, "10:00:00");
          assertThat(bytes(engine)).as("without a row").isLessThan(600);
          assertThat(engine.ledger().count()).isZero();
        };
    EventTimeBounds bounds = outOfOrderBy(minutes(10));
    List<String> some =
        List.of(
            "o1 09:00:00 09:02:00",
            "o1 09:01:00 09:02:00",
            "o1 09:00:00 09:03:00",
            "o1 09:01:00 09:03:00");
    run(
        pipeline(Relation::join, bounds),
        rows.andThen(e -> assertThat(pairs(e)).containsExactlyInAnyOrderElementsOf(some)));
    run(
        pipeline(Relation::rightJoin, bounds),
        rows.andThen(
            e -> assertThat(pairs(e)).hasSize(5).containsAll(some).contains("null null 09:04:00")));
    run(
        pipeline(Relation::fullJoin, bounds),
        rows.andThen(
            e ->
                assertThat(pairs(e))
                    .hasSize(7)
                    .containsAll(some)
                    .contains("null null 09:04:00", "o2 09:00:00 null", "null 09:00:00 null")));
    run(
        pipeline(Relation::semiJoin, bounds),
        rows.andThen(
            e ->
                assertThat(joined(e, "id", "at"))
                    .containsExactlyInAnyOrder("o1 09:00:00", "o1 09:01:00")));
    run(
        pipeline(Relation::antiJoin, bounds),
        rows.andThen(
            e ->
                assertThat(joined(e, "id", "at"))
                    .containsExactlyInAnyOrder("o2 09:00:00", "null 09:00:00")));
  }

  @Test
  void aRangeMayLieBehindOrBeforeTheRow() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                within(
                        orders(p, outOfOrderBy(Duration.ZERO))
                            .fullJoin(payments(p, outOfOrderBy(Duration.ZERO))),
                        minutes(-5),
                        minutes(10),
                        Duration.ZERO)
                    .acceptGrowth("a test is short")
                    .materialize("joined"));
    run(
        pipeline,
        engine -> {
          order(engine, "o1", "09:00:00");
          order(engine, "o1", "09:06:00");
          pay(engine, "o1", "09:04:59.999999");
          pay(engine, "o1", "09:10:00");
          pay(engine, "o1", "09:11:00");
          reach(engine, "10:00:00");
          assertThat(pairs(engine))
              .containsExactlyInAnyOrder(
                  "o1 09:00:00 09:10:00", "o1 09:06:00 09:11:00", "null null 09:04:59.999999");
          assertThat(engine.ledger().count()).isZero();
        });
  }

  @Test
  void timesAtTheEndOfAllTimesDoNotRunOver() {
    Instant least = Instant.EPOCH.plus(Long.MIN_VALUE, ChronoUnit.MICROS);
    Pipeline pipeline =
        Pipeline.define(
            p ->
                within(
                        orders(p, outOfOrderBy(Duration.ZERO))
                            .join(payments(p, outOfOrderBy(Duration.ZERO))),
                        minutes(10),
                        minutes(-5),
                        Duration.ZERO)
                    .acceptGrowth("a test is short")
                    .materialize("joined"));
    run(
        pipeline,
        engine -> {
          StreamInput<Order> orders = engine.stream("orders", Order.class);
          StreamInput<Payment> payments = engine.stream("payments", Payment.class);
          payments.append(new Payment("o1", least, 1));
          orders.append(new Order("o1", least, 1));
          orders.append(new Order("o1", least.plusSeconds(300), 1));
          engine.step();
          assertThat(joined(engine, "at"))
              .containsExactly(least.plusSeconds(300).toString().replace("Z", ""));
          reach(engine, "09:00:00");
          orders.append(new Order("o1", least, 1));
          engine.step();
          assertThat(late(engine))
              .singleElement()
              .asString()
              .contains("matches_from=" + least, "late_by=" + Duration.between(least, NINE));
        });
  }

  @Test
  void aConditionBesideIsAskedOfPairsThatAreNearInTime() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                orders(p, outOfOrderBy(Duration.ZERO))
                    .leftJoin(payments(p, outOfOrderBy(Duration.ZERO)))
                    .matching(col("paid").dividedBy(col("amount").minus(5)).ge(1))
                    .within(col("at"), col("paid_at"), Duration.ZERO, minutes(10))
                    .closing(Duration.ZERO)
                    .on("id", "order_id")
                    .acceptGrowth("a test is short")
                    .materialize("joined"));
    run(
        pipeline,
        engine -> {
          StreamInput<Order> orders = engine.stream("orders", Order.class);
          orders.append(new Order("o1", at("09:00:00"), 6));
          orders.append(new Order("o2", at("09:00:00"), 6));
          orders.append(new Order("o3", at("09:00:00"), 5));
          StreamInput<Payment> payments = engine.stream("payments", Payment.class);
          payments.append(new Payment("o1", at("09:01:00"), 3));
          payments.append(new Payment("o2", at("09:01:00"), 0));
          payments.append(new Payment("o3", at("09:01:00"), 3));
          payments.append(new Payment("o3", at("09:11:00"), 3));
          engine.step();
          reach(engine, "09:30:00");
          assertThat(pairs(engine))
              .containsExactlyInAnyOrder(
                  "o1 09:00:00 09:01:00", "o2 09:00:00 null", "o3 09:00:00 null");
          assertThat(late(engine)).singleElement().asString().contains("zero");
        });
  }

  @Test
  void aStreamMatchesItself() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Order> orders = orders(p, outOfOrderBy(Duration.ZERO));
              orders
                  .join(orders.prefix("n_"))
                  .within(col("at"), col("n_at"), Duration.ofNanos(-1000), minutes(10))
                  .closing(Duration.ZERO)
                  .on("id", "n_id")
                  .acceptGrowth("a test is short")
                  .materialize("joined");
            });
    run(
        pipeline,
        engine -> {
          order(engine, "o1", "09:00:00");
          order(engine, "o1", "09:05:00");
          order(engine, "o1", "09:12:00");
          order(engine, "o1", "09:00:00");
          assertThat(joined(engine, "at", "n_at"))
              .containsExactly("09:00:00 09:05:00", "09:05:00 09:12:00");
          // It was late as a row of either side.
          assertThat(engine.ledger().count()).isEqualTo(2);
        });
  }

  @Test
  void theSlowerStreamHoldsRowsUntilItIsIdleAndTheEngineSaysWhatItWaitsFor() {
    EventTimeBounds bounds = outOfOrderBy(Duration.ZERO).idleAfter(minutes(1));
    run(
        pipeline(Relation::leftJoin, bounds),
        engine -> {
          order(engine, "o1", "09:00:00");
          pay(engine, "o2", "09:00:00");
          order(engine, "o3", "09:30:00");
          assertThat(pairs(engine)).isEmpty();
          assertThat(engine.whyStalled("joined"))
              .singleElement()
              .asString()
              .startsWith(
                  "view 'joined' waits in the closing left join with stream 'payments' on stream"
                      + " 'orders': a row that matches nothing so far, but may until"
                      + " 2026-04-01T09:10:00Z, with groups=1, closes when the watermark reaches"
                      + " 2026-04-01T09:12:00.000001Z; stream 'payments' holds it at"
                      + " 2026-04-01T09:00:00Z");
          clock.now = NINE.plusSeconds(30);
          order(engine, "o3", "09:30:00");
          clock.now = NINE.plusSeconds(60);
          // No row comes: the tick at which payments are idle is enough.
          assertThat(engine.step()).isZero();
          assertThat(pairs(engine)).containsExactly("o1 09:00:00 null");
          pay(engine, "o1", "09:01:00");
          assertThat(late(engine)).singleElement().asString().contains("late_by=PT27M");
        });
    run(
        pipeline(Relation::join, bounds),
        engine -> {
          order(engine, "o1", "09:00:00");
          assertThat(engine.whyStalled("joined")).isEmpty();
        });
  }

  @Test
  void stateIsFlatFor100Days() {
    Pipeline pipeline = pipeline(Relation::fullJoin, outOfOrderBy(minutes(5)));
    long early = most(pipeline, 3000, 1000);
    assertThat(early).isBetween(1L, 60_000L);
    assertThat(most(pipeline, 3000, 14_400)).isEqualTo(early);
  }

  @Test
  void stateIsFlatWhereEachKeyComesOnce() {
    EventTimeBounds bounds = outOfOrderBy(minutes(5));
    Pipeline counted =
        Pipeline.define(
            p ->
                within(
                        orders(p, bounds).fullJoin(payments(p, bounds)),
                        minutes(1),
                        minutes(10),
                        minutes(2))
                    .groupBy("amount")
                    .aggregate(count().as("n"))
                    .materialize("joined"));
    // What finds keys takes four bytes for each string of the dictionary, which is swept.
    assertThat(most(counted, Integer.MAX_VALUE, 14_400)).isLessThan(1_100_000L);
  }

  /** The most bytes that are taken while eleven rows come on a side every ten minutes. */
  private long most(Pipeline pipeline, int keys, int steps) {
    long[] most = {0};
    run(
        pipeline,
        engine -> {
          StreamInput<Order> orders = engine.stream("orders", Order.class);
          StreamInput<Payment> payments = engine.stream("payments", Payment.class);
          for (int step = 0; step < steps; step++) {
            clock.now = NINE.plusSeconds(600L * step);
            List<Order> some = new ArrayList<>();
            for (int i = 10 * step; i < 10 * step + 10; i++) {
              some.add(new Order("o" + i % keys, clock.now, 1));
            }
            orders.append(some);
            orders.append(new Order("x" + step % 11, clock.now.minusSeconds(100), 2));
            payments.append(new Payment("o" + 10 * step % keys, clock.now.plusSeconds(60), 1));
            payments.append(new Payment("y" + step % 7, clock.now.minusSeconds(100), 1));
            engine.step();
            most[0] = Math.max(most[0], bytes(engine));
          }
          assertThat(engine.ledger().count()).isZero();
          assertThat(joined(engine, "amount")).contains("1", "2", "null");
        });
    return most[0];
  }

  @Test
  void whatIsKeptOfAReopenedEngineGoesOn(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, left(), settings())) {
      order(engine, "o1", "09:00:00");
      order(engine, "o2", "09:00:00");
      order(engine, "o3", "09:00:00");
      pay(engine, "o2", "09:01:00");
      order(engine, "o8", "09:03:00");
      pay(engine, "o9", "09:03:00");
    }
    try (Engine engine = Engine.open(directory, left(), settings())) {
      pay(engine, "o1", "09:02:00");
      pay(engine, "o3", "09:00:59.999999");
      order(engine, "o8", "09:20:00");
      pay(engine, "o9", "09:20:00");
      assertThat(pairs(engine))
          .containsExactly(
              "o2 09:00:00 09:01:00",
              "o1 09:00:00 09:02:00",
              "o3 09:00:00 null",
              "o8 09:03:00 null");
      assertThat(late(engine)).singleElement().asString().contains("side=right");
    }
    // With another bound other rows are late, so that all of it is computed again.
    Pipeline later = pipeline(Relation::leftJoin, outOfOrderBy(minutes(30)));
    try (Engine engine = Engine.open(directory, later, settings())) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(pairs(engine))
          .containsExactly(
              "o2 09:00:00 09:01:00", "o1 09:00:00 09:02:00", "o3 09:00:00 09:00:59.999999");
      order(engine, "o8", "09:43:00.000001");
      pay(engine, "o9", "09:43:00.000001");
      assertThat(pairs(engine)).hasSize(3);
      order(engine, "o8", "09:45:00.000001");
      pay(engine, "o9", "09:45:00.000001");
      assertThat(pairs(engine)).hasSize(4).contains("o8 09:03:00 null");
    }
  }

  @Test
  void explainSaysWhatIsKeptAndWhatBoundsIt() {
    assertThat(left().explain())
        .contains(
            "closing left join on [id] = [order_id] and paid_at from 1 min before at to 10 min"
                + " after at, lateness 2 min [no key; append-only; state: left: rows until the"
                + " watermark of [orders, payments] is 2 min behind at + 10 min, right: rows until"
                + " it is that behind paid_at + 1 min]");
  }

  private static Pipeline with(EventTimeBounds bounds, Duration after, Duration lateness) {
    return Pipeline.define(
        p ->
            within(orders(p, bounds).join(payments(p, bounds)), minutes(1), after, lateness)
                .acceptGrowth("a test is short")
                .materialize("joined"));
  }

  @Test
  void anotherLatenessRangeOrBoundIsAnotherStateAndAViewMoreIsNot(@TempDir Path directory) {
    EventTimeBounds bounds = outOfOrderBy(minutes(5));
    Pipeline base = with(bounds, minutes(10), minutes(2));
    try (Engine engine = Engine.open(directory, base, settings())) {
      order(engine, "o1", "09:00:00");
    }
    for (Pipeline other :
        List.of(
            with(outOfOrderBy(minutes(6)), minutes(10), minutes(2)),
            with(bounds, minutes(11), minutes(2)),
            with(bounds, minutes(10), minutes(3)),
            pipeline(Relation::leftJoin, bounds))) {
      assertThat(Engine.planDiff(directory, other).rebuilt())
          .extracting(change -> change.entry().name())
          .contains("joined");
    }
    Pipeline more =
        Pipeline.define(
            p -> {
              Relation<Row> joined =
                  within(
                      orders(p, bounds).join(payments(p, bounds)),
                      minutes(1),
                      minutes(10),
                      minutes(2));
              joined.acceptGrowth("a test is short").materialize("joined");
              joined.groupBy("id").aggregate(count().as("n")).materialize("counts");
            });
    PlanDiff diff = Engine.planDiff(directory, more);
    assertThat(diff.rebuilt()).isEmpty();
    try (Engine engine = Engine.open(directory, more, settings())) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      pay(engine, "o1", "09:10:00");
      assertThat(pairs(engine)).containsExactly("o1 09:00:00 09:10:00");
      assertThat(engine.view("counts").scan()).singleElement().hasToString("{id=o1, n=1}");
    }
  }

  @Test
  void windowsAndJoinsOverFinalRowsTakeAllOfThemIfTheLatenessIsEnough() {
    EventTimeBounds bounds = outOfOrderBy(Duration.ZERO);
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Order> orders = orders(p, bounds);
              Relation<Row> joined =
                  within(
                      orders.leftJoin(payments(p, bounds)), Duration.ZERO, minutes(10), minutes(2));
              joined
                  .window(tumbling(minutes(10)).on("at"))
                  .closing(minutes(12))
                  .groupBy("window_end")
                  .aggregate(count().as("n"), count(col("order_id")).as("paid"))
                  .materialize("joined");
              joined
                  .semiJoin(orders)
                  .within(col("at"), col("at"), Duration.ZERO, Duration.ZERO)
                  .closing(minutes(12))
                  .on("id", "id")
                  .acceptGrowth("a test is short")
                  .materialize("again");
            });
    run(
        pipeline,
        engine -> {
          order(engine, "o1", "09:00:00");
          order(engine, "o2", "09:00:00");
          pay(engine, "o1", "09:10:00");
          order(engine, "o3", "09:12:00");
          pay(engine, "o9", "09:12:00");
          pay(engine, "o1", "09:10:00");
          reach(engine, "09:22:00");
          assertThat(joined(engine, "window_end", "n", "paid")).containsExactly("09:10:00 3 2");
          assertThat(engine.view("again").count()).isEqualTo(3);
          assertThat(engine.ledger().count()).isZero();
        });
  }

  /** Its own streams say how far time is for it; a stream more says it for what is over it. */
  @Test
  void whileAllStreamsOfAJoinAreIdleItsRowsGrowLateForWhatClosesOverItBesideAnotherStream() {
    EventTimeBounds bounds = outOfOrderBy(Duration.ZERO).idleAfter(minutes(1));
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> joined =
                  within(
                      orders(p, bounds).leftJoin(payments(p, bounds)),
                      Duration.ZERO,
                      minutes(10),
                      Duration.ZERO);
              Relation<Payment> refunds =
                  p.stream("refunds", Payment.class).eventTime(Payment::paidAt, bounds);
              joined
                  .leftJoin(refunds.prefix("r_"))
                  .within(col("at"), col("r_paid_at"), Duration.ZERO, minutes(10))
                  .closing(minutes(10))
                  .on("id", "r_order_id")
                  .acceptGrowth("a test is short")
                  .materialize("joined");
            });
    run(
        pipeline,
        engine -> {
          order(engine, "o1", "09:00:00");
          clock.now = NINE.plusSeconds(60);
          StreamInput<Payment> refunds = engine.stream("refunds", Payment.class);
          refunds.append(new Payment("o9", at("11:00:00"), 1));
          engine.step();
          assertThat(engine.whyStalled("joined"))
              .anyMatch(cause -> cause.contains("it is idle, as all others are"));
          order(engine, "o2", "09:30:00");
          assertThat(joined(engine, "id")).isEmpty();
          assertThat(late(engine))
              .singleElement()
              .asString()
              .contains("side=left at=2026-04-01T09:00:00Z", "watermark=2026-04-01T11:00:00Z");
        });
  }
}
