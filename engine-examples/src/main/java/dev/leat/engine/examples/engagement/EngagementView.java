package dev.leat.engine.examples.engagement;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.desc;

import dev.leat.engine.examples.ShownView;
import dev.leat.engine.examples.ShownViews;
import java.util.List;

/** How the views are shown. */
final class EngagementView {
  /** All of them. */
  static final List<ShownView> ALL =
      List.of(
          new ShownView("engagement", "1. Engagement", List.of()),
          new ShownView(
              "top_pages",
              "1. Top pages by views",
              List.of(desc("page_views"), asc("page_url"), asc("page_title"))),
          new ShownView("session_statistics", "2. Sessions, all together", List.of()),
          new ShownView(
                  "sessions",
                  "2. Sessions, the longest first",
                  List.of(desc("session_duration_min"), asc("session_id"), asc("user_id")))
              .withLimit(10),
          new ShownView(
                  "visits",
                  "2. Visits without a break of more than half an hour, the longest first",
                  List.of(desc("total_events"), asc("user_id"), asc("session_start")))
              .withLimit(10)
              .withColumns(
                  "user_id",
                  "visit_number",
                  "session_start",
                  "session_end",
                  "total_events",
                  "entry_page",
                  "exit_page",
                  "converted"),
          new ShownView("conversion_funnel", "3. Funnel", List.of(asc("step"))),
          new ShownView("devices", "4. Devices", List.of(desc("unique_users"), asc("device_type"))),
          new ShownView(
              "browsers",
              "4. Browsers and operating systems",
              List.of(desc("unique_users"), asc("browser"), asc("os"))),
          new ShownView(
              "campaigns",
              "5. Campaigns",
              List.of(
                  desc("conversions"), asc("utm_source"), asc("utm_medium"), asc("utm_campaign"))),
          new ShownView(
              "traffic_sources",
              "5. Share of traffic",
              List.of(desc("sessions"), asc("utm_source"))),
          new ShownView(
              "geography", "6. Places", List.of(desc("unique_users"), asc("country"), asc("city"))),
          new ShownView("validation", "Validation", List.of()));

  /** All of them, and their files. */
  static final ShownViews SHOWN = new ShownViews("s2_", ALL);

  private EngagementView() {}
}
