package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What is looked up: now, at a time, and within a time. */
class LookupTest {
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  record Order(String orderId, String currency, Instant at) {}

  record Rate(String currency, Instant since, double rate) {}

  record Currency(String currency, String name) {}

  record Payment(String paymentId, String orderId, Instant paidAt) {}

  private static Instant minute(int minutes) {
    return NOON.plus(Duration.ofMinutes(minutes));
  }

  private static void refused(Consumer<PipelineBuilder> definition, String... parts) {
    assertThatThrownBy(() -> Pipeline.define(definition))
        .isInstanceOf(EngineException.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  private static List<String> rows(Engine engine, String... columns) {
    return engine.view("view").scan().stream()
        .map(
            row -> {
              List<String> values = new ArrayList<>();
              for (String column : columns) {
                values.add(String.valueOf(row.value(column)));
              }
              return String.join(" ", values);
            })
        .toList();
  }

  private static void order(Engine engine, String id, int minutes) {
    engine.stream("orders", Order.class).append(new Order(id, "EUR", minute(minutes)));
    engine.step();
  }

  @Test
  void aLookupSeesWhatThereIsAndIsNeverCorrected() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Currency> currencies =
                  p.table("currencies", Currency.class).primaryKey(Currency::currency);
              p.stream("orders", Order.class)
                  .lookup(currencies)
                  .on(Order::currency, Currency::currency)
                  .acceptGrowth("a test is short")
                  .materialize("view");
            });
    assertThat(pipeline.explain())
        .contains(
            "lookup on [currency] = [currency] [no key; append-only; state: right: one row for each"
                + " distinct [currency]; right unique index [currency]]");
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      TableInput<Currency> currencies = engine.table("currencies", Currency.class);
      order(engine, "o1", 0);
      currencies.upsert(new Currency("EUR", "Euro"));
      engine.step();
      order(engine, "o2", 0);
      currencies.upsert(new Currency("EUR", "euro"));
      engine.step();
      order(engine, "o3", 0);
      currencies.delete("EUR");
      engine.step();

      assertThat(rows(engine, "order_id", "name"))
          .containsExactlyInAnyOrder("o1 null", "o2 Euro", "o3 euro");
    }
  }

  @Test
  void aRowSeesWhatCameInWithIt() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Currency> currencies =
                  p.table("currencies", Currency.class).primaryKey(Currency::currency);
              p.stream("orders", Order.class)
                  .lookup(currencies)
                  .on("currency", "currency")
                  .acceptGrowth("a test is short")
                  .materialize("view");
            });
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      engine.append(
          t -> {
            t.append(engine.stream("orders", Order.class), new Order("o1", "EUR", NOON));
            t.upsert(engine.table("currencies", Currency.class), new Currency("EUR", "Euro"));
          });
      engine.step();

      assertThat(rows(engine, "order_id", "name")).containsExactly("o1 Euro");
    }
  }

  @Test
  void whatIsTakenBackCannotBeLookedUp() {
    refused(
        p -> {
          Relation<Currency> currencies =
              p.table("currencies", Currency.class).primaryKey(Currency::currency);
          p.table("orders", Order.class)
              .primaryKey(Order::orderId)
              .lookup(currencies)
              .on("currency", "currency");
        },
        "lookup of table 'orders' in table 'currencies'",
        "its left side is taken back",
        ".leftJoin(...)");
  }

  private static Pipeline rates() {
    return Pipeline.define(
        p -> {
          Relation<Rate> rates =
              p.table("rates", Rate.class).primaryKey(Rate::currency, Rate::since);
          p.stream("orders", Order.class)
              .acceptGrowth("a test is short")
              .asOfJoin(rates, Order::at, Rate::since)
              .on(Order::currency, Rate::currency)
              .materialize("view");
        });
  }

  @Test
  void anAsOfJoinTakesTheVersionOfTheRowsTimeAndFollowsLateOnes() {
    assertThat(rates().explain())
        .contains("as-of join on [currency] = [currency] at at >= since", "a test is short");
    try (Engine engine = Engine.inMemory(rates(), HOST)) {
      TableInput<Rate> rates = engine.table("rates", Rate.class);
      rates.upsert(List.of(new Rate("EUR", minute(0), 1.0), new Rate("EUR", minute(10), 2.0)));
      engine.step();
      order(engine, "early", -1);
      order(engine, "first", 0);
      order(engine, "middle", 7);
      order(engine, "last", 30);
      assertThat(rows(engine, "order_id", "rate"))
          .containsExactlyInAnyOrder("early null", "first 1.0", "middle 1.0", "last 2.0");

      List<Changes<Row>> changes = new ArrayList<>();
      engine.view("view").subscribe(changes::add);
      engine.step();
      changes.clear();
      rates.upsert(new Rate("EUR", minute(5), 1.5));
      engine.step();
      assertThat(rows(engine, "order_id", "rate"))
          .containsExactlyInAnyOrder("early null", "first 1.0", "middle 1.5", "last 2.0");
      assertThat(changes.stream().flatMap(c -> c.changes().stream())).hasSize(2);

      rates.delete("EUR", minute(0));
      rates.upsert(new Rate("EUR", minute(10), 2.5));
      engine.step();
      assertThat(rows(engine, "order_id", "rate"))
          .containsExactlyInAnyOrder("early null", "first null", "middle 1.5", "last 2.5");
    }
  }

  @Test
  void twoVersionsOfOneTimeAreRefused() {
    refused(
        p ->
            p.stream("orders", Order.class)
                .acceptGrowth("a test is short")
                .asOfJoin(p.table("rates", Rate.class).keyless(), Order::at, Rate::since)
                .on("currency", "currency"),
        "as-of join of stream 'orders' with table 'rates'",
        "make [currency, since] the primary key");
    refused(
        p ->
            p.stream("orders", Order.class)
                .asOfJoin(
                    p.table("rates", Rate.class).primaryKey("currency", "since"), "at", "since")
                .on("currency", "currency"),
        "keeps every row of its left side, stream 'orders'",
        ".lookup(...)",
        ".acceptGrowth(\"why\")");
    refused(
        p ->
            p.stream("orders", Order.class)
                .acceptGrowth("a test is short")
                .asOfJoin(
                    p.table("rates", Rate.class).primaryKey("currency", "since"), "at", "rate")
                .on("currency", "currency"),
        "its times must be");
  }

  @Test
  void aStreamThatIsLookedUpInMustBeAcceptedThoughTheResultIsBounded() {
    refused(
        p ->
            p.stream("orders", Order.class)
                .lookup(p.stream("payments", Payment.class).prefix("p_"))
                .on("order_id", "p_order_id")
                .groupBy("currency")
                .aggregate(count().as("n")),
        "lookup of stream 'orders' in select on stream 'payments'",
        "keeps every row of its right side",
        "its state grows with the input",
        "three ways out",
        ".acceptGrowth(\"why\") on that side");
    Pipeline accepted =
        Pipeline.define(
            p ->
                p.stream("orders", Order.class)
                    .lookup(
                        p.stream("payments", Payment.class)
                            .prefix("p_")
                            .acceptGrowth("payments are few"))
                    .on("order_id", "p_order_id")
                    .groupBy("currency")
                    .aggregate(count().as("n"))
                    .materialize("view"));
    assertThat(accepted.explain())
        .contains("state: right: grows with the input (accepted: payments are few)");
  }

  @Test
  void anIntervalTakesATimeOfEachSideAndEndsBehindItsBeginning() {
    BiFunction<Expr, Expr, Consumer<PipelineBuilder>> within =
        (left, right) ->
            p ->
                p.stream("orders", Order.class)
                    .acceptGrowth("a test is short")
                    .join(p.stream("payments", Payment.class).acceptGrowth("short").prefix("p_"))
                    .within(left, right, Duration.ofMinutes(-3), Duration.ofMinutes(4))
                    .on("order_id", "p_order_id");
    assertThatThrownBy(() -> Pipeline.define(within.apply(col("at"), col("at"))))
        .hasMessageContaining("within, time of the right side: at of select on stream 'payments'")
        .hasMessageContaining("there is no column 'at'");
    assertThatThrownBy(() -> Pipeline.define(within.apply(col("p_paid_at"), col("at"))))
        .hasMessageContaining("within, time of the left side: p_paid_at of stream 'orders'");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("orders", Order.class)
                            .join(p.stream("payments", Payment.class).prefix("p_"))
                            .within(
                                col("at"),
                                col("p_paid_at"),
                                Duration.ofMinutes(-5),
                                Duration.ofMinutes(4))))
        .hasMessageContaining("ends before it begins: before=PT-5M after=PT4M");
    for (Duration length :
        List.of(Duration.ofNanos(1), Duration.ofNanos(-1500), Duration.ofSeconds(Long.MIN_VALUE))) {
      assertThatThrownBy(
              () ->
                  Pipeline.define(
                      p ->
                          p.stream("orders", Order.class)
                              .join(p.stream("payments", Payment.class).prefix("p_"))
                              .within(col("at"), col("p_paid_at"), length, Duration.ZERO)))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("within on stream 'orders'")
          .hasMessageContaining("whole microseconds")
          .hasMessageContaining("before=" + length);
    }
    assertThatNullPointerException()
        .isThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("orders", Order.class)
                            .join(p.stream("payments", Payment.class).prefix("p_"))
                            .within(col("at"), col("p_paid_at"), Duration.ZERO, null)))
        .withMessage("within: say how long after");
  }

  @Test
  void anIntervalJoinPairsWhatHappensWithinATime() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("orders", Order.class)
                    .acceptGrowth("a test is short")
                    .leftJoin(
                        p.stream("payments", Payment.class)
                            .acceptGrowth("a test is short")
                            .prefix("p_"))
                    .within(col("at"), col("p_paid_at"), Duration.ZERO, Duration.ofMinutes(30))
                    .on("order_id", "p_order_id")
                    .materialize("view"));
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      order(engine, "o1", 0);
      order(engine, "o2", 0);
      engine.stream("payments", Payment.class)
          .append(
              List.of(
                  new Payment("p1", "o1", minute(30)),
                  new Payment("p2", "o1", minute(31)),
                  new Payment("p3", "o2", minute(-1))));
      engine.step();

      assertThat(rows(engine, "order_id", "p_payment_id"))
          .containsExactlyInAnyOrder("o1 p1", "o2 null");
    }
  }

  @Test
  void columnsOfSchemasMadeAtRunTimeAreLookedUpByName() {
    Schema events = Schema.builder().nullable("user", Type.LONG).build();
    Schema users = Schema.builder().required("id", Type.LONG).nullable("n", Type.INT).build();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("events", events)
                    .lookup(p.table("users", users).primaryKey("id"))
                    .on(List.of("user"), List.of("id"))
                    .acceptGrowth("a test is short")
                    .materialize("view"));
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      engine.ndjson("users").append("{\"id\":1,\"n\":5}\n");
      engine.ndjson("events").append("{\"user\":1}\n{\"user\":null}\n{\"user\":2}\n");
      engine.step();

      assertThat(rows(engine, "user", "id", "n"))
          .containsExactlyInAnyOrder("1 1 5", "null null null", "2 null null");
    }
  }
}
