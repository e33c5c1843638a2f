package dev.leat.engine.examples.clickstream;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.desc;

import dev.leat.engine.examples.ShownView;
import dev.leat.engine.examples.ShownViews;
import dev.leat.engine.plan.SortKey;
import java.util.List;

/** How the views are shown. */
final class ClickstreamView {
  private static final List<SortKey> BY_SESSION =
      List.of(asc("session_id"), asc("user_id"), asc("device_type"), asc("country"));

  /** All of them. */
  static final List<ShownView> ALL =
      List.of(
          new ShownView("session_summary", "Sessions", BY_SESSION),
          new ShownView(
              "conversion_by_device",
              "Conversion by device",
              List.of(desc("total_sessions"), asc("device_type"))),
          new ShownView("funnel", "Funnel", List.of()),
          new ShownView(
              "page_traffic", "Page traffic", List.of(desc("total_views"), asc("page_url"))),
          new ShownView("conversion_metrics", "Sessions without a purchase", BY_SESSION));

  /** All of them, and their files. */
  static final ShownViews SHOWN = new ShownViews("s1_", ALL);

  private ClickstreamView() {}
}
