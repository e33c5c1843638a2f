package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.min;
import static dev.leat.engine.Expressions.sum;
import static dev.leat.engine.Expressions.when;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A clickstream joined with five dimensions, one through another, and KPIs of its sessions, as a
 * streaming SQL tutorial has them; its events come as the tutorial posts them.
 */
class EnrichmentTest {
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);
  private static final String WHY = "a test is short";

  private static final String EVENTS =
      """
      {"event_id":"EVT-00000001","user_id":123,"session_id":"SESS-1","event_type":"page_view","page_url":"/","element_id":"","event_time":"2026-01-01T10:00:00Z","referrer":"https://google.com","campaign_id":"CMP-000000","revenue_usd":0,"ingested_at":"2026-01-01T10:00:01Z"}
      {"event_id":"EVT-00000002","user_id":123,"session_id":"SESS-1","event_type":"click","page_url":"/products/laptop","element_id":"cta_details","event_time":"2026-01-01T10:00:05Z","referrer":"","campaign_id":"CMP-000000","revenue_usd":0,"ingested_at":"2026-01-01T10:00:06Z"}
      {"event_id":"EVT-00000003","user_id":123,"session_id":"SESS-1","event_type":"purchase","page_url":"/checkout","element_id":"purchase_confirm","event_time":"2026-01-01T10:01:00Z","referrer":"","campaign_id":"CMP-000000","revenue_usd":199.99,"ingested_at":"2026-01-01T10:01:01Z"}
      """;
  private static final String SESSION =
      """
      {"session_id":"SESS-1","user_id":123,"device_id":"DEV-1","session_start":"2026-01-01T09:59:00Z","ip_address":"10.0.0.1","geo_city":"Berlin","geo_region":"BE","ingested_at":"2026-01-01T09:59:01Z"}
      """;
  private static final String USER =
      """
      {"user_id":123,"full_name":"Ada","email":"ada@example.com","country":"DE","signup_time":"2025-01-01T00:00:00Z","marketing_opt_in":true,"ingested_at":"2025-01-01T00:00:01Z"}
      """;
  private static final String DEVICE =
      """
      {"device_id":"DEV-1","device_type":"mobile","os":"Android","browser":"Firefox","user_agent":"x","ingested_at":"2026-01-01T09:00:00Z"}
      """;

  /** How the inputs are declared. */
  private enum Declared {
    /** Each with its key: what comes again replaces what was there. */
    UPSERTED,
    /** Without keys: what comes again is there twice, as in SQL. */
    MULTISETS
  }

  private static Schema schema(String key, Object... columns) {
    Schema.Builder schema = Schema.builder();
    for (int i = 0; i < columns.length; i += 2) {
      String name = (String) columns[i];
      Type type = (Type) columns[i + 1];
      schema = name.equals(key) ? schema.required(name, type) : schema.nullable(name, type);
    }
    return schema.build();
  }

  private static Relation<Row> table(PipelineBuilder p, Declared declared, String name, Schema of) {
    TableDeclaration<Row> table = p.table(name, of);
    return declared == Declared.UPSERTED ? table.primaryKey(of.field(0).name()) : table.keyless();
  }

  private static Pipeline pipeline(Declared declared) {
    return Pipeline.define(
        p -> {
          Relation<Row> users =
              table(
                  p,
                  declared,
                  "users",
                  schema(
                      "user_id",
                      "user_id",
                      Type.LONG,
                      "full_name",
                      Type.STRING,
                      "email",
                      Type.STRING,
                      "country",
                      Type.STRING,
                      "signup_time",
                      Type.INSTANT,
                      "marketing_opt_in",
                      Type.BOOLEAN,
                      "ingested_at",
                      Type.INSTANT));
          Relation<Row> devices =
              table(
                  p,
                  declared,
                  "devices",
                  schema(
                      "device_id",
                      "device_id",
                      Type.STRING,
                      "device_type",
                      Type.STRING,
                      "os",
                      Type.STRING,
                      "browser",
                      Type.STRING,
                      "user_agent",
                      Type.STRING,
                      "ingested_at",
                      Type.INSTANT));
          Relation<Row> sessions = sessions(p, declared);
          Relation<Row> campaigns =
              table(
                  p,
                  declared,
                  "campaigns",
                  schema(
                      "campaign_id",
                      "campaign_id",
                      Type.STRING,
                      "source",
                      Type.STRING,
                      "medium",
                      Type.STRING,
                      "campaign",
                      Type.STRING,
                      "content",
                      Type.STRING,
                      "term",
                      Type.STRING,
                      "ingested_at",
                      Type.INSTANT));
          Relation<Row> pages =
              table(
                  p,
                  declared,
                  "page_catalog",
                  schema(
                      "page_url",
                      "page_url",
                      Type.STRING,
                      "page_category",
                      Type.STRING,
                      "product_id",
                      Type.STRING,
                      "product_category",
                      Type.STRING,
                      "ingested_at",
                      Type.INSTANT));
          Relation<Row> events = events(p, declared);
          joined(events, users, sessions, devices, pages, campaigns)
              .materialize("clickstream_joined");
          kpis(sessions, events, users, devices).materialize("session_kpi");
        });
  }

  private static Relation<Row> sessions(PipelineBuilder p, Declared declared) {
    return table(
        p,
        declared,
        "sessions",
        schema(
            "session_id",
            "session_id",
            Type.STRING,
            "user_id",
            Type.LONG,
            "device_id",
            Type.STRING,
            "session_start",
            Type.INSTANT,
            "ip_address",
            Type.STRING,
            "geo_city",
            Type.STRING,
            "geo_region",
            Type.STRING,
            "ingested_at",
            Type.INSTANT));
  }

  private static Relation<Row> events(PipelineBuilder p, Declared declared) {
    return table(
        p,
        declared,
        "clickstream_events",
        schema(
            "event_id",
            "event_id",
            Type.STRING,
            "user_id",
            Type.LONG,
            "session_id",
            Type.STRING,
            "event_type",
            Type.STRING,
            "page_url",
            Type.STRING,
            "element_id",
            Type.STRING,
            "event_time",
            Type.INSTANT,
            "referrer",
            Type.STRING,
            "campaign_id",
            Type.STRING,
            "revenue_usd",
            Type.DOUBLE,
            "ingested_at",
            Type.INSTANT));
  }

  private static Relation<Row> joined(
      Relation<Row> events,
      Relation<Row> users,
      Relation<Row> sessions,
      Relation<Row> devices,
      Relation<Row> pages,
      Relation<Row> campaigns) {
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

  private static AggregateCall of(String type, String name) {
    return sum(when(col("e_event_type").eq(type), lit(1)).otherwise(lit(0))).as(name);
  }

  private static Relation<Row> kpis(
      Relation<Row> sessions, Relation<Row> events, Relation<Row> users, Relation<Row> devices) {
    return sessions
        .leftJoin(events.prefix("e_"))
        .on("session_id", "e_session_id")
        .leftJoin(users.prefix("u_"))
        .on("user_id", "u_user_id")
        .leftJoin(devices.prefix("d_"))
        .on("device_id", "d_device_id")
        .groupBy("session_id", "user_id", "u_country", "d_device_type")
        .aggregate(
            min(col("e_event_time")).as("first_event_time"),
            max(col("e_event_time")).as("last_event_time"),
            of("page_view", "page_views"),
            of("click", "clicks"),
            of("add_to_cart", "add_to_cart"),
            of("checkout_start", "checkout_start"),
            of("purchase", "purchases"),
            sum(col("e_revenue_usd")).as("revenue"),
            count().as("rows"))
        .select(
            "session_id",
            "user_id",
            col("u_country").as("country"),
            col("d_device_type").as("device_type"),
            col("last_event_time")
                .minus(col("first_event_time"))
                .epochSeconds()
                .as("session_duration_seconds"),
            "page_views",
            "clicks",
            "add_to_cart",
            "checkout_start",
            "purchases",
            col("revenue").coalesce(0.0).as("revenue_usd"),
            when(col("add_to_cart").gt(0), true).otherwise(false).as("did_add_to_cart"),
            when(col("purchases").gt(0), true).otherwise(false).as("did_purchase"));
  }

  private static void post(Engine engine, String table, String rows) {
    engine.ndjson(table).append(rows);
    engine.step();
  }

  private static List<Object> values(Row row, String... columns) {
    List<Object> values = new ArrayList<>();
    for (String column : columns) {
      values.add(row.value(column));
    }
    return values;
  }

  private static List<List<Object>> joinedRows(Engine engine) {
    return engine.view("clickstream_joined").scan().stream()
        .map(
            row ->
                values(row, "event_id", "full_name", "country", "session_id", "device_type", "os"))
        .toList();
  }

  private static final List<String> KPI_COLUMNS =
      List.of(
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
          "did_add_to_cart",
          "did_purchase");

  private static List<List<Object>> kpiRows(Engine engine) {
    return engine.view("session_kpi").scan().stream()
        .map(row -> values(row, KPI_COLUMNS.toArray(new String[0])))
        .toList();
  }

  private static List<Object> kpi(String country, long pageViews, double revenue) {
    return List.of(
        "SESS-1", 123L, country, "mobile", 60L, pageViews, pageViews, 0L, 0L, pageViews, revenue,
        false, true);
  }

  private static void checkWhole(Engine engine) {
    assertThat(joinedRows(engine))
        .containsExactlyInAnyOrder(
            List.of("EVT-00000001", "Ada", "DE", "SESS-1", "mobile", "Android"),
            List.of("EVT-00000002", "Ada", "DE", "SESS-1", "mobile", "Android"),
            List.of("EVT-00000003", "Ada", "DE", "SESS-1", "mobile", "Android"));
    assertThat(kpiRows(engine)).containsExactly(kpi("DE", 1, 199.99));
    assertThat(engine.ledger().scan()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void eventsWithoutDimensionsHaveNullsAndNoKpis(Declared declared) {
    try (Engine engine = Engine.inMemory(pipeline(declared), HOST)) {
      post(engine, "clickstream_events", EVENTS);

      assertThat(engine.view("clickstream_joined").schema().size()).isEqualTo(27);
      assertThat(joinedRows(engine)).hasSize(3);
      assertThat(joinedRows(engine))
          .allSatisfy(row -> assertThat(row.subList(1, row.size())).containsOnlyNulls());
      assertThat(kpiRows(engine)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void dimensionsCorrectThemInAnyOrder(Declared declared) {
    List<List<String>> inputs =
        List.of(
            List.of("clickstream_events", EVENTS),
            List.of("sessions", SESSION),
            List.of("users", USER),
            List.of("devices", DEVICE));
    Pipeline pipeline = pipeline(declared);
    int orders = 0;
    for (List<Integer> order : permutations(inputs.size())) {
      try (Engine engine = Engine.inMemory(pipeline, HOST)) {
        order.forEach(i -> post(engine, inputs.get(i).get(0), inputs.get(i).get(1)));
        checkWhole(engine);
      }
      try (Engine engine = Engine.inMemory(pipeline, HOST)) {
        // All in one epoch.
        order.forEach(i -> engine.ndjson(inputs.get(i).get(0)).append(inputs.get(i).get(1)));
        engine.step();
        checkWhole(engine);
      }
      orders++;
    }
    assertThat(orders).isEqualTo(24);
  }

  private static List<List<Integer>> permutations(int size) {
    List<List<Integer>> all = new ArrayList<>(List.of(List.of()));
    for (int n = 0; n < size; n++) {
      List<List<Integer>> longer = new ArrayList<>();
      for (List<Integer> some : all) {
        for (int at = 0; at <= some.size(); at++) {
          List<Integer> one = new ArrayList<>(some);
          one.add(at, n);
          longer.add(one);
        }
      }
      all = longer;
    }
    return all;
  }

  private static void postAll(Engine engine) {
    post(engine, "clickstream_events", EVENTS);
    post(engine, "sessions", SESSION);
    post(engine, "users", USER);
    post(engine, "devices", DEVICE);
  }

  @Test
  void aUserSentAgainChangesNothingWhereUsersHaveAKey() {
    try (Engine engine = Engine.inMemory(pipeline(Declared.UPSERTED), HOST)) {
      postAll(engine);
      List<Changes<Row>> changes = new ArrayList<>();
      engine.view("clickstream_joined").subscribe(changes::add);
      engine.step();
      changes.clear();

      post(engine, "users", USER.replace("2025-01-01T00:00:01Z", "2026-02-02T00:00:00Z"));

      checkWhole(engine);
      // What changed is when it was sent, which no view shows.
      assertThat(changes.stream().flatMap(c -> c.changes().stream())).isEmpty();
    }
  }

  @Test
  void aUserSentAgainCountsTwiceWhereUsersHaveNoKey() {
    try (Engine engine = Engine.inMemory(pipeline(Declared.MULTISETS), HOST)) {
      postAll(engine);

      post(engine, "users", USER);

      assertThat(joinedRows(engine)).hasSize(6);
      assertThat(kpiRows(engine)).containsExactly(kpi("DE", 2, 399.98));
    }
  }

  @Test
  void aUserWhoMovesTakesTheRowsAlong() {
    try (Engine engine = Engine.inMemory(pipeline(Declared.UPSERTED), HOST)) {
      postAll(engine);
      List<Changes<Row>> changes = new ArrayList<>();
      engine.view("session_kpi").subscribe(changes::add);
      engine.step();
      changes.clear();

      post(engine, "users", USER.replace("\"DE\"", "\"FR\""));

      assertThat(kpiRows(engine)).containsExactly(kpi("FR", 1, 199.99));
      assertThat(changes.stream().flatMap(c -> c.changes().stream()).toList())
          .extracting(change -> change.weight() + " " + change.row().value("country"))
          .containsExactlyInAnyOrder("-1 DE", "1 FR");
    }
  }

  @Test
  void aBatchPostedAgainChangesNothingWhereTheEventIsTheKey() {
    try (Engine engine = Engine.inMemory(pipeline(Declared.UPSERTED), HOST)) {
      postAll(engine);
      List<Changes<Row>> changes = new ArrayList<>();
      engine.view("clickstream_joined").subscribe(changes::add);
      engine.view("session_kpi").subscribe(changes::add);
      engine.step();
      changes.clear();

      post(engine, "clickstream_events", EVENTS);

      checkWhole(engine);
      assertThat(changes.stream().flatMap(c -> c.changes().stream())).isEmpty();
      Row event = engine.view("clickstream_joined").get("EVT-00000003").orElseThrow();
      assertThat(event.value("event_time")).isEqualTo(Instant.parse("2026-01-01T10:01:00Z"));
    }
  }

  @Test
  void eventsOfAStreamAreJoinedTooWhereGrowthIsAccepted() {
    Pipeline pipeline =
        Pipeline.define(
            p -> {
              Relation<Row> users =
                  p.table("users", schema("user_id", "user_id", Type.LONG, "country", Type.STRING))
                      .primaryKey("user_id");
              p.stream("events", schema("", "user_id", Type.LONG, "n", Type.INT))
                  .acceptGrowth(WHY)
                  .leftJoin(users)
                  .on("user_id", "user_id")
                  .materialize("joined");
            });
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      post(engine, "events", "{\"user_id\":1,\"n\":1}\n{\"user_id\":null,\"n\":2}\n");
      post(engine, "users", "{\"user_id\":1,\"country\":\"DE\"}\n");

      assertThat(engine.view("joined").scan())
          .extracting(row -> values(row, "user_id", "n", "country").toString())
          .containsExactlyInAnyOrder("[1, 1, DE]", "[null, 2, null]");
      assertThat(pipeline.explain())
          .contains("left join on [user_id] = [user_id]", WHY, "right unique index [user_id]");
    }
  }
}
