package dev.leat.engine.examples.enrichment;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.desc;

import dev.leat.engine.examples.ShownView;
import dev.leat.engine.examples.ShownViews;
import java.util.List;

/** How the views are shown: by the reads that the demo makes of them. */
final class EnrichmentView {
  private static final int READ = 10;

  /** All of them. */
  static final List<ShownView> ALL =
      List.of(
          new ShownView(
                  "clickstream_joined_mv",
                  "Events with all that is known of them, the latest first",
                  List.of(desc("event_time"), asc("event_id")))
              .withLimit(READ)
              .withColumns(
                  "event_id",
                  "event_time",
                  "event_type",
                  "full_name",
                  "country",
                  "session_id",
                  "device_type",
                  "page_category",
                  "campaign_name",
                  "revenue_usd"),
          new ShownView(
                  "session_kpi_mv",
                  "Sessions, by revenue",
                  List.of(
                      desc("revenue_usd"),
                      asc("session_id"),
                      asc("user_id"),
                      asc("country"),
                      asc("device_type")))
              .withLimit(READ)
              .withColumns(
                  "session_id",
                  "user_id",
                  "country",
                  "device_type",
                  "session_duration_seconds",
                  "page_views",
                  "clicks",
                  "add_to_cart",
                  "checkout_start",
                  "purchases",
                  "revenue_usd",
                  "did_purchase"),
          new ShownView(
              "conversion_by_device",
              "Conversion by device",
              List.of(desc("conversion_rate_pct"), asc("device_type"))));

  /** The joined events alone. */
  static final ShownViews JOINED = new ShownViews("s0_", ALL.subList(0, 1));

  /** All of them, and their files. */
  static final ShownViews SHOWN = new ShownViews("s0_", ALL);

  private EnrichmentView() {}
}
