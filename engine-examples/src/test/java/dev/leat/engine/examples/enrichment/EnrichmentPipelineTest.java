package dev.leat.engine.examples.enrichment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Change;
import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.BatchEngine;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EnrichmentPipelineTest {
  private static final Map<String, String> COLUMNS =
      Map.of(
          EnrichmentPipeline.USERS,
          "user_id: 'BIGINT', full_name: 'VARCHAR', email: 'VARCHAR', country: 'VARCHAR',"
              + " signup_time: 'TIMESTAMP', marketing_opt_in: 'BOOLEAN', ingested_at: 'TIMESTAMP'",
          EnrichmentPipeline.DEVICES,
          "device_id: 'VARCHAR', device_type: 'VARCHAR', os: 'VARCHAR', browser: 'VARCHAR',"
              + " user_agent: 'VARCHAR', ingested_at: 'TIMESTAMP'",
          EnrichmentPipeline.SESSIONS,
          "session_id: 'VARCHAR', user_id: 'BIGINT', device_id: 'VARCHAR',"
              + " session_start: 'TIMESTAMP', ip_address: 'VARCHAR', geo_city: 'VARCHAR',"
              + " geo_region: 'VARCHAR', ingested_at: 'TIMESTAMP'",
          EnrichmentPipeline.CAMPAIGNS,
          "campaign_id: 'VARCHAR', source: 'VARCHAR', medium: 'VARCHAR', campaign: 'VARCHAR',"
              + " content: 'VARCHAR', term: 'VARCHAR', ingested_at: 'TIMESTAMP'",
          EnrichmentPipeline.PAGES,
          "page_url: 'VARCHAR', page_category: 'VARCHAR', product_id: 'VARCHAR',"
              + " product_category: 'VARCHAR', ingested_at: 'TIMESTAMP'",
          EnrichmentPipeline.EVENTS,
          "event_id: 'VARCHAR', user_id: 'BIGINT', session_id: 'VARCHAR', event_type: 'VARCHAR',"
              + " page_url: 'VARCHAR', element_id: 'VARCHAR', event_time: 'TIMESTAMP',"
              + " referrer: 'VARCHAR', campaign_id: 'VARCHAR', revenue_usd: 'DOUBLE',"
              + " ingested_at: 'TIMESTAMP'");

  private static final List<String> VIEWS =
      List.of("clickstream_joined_mv", "session_kpi_mv", "conversion_by_device");

  private static Engine engine(RowIdentity identity) {
    return Engine.inMemory(
        EnrichmentPipeline.define(identity),
        EngineSettings.defaults().withThreading(Threading.HOST));
  }

  private static void send(Engine engine, SampleRows.Sent sent) {
    engine.ndjson(sent.input()).append(sent.ndjson());
  }

  private static SessionKpi kpi(Engine engine, String country) {
    return engine
        .view("session_kpi_mv", SessionKpi.class)
        .get("SESS-1", 123L, country, "mobile")
        .orElseThrow();
  }

  /** Each line of some generated rows, in the order in which they are sent. */
  private static List<SampleRows.Sent> generated(int events) {
    List<SampleRows.Sent> lines = new ArrayList<>();
    GeneratedRows rows = new GeneratedRows(events);
    while (rows.hasNext()) {
      for (SampleRows.Sent sent : rows.next()) {
        sent.ndjson()
            .lines()
            .forEach(line -> lines.add(new SampleRows.Sent(sent.input(), line + "\n")));
      }
    }
    return lines;
  }

  private static void load(BatchEngine batch, RowIdentity identity, List<SampleRows.Sent> lines)
      throws SQLException, IOException {
    Map<String, StringBuilder> texts = new LinkedHashMap<>();
    EnrichmentPipeline.INPUTS.forEach(input -> texts.put(input, new StringBuilder()));
    lines.forEach(line -> texts.get(line.input()).append(line.ndjson()));
    for (String input : texts.keySet()) {
      batch.load(input, COLUMNS.get(input), texts.get(input).toString());
    }
    if (identity == RowIdentity.KEYS) {
      batch.execute(BatchEngine.sql("enrichment_keyed"));
    }
    batch.execute(
        "create or replace temp view session_kpi_mv as " + BatchEngine.sql("session_kpi_mv"));
  }

  private static void assertAsInBatch(BatchEngine batch, Engine engine) throws SQLException {
    for (String view : VIEWS) {
      assertThat(BatchEngine.rows(engine, view))
          .as(view)
          .isEqualTo(batch.rows(BatchEngine.sql(view)));
    }
    assertThat(engine.rejectedRows()).isEmpty();
  }

  @Test
  void theJoinedViewHasTheColumnsOfItsSql() {
    try (Engine engine = engine(RowIdentity.KEYS)) {
      assertThat(engine.view("clickstream_joined_mv").schema().names())
          .hasSize(27)
          .contains("campaign_source", "campaign_medium", "campaign_name", "campaign_content")
          .contains("campaign_term");
    }
  }

  @ParameterizedTest
  @EnumSource
  void eventsAreThereBeforeAnythingIsKnownOfThem(RowIdentity identity) {
    try (Engine engine = engine(identity)) {
      SampleRows.STEPS.get(0).sent().forEach(sent -> send(engine, sent));
      engine.step();
      assertThat(engine.view("clickstream_joined_mv").scan())
          .hasSize(3)
          .allSatisfy(
              row -> {
                assertThat(row.value("full_name")).isNull();
                assertThat(row.value("country")).isNull();
                assertThat(row.value("device_type")).isNull();
              });
      assertThat(engine.view("session_kpi_mv").count()).isZero();
      SampleRows.STEPS.get(1).sent().forEach(sent -> send(engine, sent));
      engine.step();
      assertThat(engine.view("clickstream_joined_mv").scan())
          .hasSize(3)
          .allSatisfy(
              row -> {
                assertThat(row.value("country")).isEqualTo("DE");
                assertThat(row.value("device_type")).isEqualTo("mobile");
              });
      SessionKpi kpi = kpi(engine, "DE");
      assertThat(kpi.sessionDurationSeconds()).isEqualTo(60);
      assertThat(
              List.of(
                  kpi.pageViews(),
                  kpi.clicks(),
                  kpi.addToCart(),
                  kpi.checkoutStart(),
                  kpi.purchases()))
          .containsExactly(1L, 1L, 0L, 0L, 1L);
      assertThat(kpi.revenueUsd()).isEqualTo(199.99);
      assertThat(kpi.didAddToCart()).isFalse();
      assertThat(kpi.didPurchase()).isTrue();
    }
  }

  @Test
  void whatIsSentAgainChangesNothingWhereRowsHaveKeys() {
    try (Engine engine = engine(RowIdentity.KEYS)) {
      SampleRows.STEPS.subList(0, 3).forEach(step -> step.sent().forEach(s -> send(engine, s)));
      engine.step();
      List<Change<Row>> changes = new ArrayList<>();
      for (String view : VIEWS) {
        engine
            .view(view)
            .subscribe(
                epoch -> {
                  if (!epoch.isSnapshot()) {
                    changes.addAll(epoch.changes());
                  }
                });
      }
      SampleRows.STEPS.get(3).sent().forEach(sent -> send(engine, sent));
      assertThat(engine.step()).isEqualTo(4);
      assertThat(changes).isEmpty();
      SampleRows.STEPS.get(4).sent().forEach(sent -> send(engine, sent));
      engine.step();
      assertThat(changes.stream().filter(c -> c.row().schema().find("page_views") >= 0))
          .extracting(change -> change.weight() + " " + change.row().value("country"))
          .containsExactlyInAnyOrder("-1 DE", "1 FR");
      assertThat(kpi(engine, "FR").revenueUsd()).isEqualTo(199.99);
    }
  }

  @Test
  void aUserThatIsSentAgainCountsTwiceWhereRowsHaveNone() {
    try (Engine engine = engine(RowIdentity.NONE)) {
      SampleRows.STEPS.subList(0, 2).forEach(step -> step.sent().forEach(s -> send(engine, s)));
      send(engine, SampleRows.STEPS.get(3).sent().get(0));
      engine.step();
      assertThat(engine.view("session_kpi_mv").scan())
          .singleElement()
          .extracting(row -> row.value("revenue_usd"))
          .isEqualTo(399.98);
    }
  }

  @ParameterizedTest
  @EnumSource
  void theSampleIsAsInBatchAfterEachRow(RowIdentity identity) throws SQLException, IOException {
    List<SampleRows.Sent> sent = new ArrayList<>();
    try (Engine engine = engine(identity);
        BatchEngine batch = new BatchEngine()) {
      for (SampleRows.Sent next : SampleRows.all()) {
        sent.add(next);
        send(engine, next);
        engine.step();
        load(batch, identity, sent);
        assertAsInBatch(batch, engine);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void generatedRowsAreAsInBatchInAnySplit(RowIdentity identity) throws SQLException, IOException {
    List<SampleRows.Sent> lines = generated(1500);
    try (BatchEngine batch = new BatchEngine()) {
      load(batch, identity, lines);
      for (int seed = 0; seed < 5; seed++) {
        try (Engine engine = engine(identity)) {
          takeInSplits(engine, lines, new Random(seed));
          assertAsInBatch(batch, engine);
          assertThat(BatchEngine.rows(engine, "session_kpi_mv")).hasSizeGreaterThan(200);
        }
      }
    }
  }

  /** Without keys the order of rows does not matter; with keys that of the rows of a key does. */
  @ParameterizedTest
  @EnumSource
  void generatedRowsAreAsInBatchInAnyOrder(RowIdentity identity) throws SQLException, IOException {
    try (BatchEngine batch = new BatchEngine()) {
      for (int seed = 0; seed < 5; seed++) {
        List<SampleRows.Sent> lines = new ArrayList<>(generated(400));
        Random random = new Random(seed);
        Collections.shuffle(lines, random);
        load(batch, identity, lines);
        try (Engine engine = engine(identity)) {
          takeInSplits(engine, lines, random);
          assertAsInBatch(batch, engine);
        }
      }
    }
  }

  private static void takeInSplits(Engine engine, List<SampleRows.Sent> lines, Random random) {
    int from = 0;
    while (from < lines.size()) {
      int most = random.nextBoolean() ? 3 : 500;
      int to = Math.min(lines.size(), from + 1 + random.nextInt(most));
      lines.subList(from, to).forEach(sent -> send(engine, sent));
      engine.step();
      from = to;
    }
  }

  @Test
  void theSameRowsAreGeneratedEachTime() {
    List<SampleRows.Sent> lines = generated(2500);
    assertThat(generated(2500)).isEqualTo(lines);
    Map<String, Integer> counts = new HashMap<>();
    lines.forEach(line -> counts.merge(line.input(), 1, Integer::sum));
    assertThat(counts.keySet()).containsExactlyInAnyOrderElementsOf(EnrichmentPipeline.INPUTS);
    // Some are sent twice.
    assertThat(counts.get(EnrichmentPipeline.EVENTS)).isGreaterThan(2500).isLessThan(2600);
  }
}
