package dev.leat.engine.examples.engagement;

import static dev.leat.engine.Expressions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.BatchEngine;
import dev.leat.engine.examples.RecordText;
import dev.leat.engine.examples.ShownView;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The live views are what DuckDB computes in batch over the same events. */
class EngagementPipelineTest {
  private static final String COLUMNS = RecordText.columns(Interaction.class);

  private BatchEngine batch;

  @BeforeEach
  void open() throws SQLException {
    batch = new BatchEngine();
  }

  @AfterEach
  void close() throws SQLException {
    batch.close();
  }

  private static Engine engine() {
    return Engine.inMemory(
        EngagementPipeline.define(), EngineSettings.defaults().withThreading(Threading.HOST));
  }

  private static List<Interaction> sample() {
    return new GeneratedInteractions().next(GeneratedInteractions.SAMPLE);
  }

  private static void append(Engine engine, List<Interaction> events) {
    engine.stream(EngagementPipeline.EVENTS, Interaction.class).append(events);
    engine.step();
  }

  private void load(List<Interaction> events) throws SQLException, IOException {
    batch.load(EngagementPipeline.EVENTS, COLUMNS, RecordText.ndjson(events));
    batch.execute("create or replace temp view sessions as " + BatchEngine.sql("sessions"));
  }

  private Map<String, Map<List<Object>, Integer>> tables() throws SQLException {
    Map<String, Map<List<Object>, Integer>> tables = new HashMap<>();
    for (ShownView view : EngagementView.ALL) {
      tables.put(view.name(), batch.rows(BatchEngine.sql(view.name())));
    }
    return tables;
  }

  private static Map<String, Map<List<Object>, Integer>> views(Engine engine) {
    assertThat(engine.rejectedRows()).isEmpty();
    Map<String, Map<List<Object>, Integer>> views = new HashMap<>();
    for (ShownView view : EngagementView.ALL) {
      views.put(view.name(), BatchEngine.rows(engine, view.name()));
    }
    return views;
  }

  private void assertAsInBatch(List<Interaction> events) throws SQLException, IOException {
    try (Engine engine = engine()) {
      if (!events.isEmpty()) {
        append(engine, events);
      }
      load(events);
      assertThat(views(engine)).isEqualTo(tables());
    }
  }

  @Test
  void afterEachEventTheViewsAreAsInBatch() throws SQLException, IOException {
    List<Interaction> events = sample();
    try (Engine engine = engine()) {
      for (int i = 0; i < events.size(); i++) {
        append(engine, events.subList(i, i + 1));
        if (i < 30 || i % 30 == 29) {
          load(events.subList(0, i + 1));
          assertThat(views(engine)).as("event %s", i).isEqualTo(tables());
        }
      }
    }
  }

  @Test
  void inAnyOrderAndSplitTheViewsAreAsInBatch() throws SQLException, IOException {
    load(sample());
    Map<String, Map<List<Object>, Integer>> tables = tables();
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      List<Interaction> events = new ArrayList<>(sample());
      Collections.shuffle(events, random);
      try (Engine engine = engine()) {
        for (int from = 0; from < events.size(); ) {
          int to = Math.min(events.size(), from + 1 + random.nextInt(random.nextInt(300) + 1));
          List<Interaction> some = events.subList(from, to);
          if (random.nextBoolean()) {
            append(engine, some);
          } else {
            engine.ndjson(EngagementPipeline.EVENTS).append(RecordText.ndjson(some));
            engine.step();
          }
          from = to;
        }
        assertThat(views(engine)).as("seed %s", seed).isEqualTo(tables);
      }
    }
  }

  @Test
  void theSampleHasSomethingToSay() throws SQLException, IOException {
    load(sample());
    Map<String, Map<List<Object>, Integer>> tables = tables();
    assertThat(tables.get("engagement").keySet())
        .singleElement()
        .asInstanceOf(LIST)
        .startsWith(300L, 20L);
    assertThat(tables.get("top_pages")).hasSize(10);
    assertThat(tables.get("conversion_funnel")).hasSize(7);
    assertThat(tables.get("conversion_funnel").keySet()).noneMatch(row -> row.get(2).equals(0L));
    assertThat(tables.get("devices")).hasSize(3);
    assertThat(tables.get("browsers")).hasSize(6);
    assertThat(tables.get("traffic_sources")).hasSize(4);
    assertThat(tables.get("geography")).hasSize(5);
  }

  @Test
  void manyMoreEventsAreAsInBatch() throws SQLException, IOException {
    assertAsInBatch(new GeneratedInteractions().next(4000));
  }

  @Test
  void eventsWithoutValuesAreAsInBatch() throws SQLException, IOException {
    List<Interaction> events = new ArrayList<>(sample().subList(0, 40));
    Interaction nothing =
        new Interaction(
            null, null, null, null, null, null, null, null, null, null, null, null, null, null,
            null, null, null, null, null, null, null, null, null, null, null, null);
    events.add(nothing);
    events.add(nothing);
    // An event that comes twice counts once where events are counted by their ids.
    events.add(events.get(0));
    assertAsInBatch(events);
  }

  @Test
  void aShareOfNothingIsNull() throws SQLException, IOException {
    assertAsInBatch(List.of());
    try (Engine engine = engine()) {
      assertThat(engine.view("conversion_funnel").scan())
          .hasSize(7)
          .allSatisfy(
              row -> {
                assertThat(row.value("sessions")).isEqualTo(0L);
                assertThat(row.value("conversion_rate")).isNull();
              });
      Row statistics = engine.view("session_statistics").get().orElseThrow();
      assertThat(statistics.value("total_sessions")).isEqualTo(0L);
      assertThat(statistics.value("bounce_rate_pct")).isNull();
      assertThat(engine.ledger().count()).isZero();
    }
  }

  @Test
  void noSessionOnTheHomePageGivesAFunnelOfNothing() throws SQLException, IOException {
    List<Interaction> elsewhere =
        sample().stream().filter(event -> !event.pageUrl().equals("/")).toList();
    assertThat(elsewhere).anyMatch(event -> event.eventType().equals("purchase"));
    assertAsInBatch(elsewhere);
    try (Engine engine = engine()) {
      append(engine, elsewhere);
      List<Row> funnel = engine.view("conversion_funnel").scan();
      assertThat(funnel).hasSize(7);
      assertThat(funnel).allMatch(row -> row.value("sessions").equals(0L));
      assertThat(funnel).allMatch(row -> row.value("conversion_rate") == null);
      assertThat(engine.ledger().count()).isZero();
      // A late event on it makes the funnel of its session.
      Interaction home =
          sample().stream().filter(event -> event.pageUrl().equals("/")).findFirst().orElseThrow();
      append(engine, List.of(home));
      assertThat(engine.view("conversion_funnel").where(col("step").eq(1)).toList())
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.value("sessions")).isEqualTo(1L);
                assertThat(row.value("conversion_rate")).hasToString("100.00");
              });
    }
  }

  @Test
  void theFirstEventsAreTheSameHoweverManyAreMade() {
    assertThat(new GeneratedInteractions().next(1000).subList(0, 300)).isEqualTo(sample());
    GeneratedInteractions inParts = new GeneratedInteractions();
    List<Interaction> parts = new ArrayList<>(inParts.next(7));
    parts.addAll(inParts.next(293));
    assertThat(parts).isEqualTo(sample());
  }
}
