package dev.leat.engine.examples.shop;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.desc;

import dev.leat.engine.examples.ShownView;
import dev.leat.engine.examples.ShownViews;
import java.util.List;

/** How the views are shown. */
final class ShopView {
  /** All of them. */
  static final List<ShownView> ALL =
      List.of(
          new ShownView(
                  "funnel_metrics_10min",
                  "Funnel per 10 minutes, the latest first",
                  List.of(desc("window_start"), asc("traffic_source"), asc("device_type")))
              .withLimit(6)
              .withColumns(
                  "window_start",
                  "traffic_source",
                  "device_type",
                  "sessions",
                  "product_views",
                  "add_to_carts",
                  "checkout_starts",
                  "purchases",
                  "overall_conversion_rate"),
          new ShownView(
                  "session_summary",
                  "Sessions, the latest first",
                  List.of(desc("last_event_time"), asc("session_id"), asc("user_id")))
              .withLimit(5)
              .withColumns(
                  "session_id",
                  "user_id",
                  "traffic_source",
                  "session_start",
                  "session_duration_seconds",
                  "total_events",
                  "add_to_carts",
                  "converted"),
          new ShownView(
                  "identified_sessions",
                  "Sessions with the users that logged in, the latest first",
                  List.of(desc("last_event_time"), asc("session_id"), asc("user_id")))
              .withLimit(3),
          new ShownView(
                  "cart_abandonment_candidates",
                  "Carts left behind for 15 to 60 minutes, the longest first",
                  List.of(asc("last_event_time"), asc("session_id"), asc("user_id")))
              .withLimit(5)
              .withColumns(
                  "session_id", "user_id", "last_event_time", "add_to_carts", "idle_duration"),
          new ShownView(
                  "product_performance_1h",
                  "Products per hour, the most viewed first",
                  List.of(desc("window_start"), desc("views_1h"), asc("product_id")))
              .withLimit(4)
              .withColumns(
                  "window_start",
                  "product_id",
                  "views_1h",
                  "add_to_carts_1h",
                  "purchases_1h",
                  "view_to_purchase_rate"),
          new ShownView(
                  "search_analytics_1h",
                  "Searches per hour, the most frequent first",
                  List.of(desc("window_start"), asc("search_rank"), asc("search_term")))
              .withLimit(4)
              .withColumns(
                  "window_start", "search_rank", "search_term", "search_count", "unique_sessions"),
          new ShownView(
                  "traffic_anomaly_detection",
                  "Sessions per 5 minutes beside the last two hours, the latest first",
                  List.of(desc("window_start")))
              .withLimit(4),
          new ShownView(
                  "traffic_alerts",
                  "Unusual traffic, the latest first",
                  List.of(desc("window_start")))
              .withLimit(2),
          new ShownView("bot_sessions", "Bots, which are left out", List.of(asc("session_id")))
              .withLimit(3));

  /** All of them, and their files. */
  static final ShownViews SHOWN = new ShownViews("s3_", ALL);

  private ShopView() {}
}
