package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.EventTimeBounds;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What cannot be joined so that rows are let go of is said when the pipeline is built. */
class ClosingJoinDefinitionTest extends ClosingOrders {
  private static void isRefused(Consumer<PipelineBuilder> pipeline, String... parts) {
    assertThatThrownBy(() -> Pipeline.define(pipeline))
        .isInstanceOf(EngineException.class)
        .hasMessageContainingAll(parts);
  }

  private static final EventTimeBounds SOME = outOfOrderBy(minutes(5));

  private static Joining<Order, Payment, Row> anHour(Joining<Order, Payment, Row> joining) {
    return joining.within(col("at"), col("paid_at"), Duration.ZERO, minutes(60));
  }

  @Test
  void aSideWithoutEventTimeIsRefused() {
    isRefused(
        p ->
            anHour(p.stream("orders", Order.class).join(payments(p, SOME)))
                .closing(minutes(1))
                .on("id", "order_id"),
        "closing inner join of stream 'orders' with stream 'payments': the time of its left side,"
            + " 'at' of stream 'orders', is not the event time of a stream",
        "declare it where the stream is: p.stream(...).eventTime(..., outOfOrderBy(...))",
        "or leave out .closing(...)");
    isRefused(
        p ->
            anHour(
                    orders(p, SOME)
                        .join(
                            payments(p, SOME)
                                .with(col("paid_at").plus(minutes(1)).as("paid_at"))
                                .as(Payment.class)))
                .closing(minutes(1))
                .on("id", "order_id"),
        "the time of its right side, 'paid_at' of select on stream 'payments', is not the event"
            + " time of a stream",
        "it is computed there: join within the event time of the stream itself");
    isRefused(
        p ->
            orders(p, SOME)
                .join(payments(p, SOME))
                .within(col("at").plus(minutes(1)), col("paid_at"), minutes(0), minutes(1))
                .closing(minutes(1))
                .on("id", "order_id"),
        "the time of its left side is computed, and has no watermark",
        "put what is added to it into before and after");
    record Other(String orderId, Instant paidAt, Instant bookedAt) {}
    isRefused(
        p ->
            orders(p, SOME)
                .join(p.stream("payments", Other.class).eventTime(Other::bookedAt, SOME))
                .within(col("at"), col("paid_at"), minutes(0), minutes(1))
                .closing(minutes(1))
                .on("id", "order_id"),
        "that is 'booked_at': join within it");
  }

  @Test
  void aJoinOfStreamsThatKeepsAllSaysThatItCouldLetGoOfThem() {
    isRefused(
        p -> anHour(orders(p, SOME).join(payments(p, SOME))).on("id", "order_id"),
        "it keeps every row of its left side, stream 'orders', for ever",
        "with .within(...).closing(lateness); or accept it with .acceptGrowth");
  }

  @Test
  void rowsThatCanBeTakenBackAreRefused() {
    isRefused(
        p ->
            anHour(
                    orders(p, SOME)
                        .join(p.table("payments", Payment.class).primaryKey(Payment::orderId)))
                .closing(minutes(1))
                .on("id", "order_id"),
        "rows of its right side, table 'payments', can be taken back",
        "or leave out .closing(...)");
    isRefused(
        p ->
            anHour(orders(p, SOME).forgetAfter(minutes(60)).join(payments(p, SOME)))
                .closing(minutes(1))
                .on("id", "order_id"),
        "rows of its left side, forget",
        "can be taken back");
  }

  @Test
  void aTimeThatIsMissingOrSaidTwiceAndLengthsBeyondTenYearsAreRefused() {
    isRefused(
        p -> orders(p, SOME).join(payments(p, SOME)).closing(minutes(1)).on("id", "order_id"),
        "one time within which rows match must say how long they are kept: within=0",
        "say .within(leftTime, rightTime, before, after) once");
    isRefused(
        p ->
            anHour(anHour(orders(p, SOME).join(payments(p, SOME))))
                .closing(minutes(1))
                .on("id", "order_id"),
        "within=2");
    isRefused(
        p ->
            orders(p, SOME)
                .join(payments(p, SOME))
                .within(col("at"), col("paid_at"), Duration.ZERO, Duration.ofDays(3654))
                .closing(minutes(1))
                .on("id", "order_id"),
        "a length of its time is ten years at most",
        "after=PT87696H");
    isRefused(
        p ->
            anHour(orders(p, SOME).join(payments(p, SOME)))
                .closing(minutes(-1))
                .on("id", "order_id"),
        "the lateness must be zero to ten years",
        "lateness=PT-1M");
    isRefused(
        p -> anHour(orders(p, SOME).join(payments(p, SOME))).closing(minutes(1)).onEvery(),
        "it has no keys",
        ".acceptScan(\"why\")");
  }

  @Test
  void whatClosesOverAJoinSaysWhichTimeAndLatenessWouldDo() {
    isRefused(
        p ->
            anHour(orders(p, SOME).join(payments(p, SOME)))
                .closing(minutes(2))
                .on("id", "order_id")
                .window(tumbling(minutes(10)).on("at"))
                .closing(minutes(61))
                .groupBy("window_end")
                .aggregate(count().as("n")),
        "its time 'at' of closing inner join with stream 'payments' on stream 'orders', may be that"
            + " far behind the watermark when its rows come",
        "lateness=61 min behind=62 min");
    isRefused(
        p ->
            anHour(orders(p, SOME).leftJoin(payments(p, SOME)))
                .closing(minutes(2))
                .on("id", "order_id")
                .sessionize(gap(minutes(10)))
                .on("paid_at")
                .by("id")
                .closing(minutes(61))
                .aggregate(count().as("n")),
        "its time 'paid_at'",
        "those that would do: [at]");
    isRefused(
        p ->
            orders(p, SOME)
                .window(tumbling(minutes(10)).on("at"))
                .closing(minutes(1))
                .groupBy("window_end", "id")
                .aggregate(count().as("n"))
                .join(payments(p, SOME))
                .within(col("window_end"), col("paid_at"), minutes(0), minutes(1))
                .closing(minutes(1))
                .on("id", "order_id"),
        "the time of its left side, 'window_end' of closing aggregate",
        "has no watermark of its own",
        "join the stream itself");
  }
}
