package dev.leat.engine.examples.shop;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static dev.leat.engine.Expressions.now;
import static dev.leat.engine.Expressions.rank;
import static dev.leat.engine.Expressions.sum;
import static dev.leat.engine.Expressions.when;
import static dev.leat.engine.Windows.hours;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;

import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * What is computed. All of it reads the events of the last day that are not of bots; what is older
 * is forgotten, so that memory is bounded by the traffic of a day.
 *
 * <p>A session is a bot's if it has more than 200 events in a minute. From then on none of its
 * events is in any view, the earlier ones neither.
 */
public final class ShopPipeline {
  /** The stream of {@link ShopEvent}s. */
  public static final String EVENTS = "clickstream_events";

  /** For how long events are in the views. */
  static final Duration KEPT = hours(24);

  private static final int MOST_EVENTS_A_MINUTE = 200;
  private static final Duration IDLE = minutes(15);
  private static final Duration GIVEN_UP = minutes(60);
  private static final Duration BASELINE = hours(2);
  private static final Duration SETTLED = minutes(5);

  /** Alerts are about windows that ended so lately, or have not ended. */
  private static final Duration NEWS = minutes(10);

  private static final double DEVIATION = 50;

  private final Relation<ShopEvent> events;

  private ShopPipeline(Relation<ShopEvent> events) {
    this.events = events;
  }

  /** The pipeline. */
  public static Pipeline define() {
    return Pipeline.define(
        p -> {
          Relation<ShopEvent> recent = recent(p);
          Relation<Row> bots = bots(recent).materialize("bot_sessions");
          ShopPipeline of =
              new ShopPipeline(
                  recent.antiJoin(bots).on("session_id", "session_id").named("events of people"));
          of.funnel().materialize("funnel_metrics_10min");
          Relation<Row> sessions = of.sessions().materialize("session_summary");
          Relation<Row> identified =
              identified(sessions, of.logins()).materialize("identified_sessions");
          candidates(identified).materialize("cart_abandonment_candidates");
          of.products().materialize("product_performance_1h");
          of.searches().materialize("search_analytics_1h");
          Relation<Row> traffic = of.traffic().materialize("traffic_anomaly_detection");
          alerts(traffic).materialize("traffic_alerts");
        });
  }

  /** Rows whose event time is more than a day ahead of the clock are no rows; see the ledger. */
  private static Relation<ShopEvent> recent(PipelineBuilder p) {
    return p.stream(EVENTS, ShopEvent.class)
        .eventTime(ShopEvent::eventTime, outOfOrderBy(minutes(5)))
        .forgetAfter(KEPT);
  }

  private static Relation<Row> bots(Relation<ShopEvent> recent) {
    return recent
        .window(tumbling(minutes(1)).on(ShopEvent::eventTime))
        .groupBy("session_id", "window_start")
        .aggregate(count().as("events"))
        .where(col("events").gt(MOST_EVENTS_A_MINUTE))
        .groupBy("session_id")
        .aggregate(max(col("events")).as("most_events_a_minute"));
  }

  private static Expr isType(String eventType) {
    return col(ShopEvent::eventType).eq(eventType);
  }

  private static AggregateCall number(String eventType) {
    return count().where(isType(eventType));
  }

  private static AggregateCall visits(String eventType) {
    return countDistinct(ShopEvent::sessionId).where(isType(eventType));
  }

  /** How many of a hundred, to two digits; null of none. */
  private static Expr percent(String part, String whole) {
    return col(part).times(new BigDecimal("100.0")).dividedBy(col(whole).nullIf(0)).round(2);
  }

  /** How many sessions got how far, in ten minutes. */
  private Relation<Row> funnel() {
    return events
        .window(tumbling(minutes(10)).on(ShopEvent::eventTime))
        .groupBy("window_start", "window_end", "traffic_source", "device_type")
        .aggregate(
            visits("page_view").as("sessions"),
            visits("product_view").as("product_views"),
            visits("add_to_cart").as("add_to_carts"),
            visits("checkout_start").as("checkout_starts"),
            visits("purchase").as("purchases"))
        .with(percent("purchases", "sessions").as("overall_conversion_rate"));
  }

  /**
   * A row for each session, or two: one for what its visitor did before logging in, without a user,
   * and one for what came then.
   */
  private Relation<Row> sessions() {
    return events
        .groupBy("session_id", "user_id", "traffic_source", "device_type")
        .aggregate(
            min(ShopEvent::eventTime).as("session_start"),
            max(ShopEvent::eventTime).as("last_event_time"),
            count().as("total_events"),
            number("page_view").as("page_views"),
            number("product_view").as("product_views"),
            number("add_to_cart").as("add_to_carts"),
            boolOr(isType("purchase")).as("converted"),
            arrayAgg(col("product_id"))
                .orderBy(asc(ShopEvent::eventTime))
                .where(col("product_id").isNotNull())
                .as("viewed_products"))
        .with(
            col("last_event_time")
                .epochSeconds()
                .minus(col("session_start").epochSeconds())
                .as("session_duration_seconds"));
  }

  /** Whose a session is, by its last login. */
  private Relation<Row> logins() {
    return events
        .where(isType("user_identified"))
        .groupBy(ShopEvent::sessionId)
        .aggregate(last(col("user_id")).orderBy(asc(ShopEvent::eventTime)).as("login_user_id"));
  }

  /** Sessions, where what came before a login is of the user who logged in then. */
  private static Relation<Row> identified(Relation<Row> sessions, Relation<Row> logins) {
    return sessions
        .leftJoin(logins.rename("session_id", "login_session_id"))
        .on("session_id", "login_session_id")
        .with(col("user_id").coalesce(col("login_user_id")).as("user_id"))
        .groupBy("session_id", "user_id")
        .aggregate(
            min(col("session_start")).as("session_start"),
            max(col("last_event_time")).as("last_event_time"),
            sum(col("total_events")).as("total_events"),
            sum(col("add_to_carts")).as("add_to_carts"),
            boolOr(col("converted")).as("converted"));
  }

  /** Sessions that put something into the cart, and did nothing for 15 minutes to an hour. */
  private static Relation<Row> candidates(Relation<Row> identified) {
    Expr idle = now().minus(col("last_event_time"));
    return identified
        .where(col("add_to_carts").gt(0).and(col("converted").not()))
        .where(idle.ge(IDLE).and(idle.lt(GIVEN_UP)))
        .select(
            "session_id",
            "user_id",
            "last_event_time",
            "add_to_carts",
            "converted",
            idle.as("idle_duration"));
  }

  private Relation<Row> products() {
    return events
        .where(col("product_id").isNotNull())
        .window(tumbling(hours(1)).on(ShopEvent::eventTime))
        .groupBy("product_id", "category_id", "window_start", "window_end")
        .aggregate(
            number("product_view").as("views_1h"),
            number("add_to_cart").as("add_to_carts_1h"),
            number("purchase").as("purchases_1h"))
        .with(percent("purchases_1h", "views_1h").as("view_to_purchase_rate"));
  }

  /** What was searched for in an hour, and at which place among all that was. */
  private Relation<Row> searches() {
    return events
        .where(isType("search").and(col("search_query").isNotNull()))
        .with(col("search_query").lower().as("search_term"))
        .window(tumbling(hours(1)).on("event_time"))
        .groupBy("search_term", "window_start", "window_end")
        .aggregate(
            count().as("search_count"), countDistinct(col("session_id")).as("unique_sessions"))
        .partitionBy("window_start")
        .orderBy(desc("search_count"))
        .with(rank().as("search_rank"));
  }

  /**
   * The sessions of each five minutes of the last two hours, beside the average of the windows of
   * that time which ended five minutes ago or before.
   */
  private Relation<Row> traffic() {
    Relation<Row> windows =
        events
            .window(tumbling(minutes(5)).on(ShopEvent::eventTime))
            .groupBy("window_start", "window_end")
            .aggregate(countDistinct(col("session_id")).as("current_sessions"))
            .where(col("window_end").gt(now().minus(BASELINE)));
    Relation<Row> baseline =
        windows
            .where(col("window_end").lt(now().minus(SETTLED)))
            .aggregate(avg(col("current_sessions")).as("avg_sessions"));
    Expr average = col("avg_sessions");
    return windows
        .crossJoin(baseline)
        .with(
            col("current_sessions")
                .minus(average)
                .dividedBy(average.nullIf(0.0))
                .times(100.0)
                .round(1)
                .as("pct_deviation"));
  }

  /**
   * Windows of late with half again as many sessions as usual, or half as many or less. A window
   * that has not ended may still get some, so it can be a spike but no drop.
   */
  private static Relation<Row> alerts(Relation<Row> traffic) {
    Expr isSpike = col("pct_deviation").gt(DEVIATION);
    Expr isDrop = col("pct_deviation").lt(-DEVIATION).and(col("window_end").le(now()));
    return traffic
        .where(col("window_end").gt(now().minus(NEWS)))
        .where(isSpike.or(isDrop))
        .with(when(isSpike, "spike").otherwise("drop").as("kind"));
  }
}
