package dev.leat.engine.examples.engagement;

import static dev.leat.engine.Expressions.arrayAgg;
import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.avg;
import static dev.leat.engine.Expressions.boolOr;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Expressions.desc;
import static dev.leat.engine.Expressions.first;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static dev.leat.engine.Expressions.rowNumber;
import static dev.leat.engine.Expressions.sum;
import static dev.leat.engine.Expressions.when;

import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.Row;
import dev.leat.engine.SinkSettings;
import dev.leat.engine.examples.LakeTable;
import dev.leat.engine.iceberg.IcebergSink;
import dev.leat.engine.iceberg.Partition;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.NamedExpr;
import dev.leat.engine.plan.TruncUnit;
import java.math.BigDecimal;
import java.time.Duration;

/**
 * What is computed: six groups of questions over one stream of interactions.
 *
 * <p>A share of nothing is null, here and wherever a rate is computed: {@code nullIf(0)} stands at
 * every division, so that a question about no rows has an answer and is no error.
 */
public final class EngagementPipeline {
  /** The stream of {@link Interaction}s. */
  public static final String EVENTS = "clickstream";

  /** What writes to the table of a lake. */
  public static final String SINK = "lake";

  /** What that is called. */
  public static final String TABLE = "analytics.clickstream";

  private static final Duration COMMITS = Duration.ofSeconds(5);
  private static final long TARGET_FILE_BYTES = 134_217_728;
  private static final int TOP_PAGES = 10;
  private static final Duration VISIT_GAP = Duration.ofMinutes(30);

  private final Relation<Interaction> events;

  private EngagementPipeline(Relation<Interaction> events) {
    this.events = events;
  }

  /** The pipeline. */
  public static Pipeline define() {
    return Pipeline.define(
        p -> new EngagementPipeline(p.stream(EVENTS, Interaction.class)).views());
  }

  /** The pipeline with all interactions also in a table of a lake. */
  public static Pipeline define(LakeTable table) {
    return Pipeline.define(
        p -> {
          Relation<Interaction> events = p.stream(EVENTS, Interaction.class);
          new EngagementPipeline(events).views();
          events.to(SINK, sink(table), SinkSettings.defaults().withCommitInterval(COMMITS));
        });
  }

  private static IcebergSink sink(LakeTable table) {
    return IcebergSink.append(table.lake(), table.name())
        .partitionedBy(Partition.days("event_timestamp"), Partition.identity("event_type"))
        .targetFileBytes(TARGET_FILE_BYTES)
        .property("write.distribution-mode", "hash")
        .property("write.metadata.compression-codec", "gzip")
        .property("write.metadata.delete-after-commit.enabled", "true")
        .property("write.metadata.previous-versions-max", "100")
        .comment("Clickstream analytics for web/mobile applications");
  }

  private void views() {
    engagement().materialize("engagement");
    topPages().materialize("top_pages");
    Relation<Row> sessions = sessions();
    sessions.materialize("sessions");
    statistics(sessions).materialize("session_statistics");
    visitsByGap().materialize("visits");
    funnel().materialize("conversion_funnel");
    devices().materialize("devices");
    browsers().materialize("browsers");
    campaigns().materialize("campaigns");
    trafficSources().materialize("traffic_sources");
    geography().materialize("geography");
    validation().materialize("validation");
  }

  private static Expr isType(String eventType) {
    return col(Interaction::eventType).eq(eventType);
  }

  private static Expr isPage(String pattern) {
    return col(Interaction::pageUrl).like(pattern);
  }

  private static AggregateCall number(String eventType) {
    return count().where(isType(eventType));
  }

  /** How many different events of a type; one that comes twice counts once. */
  private static AggregateCall events(String eventType) {
    return countDistinct(when(isType(eventType), col(Interaction::eventId)).end());
  }

  private static AggregateCall users() {
    return countDistinct(Interaction::userId).as("unique_users");
  }

  private static AggregateCall visits() {
    return countDistinct(Interaction::sessionId).as("sessions");
  }

  private static NamedExpr rounded(String column) {
    return col(column).round(2).as(column);
  }

  /** How many of a hundred, to two digits; null of none. */
  private static Expr percent(Expr part, Expr whole) {
    return part.times(new BigDecimal("100.0")).dividedBy(whole.nullIf(0)).round(2);
  }

  /** First group: all interactions together. */
  private Relation<Row> engagement() {
    return events
        .aggregate(
            count().as("total_events"),
            users(),
            countDistinct(Interaction::sessionId).as("total_sessions"),
            events("page_view").as("page_views"),
            events("click").as("clicks"),
            events("purchase").as("purchases"),
            avg(Interaction::timeOnPage).as("avg_time_on_page_sec"),
            avg(Interaction::scrollDepth).as("avg_scroll_depth_pct"))
        .with(rounded("avg_time_on_page_sec"), rounded("avg_scroll_depth_pct"));
  }

  /** First group: the pages that are viewed most. */
  private Relation<Row> topPages() {
    return events
        .where(isType("page_view"))
        .groupBy(Interaction::pageUrl, Interaction::pageTitle)
        .aggregate(
            count().as("page_views"),
            countDistinct(Interaction::userId).as("unique_visitors"),
            avg(Interaction::timeOnPage).as("avg_time_on_page"),
            avg(Interaction::scrollDepth).as("avg_scroll_depth"))
        .with(rounded("avg_time_on_page"), rounded("avg_scroll_depth"))
        .orderBy(desc("page_views"), asc("page_url"), asc("page_title"))
        .limit(TOP_PAGES);
  }

  /** Second group: a row for each session. */
  private Relation<Row> sessions() {
    return events
        .groupBy(Interaction::sessionId, Interaction::userId)
        .aggregate(
            min(Interaction::eventTimestamp).as("session_start"),
            max(Interaction::eventTimestamp).as("session_end"),
            count().as("total_events"),
            countDistinct(Interaction::pageUrl).as("unique_pages"),
            number("page_view").as("page_views"),
            max(when(isType("purchase"), 1).otherwise(0)).as("converted"))
        .with(
            col("session_end")
                .epochSeconds()
                .minus(col("session_start").epochSeconds())
                .dividedBy(new BigDecimal("60.0"))
                .round(2)
                .as("session_duration_min"));
  }

  /** Second group: what is true of all sessions, from the rows of the sessions. */
  private static Relation<Row> statistics(Relation<Row> sessions) {
    return sessions
        .aggregate(
            count().as("total_sessions"),
            avg(col("session_duration_min")).as("avg_session_duration_min"),
            avg(col("page_views")).as("avg_pages_per_session"),
            avg(col("unique_pages")).as("avg_unique_pages"),
            count().where(col("page_views").eq(1)).as("bounced_sessions"),
            count().where(col("converted").eq(1)).as("conversions"))
        .select(
            "total_sessions",
            rounded("avg_session_duration_min"),
            rounded("avg_pages_per_session"),
            rounded("avg_unique_pages"),
            "bounced_sessions",
            percent(col("bounced_sessions"), col("total_sessions")).as("bounce_rate_pct"),
            "conversions",
            percent(col("conversions"), col("total_sessions")).as("conversion_rate_pct"));
  }

  /**
   * Second group: a row for each visit, which is what a user does without a break of more than half
   * an hour, whatever session ids say.
   */
  private Relation<Row> visitsByGap() {
    return events
        .where(col(Interaction::eventTimestamp).isNotNull())
        .sessionize(gap(VISIT_GAP))
        .on(Interaction::eventTimestamp)
        .by(Interaction::userId)
        .aggregate(
            count().as("total_events"),
            first(Interaction::pageUrl).orderBy(asc(Interaction::eventTimestamp)).as("entry_page"),
            last(Interaction::pageUrl).orderBy(asc(Interaction::eventTimestamp)).as("exit_page"),
            arrayAgg(Interaction::pageUrl).orderBy(asc(Interaction::eventTimestamp)).as("pages"),
            boolOr(isType("purchase")).as("converted"))
        .acceptGrowth("the pages of each visit are what is asked for")
        .partitionBy("user_id")
        .orderBy(asc("session_start"))
        .with(rowNumber().as("visit_number"));
  }

  /**
   * Third group: how many of the sessions that saw the home page came how far, in seven rows.
   *
   * <p>If there is no such session, each step has 0 sessions and a null rate, the first too: a
   * hundred percent of nothing would say that all went well. (In the SQL that is rebuilt here the
   * sums are null then, and the first rate is the constant 100.)
   */
  private Relation<Row> funnel() {
    Relation<Row> reached =
        events
            .groupBy(Interaction::sessionId)
            .aggregate(
                boolOr(isPage("/")).as("home"),
                boolOr(isPage("/products%")).as("products"),
                boolOr(isPage("/product/%")).as("product_detail"),
                boolOr(isType("add_to_cart")).as("add_to_cart"),
                boolOr(isPage("/cart")).as("cart"),
                boolOr(isPage("/checkout%")).as("checkout"),
                boolOr(isType("purchase")).as("purchase"))
            .where(col("home"))
            .aggregate(
                count().as("home"),
                count().where(col("products")).as("products"),
                count().where(col("product_detail")).as("product_detail"),
                count().where(col("add_to_cart")).as("add_to_cart"),
                count().where(col("cart")).as("cart"),
                count().where(col("checkout")).as("checkout"),
                count().where(col("purchase")).as("purchase"));
    return step(reached, 1, "Home", "home")
        .union(step(reached, 2, "Products", "products"))
        .union(step(reached, 3, "Product Detail", "product_detail"))
        .union(step(reached, 4, "Add to Cart", "add_to_cart"))
        .union(step(reached, 5, "Cart", "cart"))
        .union(step(reached, 6, "Checkout", "checkout"))
        .union(step(reached, 7, "Purchase", "purchase"));
  }

  private static Relation<Row> step(
      Relation<Row> reached, int number, String name, String sessions) {
    return reached.select(
        lit(number).as("step"),
        lit(name).as("funnel_step"),
        col(sessions).as("sessions"),
        percent(col(sessions), col("home")).as("conversion_rate"));
  }

  /** Fourth group: kinds of device. */
  private Relation<Row> devices() {
    return events
        .groupBy(Interaction::deviceType)
        .aggregate(
            users(),
            visits(),
            count().as("total_events"),
            avg(Interaction::timeOnPage).as("avg_time_on_page"),
            number("purchase").as("purchases"))
        .with(
            rounded("avg_time_on_page"),
            percent(col("purchases"), col("sessions")).as("conversion_rate"));
  }

  /** Fourth group: browsers by operating system. */
  private Relation<Row> browsers() {
    return events
        .groupBy(Interaction::browser, Interaction::os)
        .aggregate(users(), visits(), avg(Interaction::timeOnPage).as("avg_time_on_page"))
        .with(rounded("avg_time_on_page"));
  }

  private Relation<Interaction> withSource() {
    return events.where(col(Interaction::utmSource).isNotNull());
  }

  /** Fifth group: campaigns. */
  private Relation<Row> campaigns() {
    return withSource()
        .groupBy(Interaction::utmSource, Interaction::utmMedium, Interaction::utmCampaign)
        .aggregate(
            users(),
            visits(),
            number("purchase").as("conversions"),
            avg(Interaction::timeOnPage).as("avg_time_on_page"))
        .select(
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "unique_users",
            "sessions",
            "conversions",
            percent(col("conversions"), col("sessions")).as("conversion_rate_pct"),
            rounded("avg_time_on_page"));
  }

  /** Fifth group: each source's share of the sessions of all. */
  private Relation<Row> trafficSources() {
    return withSource()
        .groupBy(Interaction::utmSource)
        .aggregate(visits())
        .partitionBy()
        .with(sum(col("sessions")).as("all_sessions"))
        .select(
            "utm_source",
            "sessions",
            percent(col("sessions"), col("all_sessions")).as("pct_of_traffic"));
  }

  /** Sixth group: places. */
  private Relation<Row> geography() {
    return events
        .groupBy(Interaction::country, Interaction::city)
        .aggregate(
            users(), visits(), count().as("total_events"), number("purchase").as("purchases"))
        .with(percent(col("purchases"), col("sessions")).as("conversion_rate"));
  }

  /** What the notebook checks at its end: is there anything, and of how many kinds? */
  private Relation<Row> validation() {
    return events
        .with(col(Interaction::eventTimestamp).dateTrunc(TruncUnit.DAY).as("day"))
        .aggregate(
            count().as("total_events"),
            countDistinct(col("event_type")).as("event_types"),
            countDistinct(col("session_id")).as("sessions"),
            countDistinct(col("user_id")).as("users"),
            countDistinct(col("day")).as("days"));
  }
}
