package dev.leat.engine.examples.clickstream;

import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static dev.leat.engine.Expressions.when;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.plan.Expr;
import java.math.BigDecimal;

/** What is computed: five views over one stream of events. */
public final class ClickstreamPipeline {
  /** The stream of {@link ClickEvent}s. */
  public static final String EVENTS = "click_events";

  private ClickstreamPipeline() {}

  /** The pipeline. */
  public static Pipeline define() {
    return Pipeline.define(
        p -> {
          Relation<ClickEvent> events = p.stream(EVENTS, ClickEvent.class);
          Relation<SessionSummary> sessions = sessions(events);
          sessions.materialize("session_summary");
          conversionByDevice(sessions).materialize("conversion_by_device");
          funnel(events).materialize("funnel");
          pageTraffic(events).materialize("page_traffic");
          outcomes(events).materialize("conversion_metrics");
        });
  }

  private static Expr isType(String eventType) {
    return col(ClickEvent::eventType).eq(eventType);
  }

  private static Expr isPage(String pageUrl) {
    return col(ClickEvent::pageUrl).eq(pageUrl);
  }

  private static Relation<SessionSummary> sessions(Relation<ClickEvent> events) {
    return events
        .groupBy(
            ClickEvent::sessionId, ClickEvent::userId, ClickEvent::deviceType, ClickEvent::country)
        .aggregate(
            min(ClickEvent::eventTs).as("session_start"),
            max(ClickEvent::eventTs).as("session_end"),
            count().as("total_events"),
            count().where(isType("page_view")).as("page_views"),
            count().where(isType("add_to_cart")).as("add_to_carts"),
            count().where(isType("purchase")).as("purchases"))
        .with(col("session_end").minus(col("session_start")).epochSeconds().as("duration_seconds"))
        .as(SessionSummary.class);
  }

  /** Built on the sessions, as they are kept. */
  private static Relation<DeviceConversion> conversionByDevice(Relation<SessionSummary> sessions) {
    return sessions
        .groupBy(SessionSummary::deviceType)
        .aggregate(
            count().as("total_sessions"),
            count().where(col(SessionSummary::purchases).gt(0)).as("converted_sessions"))
        .with(
            col("converted_sessions")
                .times(new BigDecimal("100.0"))
                .dividedBy(col("total_sessions"))
                .round(1)
                .as("conversion_rate_pct"))
        .as(DeviceConversion.class);
  }

  /** In two levels: what each session reached, then how many did. */
  private static Relation<Funnel> funnel(Relation<ClickEvent> events) {
    return events
        .groupBy(ClickEvent::sessionId)
        .aggregate(
            boolOr(isPage("/home")).as("saw_home"),
            boolOr(isPage("/products")).as("saw_products"),
            boolOr(col(ClickEvent::pageUrl).like("/products/%").and(isPage("/products").not()))
                .as("saw_product_detail"),
            boolOr(isType("add_to_cart")).as("added_to_cart"),
            boolOr(isPage("/checkout")).as("reached_checkout"),
            boolOr(isType("purchase")).as("converted"))
        .aggregate(
            count().as("total_sessions"),
            count().where(col("saw_home")).as("step_home"),
            count().where(col("saw_products")).as("step_products"),
            count().where(col("saw_product_detail")).as("step_product_detail"),
            count().where(col("added_to_cart")).as("step_add_to_cart"),
            count().where(col("reached_checkout")).as("step_checkout"),
            count().where(col("converted")).as("step_purchase"))
        .as(Funnel.class);
  }

  private static Relation<PageTraffic> pageTraffic(Relation<ClickEvent> events) {
    return events
        .where(isType("page_view"))
        .groupBy(ClickEvent::pageUrl)
        .aggregate(
            count().as("total_views"),
            countDistinct(ClickEvent::userId).as("unique_users"),
            countDistinct(ClickEvent::sessionId).as("unique_sessions"))
        .as(PageTraffic.class);
  }

  /** Sessions without a purchase; a session that converts leaves this view. */
  private static Relation<Outcome> outcomes(Relation<ClickEvent> events) {
    Expr addedToCart = col("added_to_cart");
    Expr purchased = col("purchased");
    // The last page by its name, not by time: that is what the query that is rebuilt here says.
    Expr lastPage = col("last_page_viewed");
    return events
        .groupBy(
            ClickEvent::sessionId, ClickEvent::userId, ClickEvent::deviceType, ClickEvent::country)
        .aggregate(
            boolOr(isType("add_to_cart")).as("added_to_cart"),
            boolOr(isType("purchase")).as("purchased"),
            max(when(isType("page_view"), col(ClickEvent::pageUrl)).end()).as("last_page_viewed"))
        .where(purchased.not())
        .select(
            "session_id",
            "user_id",
            "device_type",
            "country",
            when(purchased, "converted")
                .when(addedToCart.and(purchased.not()), "cart_abandonment")
                .when(lastPage.eq("/checkout").and(addedToCart.not()), "checkout_abandonment")
                .otherwise("browse_abandonment")
                .as("outcome"))
        .as(Outcome.class);
  }
}
