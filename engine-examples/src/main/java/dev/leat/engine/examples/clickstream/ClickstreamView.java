package dev.leat.engine.examples.clickstream;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.desc;

import dev.leat.engine.plan.SortKey;
import java.util.List;

/**
 * How a view is shown.
 *
 * @param name of the view
 * @param title for people
 * @param order of its rows
 */
record ClickstreamView(String name, String title, List<SortKey> order) {
  private static final List<SortKey> BY_SESSION =
      List.of(asc("session_id"), asc("user_id"), asc("device_type"), asc("country"));

  /** All of them. */
  static final List<ClickstreamView> ALL =
      List.of(
          new ClickstreamView("session_summary", "Sessions", BY_SESSION),
          new ClickstreamView(
              "conversion_by_device",
              "Conversion by device",
              List.of(desc("total_sessions"), asc("device_type"))),
          new ClickstreamView("funnel", "Funnel", List.of()),
          new ClickstreamView(
              "page_traffic", "Page traffic", List.of(desc("total_views"), asc("page_url"))),
          new ClickstreamView("conversion_metrics", "Sessions without a purchase", BY_SESSION));

  SortKey[] orderKeys() {
    return order.toArray(SortKey[]::new);
  }

  /** Its file, after so many events. */
  String fileName(String suffix) {
    return "s1_" + name + "_" + suffix + ".csv";
  }
}
