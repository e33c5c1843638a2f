package dev.leat.engine.testkit;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.math.BigDecimal;
import java.util.List;

/**
 * The clickstream example: sessions, conversion by device, a funnel, page traffic and outcomes over
 * one stream of events.
 */
final class ClickstreamPlan {
  private static final Expr EVENT_TYPE = new Expr.Column("event_type");
  private static final Expr PAGE_URL = new Expr.Column("page_url");
  private static final Expr EVENT_TS = new Expr.Column("event_ts");
  private static final AggregateCall COUNT = aggregate(AggregateFunction.COUNT, null);
  private static final List<String> SESSION_KEYS =
      List.of("session_id", "user_id", "device_type", "country");

  static final Schema EVENTS =
      Schema.builder()
          .required("event_id", Type.STRING)
          .required("user_id", Type.STRING)
          .required("session_id", Type.STRING)
          .required("event_type", Type.STRING)
          .nullable("page_url", Type.STRING)
          .nullable("referrer_url", Type.STRING)
          .nullable("device_type", Type.STRING)
          .nullable("country", Type.STRING)
          .required("event_ts", Type.INSTANT)
          .build();

  private ClickstreamPlan() {}

  static Plan plan() {
    Node.Input events = new Node.Input("events", Node.InputKind.STREAM, EVENTS, List.of());
    Node sessions = sessions(events);
    return new Plan(
        List.of(events),
        List.of(
            new ViewDefinition("session_summary", sessions, null),
            new ViewDefinition("conversion_by_device", conversionByDevice(sessions), null),
            new ViewDefinition("funnel", funnel(events), null),
            new ViewDefinition("page_traffic", pageTraffic(events), null),
            new ViewDefinition("conversion_metrics", outcomes(events), null)));
  }

  private static AggregateCall aggregate(AggregateFunction function, Expr operand) {
    return new AggregateCall(function, operand, null, false, null);
  }

  private static AggregateCall boolOr(Expr operand) {
    return aggregate(AggregateFunction.BOOL_OR, operand);
  }

  private static NamedExpr column(String name) {
    return new Expr.Column(name).as(name);
  }

  private static Node sessions(Node events) {
    Node summary =
        Node.Aggregate.of(
            events,
            SESSION_KEYS,
            List.of(
                aggregate(AggregateFunction.MIN, EVENT_TS).as("session_start"),
                aggregate(AggregateFunction.MAX, EVENT_TS).as("session_end"),
                COUNT.as("total_events"),
                COUNT.where(EVENT_TYPE.eq("page_view")).as("page_views"),
                COUNT.where(EVENT_TYPE.eq("add_to_cart")).as("add_to_carts"),
                COUNT.where(EVENT_TYPE.eq("purchase")).as("purchases")));
    Expr length = new Expr.Column("session_end").minus(new Expr.Column("session_start"));
    return Node.Project.of(
        summary,
        List.of(
            column("session_id"),
            column("user_id"),
            column("device_type"),
            column("country"),
            column("session_start"),
            column("session_end"),
            length.epochSeconds().as("duration_seconds"),
            column("total_events"),
            column("page_views"),
            column("add_to_carts"),
            column("purchases")));
  }

  private static Node conversionByDevice(Node sessions) {
    Node counts =
        Node.Aggregate.of(
            sessions,
            List.of("device_type"),
            List.of(
                COUNT.as("total_sessions"),
                COUNT.where(new Expr.Column("purchases").gt(0)).as("converted_sessions")));
    return Node.Project.of(
        counts,
        List.of(
            column("device_type"),
            column("total_sessions"),
            column("converted_sessions"),
            new Expr.Column("converted_sessions")
                .times(new BigDecimal("100.0"))
                .dividedBy(new Expr.Column("total_sessions"))
                .round(1)
                .as("conversion_rate_pct")));
  }

  private static Node funnel(Node events) {
    Node flags =
        Node.Aggregate.of(
            events,
            List.of("session_id"),
            List.of(
                boolOr(PAGE_URL.eq("/home")).as("saw_home"),
                boolOr(PAGE_URL.eq("/products")).as("saw_products"),
                boolOr(PAGE_URL.like("/products/%").and(PAGE_URL.ne("/products")))
                    .as("saw_product_detail"),
                boolOr(EVENT_TYPE.eq("add_to_cart")).as("added_to_cart"),
                boolOr(PAGE_URL.eq("/checkout")).as("reached_checkout"),
                boolOr(EVENT_TYPE.eq("purchase")).as("converted")));
    return Node.Aggregate.of(
        flags,
        List.of(),
        List.of(
            COUNT.as("total_sessions"),
            COUNT.where(new Expr.Column("saw_home")).as("step_home"),
            COUNT.where(new Expr.Column("saw_products")).as("step_products"),
            COUNT.where(new Expr.Column("saw_product_detail")).as("step_product_detail"),
            COUNT.where(new Expr.Column("added_to_cart")).as("step_add_to_cart"),
            COUNT.where(new Expr.Column("reached_checkout")).as("step_checkout"),
            COUNT.where(new Expr.Column("converted")).as("step_purchase")));
  }

  private static Node pageTraffic(Node events) {
    return Node.Aggregate.of(
        Node.Filter.of(events, EVENT_TYPE.eq("page_view")),
        List.of("page_url"),
        List.of(
            COUNT.as("total_views"),
            aggregate(AggregateFunction.COUNT, new Expr.Column("user_id"))
                .distinct()
                .as("unique_users"),
            aggregate(AggregateFunction.COUNT, new Expr.Column("session_id"))
                .distinct()
                .as("unique_sessions")));
  }

  private static Node outcomes(Node events) {
    Expr pageViewed =
        new Expr.Case(List.of(new Expr.When(EVENT_TYPE.eq("page_view"), PAGE_URL)), null);
    Node base =
        Node.Aggregate.of(
            events,
            SESSION_KEYS,
            List.of(
                boolOr(EVENT_TYPE.eq("add_to_cart")).as("added_to_cart"),
                boolOr(EVENT_TYPE.eq("purchase")).as("purchased"),
                aggregate(AggregateFunction.MAX, pageViewed).as("last_page_viewed")));
    Expr added = new Expr.Column("added_to_cart");
    Expr purchased = new Expr.Column("purchased");
    Expr atCheckout = new Expr.Column("last_page_viewed").eq("/checkout");
    Expr outcome =
        new Expr.Case(
            List.of(
                new Expr.When(purchased, Expr.of("converted")),
                new Expr.When(added.and(purchased.not()), Expr.of("cart_abandonment")),
                new Expr.When(atCheckout.and(added.not()), Expr.of("checkout_abandonment"))),
            Expr.of("browse_abandonment"));
    return Node.Project.of(
        Node.Filter.of(base, purchased.not()),
        List.of(
            column("session_id"),
            column("user_id"),
            column("device_type"),
            column("country"),
            outcome.as("outcome")));
  }
}
