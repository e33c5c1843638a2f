package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;

import dev.leat.engine.plan.EventTimeBounds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Orders and their payments, joined within a time; for tests. */
abstract class ClosingOrders {
  record Order(@Nullable String id, Instant at, long amount) {}

  record Payment(@Nullable String orderId, Instant paidAt, long paid) {}

  static final Instant NINE = ClosingClicks.NINE;

  final ClosingClicks.MovedClock clock = new ClosingClicks.MovedClock();

  EngineSettings settings() {
    return EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);
  }

  static Relation<Order> orders(PipelineBuilder p, EventTimeBounds bounds) {
    return p.stream("orders", Order.class).eventTime(Order::at, bounds);
  }

  static Relation<Payment> payments(PipelineBuilder p, EventTimeBounds bounds) {
    return p.stream("payments", Payment.class).eventTime(Payment::paidAt, bounds);
  }

  static <O> Relation<O> within(
      Joining<Order, Payment, O> joining, Duration before, Duration after, Duration lateness) {
    return joining
        .within(col("at"), col("paid_at"), before, after)
        .closing(lateness)
        .on("id", "order_id");
  }

  /** An order is paid from a minute before to ten minutes after; two minutes of lateness. */
  static Pipeline pipeline(
      BiFunction<Relation<Order>, Relation<Payment>, Joining<Order, Payment, ?>> kind,
      EventTimeBounds bounds) {
    return Pipeline.define(
        p ->
            within(
                    kind.apply(orders(p, bounds), payments(p, bounds)),
                    minutes(1),
                    minutes(10),
                    minutes(2))
                .acceptGrowth("a test is short")
                .materialize("joined"));
  }

  static Pipeline left() {
    return pipeline(Relation::leftJoin, outOfOrderBy(Duration.ZERO));
  }

  void run(Pipeline pipeline, Consumer<Engine> test) {
    try (Engine engine = Engine.inMemory(pipeline, settings())) {
      test.accept(engine);
    }
  }

  static Instant at(String time) {
    return Instant.parse("2026-04-01T" + time + "Z");
  }

  static void order(Engine engine, @Nullable String id, String time) {
    engine.stream("orders", Order.class).append(new Order(id, at(time), 5));
    engine.step();
  }

  static void pay(Engine engine, @Nullable String id, String time) {
    engine.stream("payments", Payment.class).append(new Payment(id, at(time), 5));
    engine.step();
  }

  /** Says of both streams that a time is reached. */
  static void reach(Engine engine, String time) {
    engine.append(
        t -> {
          t.advanceWatermark(engine.stream("orders", Order.class), at(time));
          t.advanceWatermark(engine.stream("payments", Payment.class), at(time));
        });
    engine.step();
  }

  static List<String> joined(Engine engine, String... columns) {
    return engine.view("joined").scan().stream().map(row -> text(row, columns)).toList();
  }

  static String text(Row row, String... columns) {
    List<String> values = new ArrayList<>();
    for (String column : columns) {
      values.add(String.valueOf(row.value(column)).replace("2026-04-01T", "").replace("Z", ""));
    }
    return String.join(" ", values);
  }

  static List<String> pairs(Engine engine) {
    return joined(engine, "id", "at", "paid_at");
  }

  static List<String> late(Engine engine) {
    return engine.ledger().scan().stream().map(LedgerEntry::reason).toList();
  }

  static long bytes(Engine engine) {
    return engine.stateBytes().entrySet().stream()
        .filter(entry -> entry.getKey().startsWith("closing"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
