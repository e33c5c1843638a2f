package dev.leat.engine.examples.enrichment;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static dev.leat.engine.Expressions.sum;

import dev.leat.engine.Accessor;
import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.TableDeclaration;
import dev.leat.engine.examples.LakeTable;
import dev.leat.engine.iceberg.IcebergSink;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Schema;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;

/** What is computed: the events with all that is known of them, and the figures of sessions. */
public final class EnrichmentPipeline {
  /** The table of {@link User}s. */
  public static final String USERS = "users";

  /** The table of {@link Device}s. */
  public static final String DEVICES = "devices";

  /** The table of {@link Session}s. */
  public static final String SESSIONS = "sessions";

  /** The table of {@link Campaign}s. */
  public static final String CAMPAIGNS = "campaigns";

  /** The table of {@link Page}s. */
  public static final String PAGES = "page_catalog";

  /** The table of {@link Click}s. */
  public static final String EVENTS = "clickstream_events";

  /** The view of the joined events. */
  static final String JOINED = "clickstream_joined_mv";

  /** The table of a lake that they are written to. */
  public static final String TABLE = "analytics.clickstream_joined";

  private static final Duration COMMITS = Duration.ofSeconds(5);

  /** All inputs. */
  public static final List<String> INPUTS =
      List.of(USERS, DEVICES, SESSIONS, CAMPAIGNS, PAGES, EVENTS);

  private final Relation<User> users;
  private final Relation<Device> devices;
  private final Relation<Session> sessions;
  private final Relation<Campaign> campaigns;
  private final Relation<Page> pages;
  private final Relation<Click> events;

  private EnrichmentPipeline(PipelineBuilder p, RowIdentity identity) {
    users = declared(p.table(USERS, User.class), identity, User::userId);
    devices = declared(p.table(DEVICES, Device.class), identity, Device::deviceId);
    sessions = declared(p.table(SESSIONS, Session.class), identity, Session::sessionId);
    campaigns = declared(p.table(CAMPAIGNS, Campaign.class), identity, Campaign::campaignId);
    pages = declared(p.table(PAGES, Page.class), identity, Page::pageUrl);
    events = declared(p.table(EVENTS, Click.class), identity, Click::eventId);
  }

  /** The pipeline. */
  public static Pipeline define(RowIdentity identity) {
    return Pipeline.define(
        p -> {
          Relation<Row> unused = views(p, identity);
        });
  }

  /**
   * The pipeline over rows that are told apart by their keys, with the joined events also in a
   * table of a lake: each event as it is known to be, corrected when more is known of it.
   */
  public static Pipeline define(LakeTable table) {
    return Pipeline.define(
        p ->
            views(p, RowIdentity.KEYS)
                .to(
                    "lake",
                    IcebergSink.upsert(table.lake(), table.name(), "event_id")
                        .comment("Events with all that is known of them"),
                    SinkSettings.defaults().withCommitInterval(COMMITS)));
  }

  private static Relation<Row> views(PipelineBuilder p, RowIdentity identity) {
    EnrichmentPipeline inputs = new EnrichmentPipeline(p, identity);
    Relation<Row> joined = inputs.joined();
    joined.materialize(JOINED);
    Relation<SessionKpi> kpis = inputs.sessionKpis();
    kpis.materialize("session_kpi_mv");
    conversionByDevice(kpis).materialize("conversion_by_device");
    return joined;
  }

  /** What reads the table of the joined events back. */
  static Pipeline readBack(Schema joined) {
    return Pipeline.define(
        p ->
            p.stream(EVENTS, joined)
                .acceptGrowth("all rows of the table are compared with those of the view")
                .materialize(JOINED));
  }

  private static <T> Relation<T> declared(
      TableDeclaration<T> table, RowIdentity identity, Accessor<T, ?> key) {
    return switch (identity) {
      case KEYS -> table.primaryKey(key);
      case NONE -> table.keyless();
    };
  }

  /** Five left joins, one of them through another: events, sessions, devices. */
  private Relation<Row> joined() {
    return events
        .leftJoin(users.prefix("u_"))
        .on("user_id", "u_user_id")
        .leftJoin(sessions.prefix("s_"))
        .on("session_id", "s_session_id")
        .leftJoin(devices.prefix("d_"))
        .on("s_device_id", "d_device_id")
        .leftJoin(pages.prefix("p_"))
        .on("page_url", "p_page_url")
        .leftJoin(campaigns.prefix("c_"))
        .on("campaign_id", "c_campaign_id")
        .select(
            "event_id",
            "event_time",
            "ingested_at",
            "event_type",
            "user_id",
            col("u_full_name").as("full_name"),
            col("u_country").as("country"),
            col("u_marketing_opt_in").as("marketing_opt_in"),
            // That of the session, not of the event: null while the session is not there.
            col("s_session_id").as("session_id"),
            col("s_session_start").as("session_start"),
            col("s_geo_city").as("geo_city"),
            col("s_geo_region").as("geo_region"),
            col("d_device_type").as("device_type"),
            col("d_os").as("os"),
            col("d_browser").as("browser"),
            "page_url",
            col("p_page_category").as("page_category"),
            col("p_product_id").as("product_id"),
            col("p_product_category").as("product_category"),
            "element_id",
            "referrer",
            col("c_source").as("campaign_source"),
            col("c_medium").as("campaign_medium"),
            col("c_campaign").as("campaign_name"),
            col("c_content").as("campaign_content"),
            col("c_term").as("campaign_term"),
            "revenue_usd");
  }

  private static AggregateCall number(String eventType) {
    return count().where(col("e_event_type").eq(eventType));
  }

  /** A row for each session, also while there is no event of it. */
  private Relation<SessionKpi> sessionKpis() {
    return sessions
        .leftJoin(events.prefix("e_"))
        .on("session_id", "e_session_id")
        .leftJoin(users.prefix("u_"))
        .on("user_id", "u_user_id")
        .leftJoin(devices.prefix("d_"))
        .on("device_id", "d_device_id")
        .rename("u_country", "country")
        .rename("d_device_type", "device_type")
        .groupBy("session_id", "user_id", "country", "device_type")
        .aggregate(
            min(col("e_event_time")).as("first_event_time"),
            max(col("e_event_time")).as("last_event_time"),
            number("page_view").as("page_views"),
            number("click").as("clicks"),
            number("add_to_cart").as("add_to_cart"),
            number("checkout_start").as("checkout_start"),
            number("purchase").as("purchases"),
            sum(col("e_revenue_usd")).as("revenue_usd"))
        .with(
            col("last_event_time")
                .minus(col("first_event_time"))
                .epochSeconds()
                .as("session_duration_seconds"),
            col("revenue_usd").coalesce(0.0).as("revenue_usd"),
            col("add_to_cart").gt(0).as("did_add_to_cart"),
            col("purchases").gt(0).as("did_purchase"))
        .as(SessionKpi.class);
  }

  /** Built on the figures of sessions, as they are kept. */
  private static Relation<Row> conversionByDevice(Relation<SessionKpi> kpis) {
    return kpis.groupBy(SessionKpi::deviceType)
        .aggregate(
            count().where(col(SessionKpi::didPurchase)).as("converted_sessions"),
            count().as("sessions"))
        .with(
            col("converted_sessions")
                .times(new BigDecimal("100.0"))
                .dividedBy(col("sessions").nullIf(0))
                .round(2)
                .as("conversion_rate_pct"));
  }
}
