package dev.leat.engine.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.StreamInput;
import dev.leat.engine.Threading;
import dev.leat.engine.examples.BatchEngine;
import dev.leat.engine.examples.RecordText;
import dev.leat.engine.examples.ShownView;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The live views, rankings too, are what DuckDB computes in batch at that time. */
class ShopBatchTest {
  private static final int HOURS = 4;

  private BatchEngine batch;

  @BeforeEach
  void open() throws SQLException {
    batch = new BatchEngine();
  }

  @AfterEach
  void close() throws SQLException {
    batch.close();
  }

  private Map<String, Map<List<Object>, Integer>> tables(List<ShopEvent> events, Instant now)
      throws SQLException, IOException {
    batch.load(ShopPipeline.EVENTS, RecordText.columns(ShopEvent.class), RecordText.ndjson(events));
    batch.execute("create or replace table clock as select timestamp '" + now + "' as now");
    batch.execute("create or replace temp view bots as " + BatchEngine.sql("bot_sessions"));
    batch.execute(BatchEngine.sql("shop_people"));
    for (String[] view :
        new String[][] {
          {"identified", "identified_sessions"}, {"traffic", "traffic_anomaly_detection"}
        }) {
      batch.execute("create or replace temp view " + view[0] + " as " + BatchEngine.sql(view[1]));
    }
    Map<String, Map<List<Object>, Integer>> tables = new HashMap<>();
    for (ShownView view : ShopView.ALL) {
      tables.put(view.name(), batch.rows(BatchEngine.sql(view.name())));
    }
    return tables;
  }

  private static Map<String, Map<List<Object>, Integer>> views(Engine engine) {
    assertThat(engine.rejectedRows()).isEmpty();
    Map<String, Map<List<Object>, Integer>> views = new HashMap<>();
    for (ShownView view : ShopView.ALL) {
      views.put(view.name(), BatchEngine.rows(engine, view.name()));
    }
    return views;
  }

  private static void assertSame(
      String when,
      Map<String, Map<List<Object>, Integer>> views,
      Map<String, Map<List<Object>, Integer>> tables) {
    assertThat(views.keySet()).isEqualTo(tables.keySet());
    views.forEach(
        (view, rows) ->
            assertThat(rows.entrySet())
                .as(view + ", " + when)
                .containsExactlyInAnyOrderElementsOf(tables.get(view).entrySet()));
  }

  private static Engine engine(VirtualClock clock) {
    return Engine.inMemory(
        ShopPipeline.define(),
        EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock));
  }

  @Test
  void allTheTimeTheViewsAreAsInBatch() throws SQLException, IOException {
    VirtualClock clock = new VirtualClock(GeneratedTraffic.START);
    List<GeneratedTraffic.Arrival> arrivals = GeneratedTraffic.of(HOURS);
    List<ShopEvent> taken = new ArrayList<>();
    try (Engine engine = engine(clock)) {
      StreamInput<ShopEvent> events = engine.stream(ShopPipeline.EVENTS, ShopEvent.class);
      Map<String, Integer> most = new HashMap<>();
      for (int step = 1; step <= 60 * HOURS; step++) {
        clock.moveTo(GeneratedTraffic.START.plus(Duration.ofMinutes(step)));
        while (taken.size() < arrivals.size()
            && !arrivals.get(taken.size()).at().isAfter(clock.instant())) {
          events.append(arrivals.get(taken.size()).event());
          taken.add(arrivals.get(taken.size()).event());
        }
        engine.step();
        if (step % 10 == 0) {
          Map<String, Map<List<Object>, Integer>> views = views(engine);
          assertSame("minute " + step, views, tables(taken, clock.instant()));
          views.forEach((view, rows) -> most.merge(view, rows.size(), Math::max));
        }
      }
      assertThat(most)
          .hasSize(ShopView.ALL.size())
          .allSatisfy((view, n) -> assertThat(n).isPositive());
    }
  }

  @Test
  void inAnyOrderAndSplitTheViewsAreAsInBatch() throws SQLException, IOException {
    List<ShopEvent> all =
        GeneratedTraffic.of(HOURS).stream().map(GeneratedTraffic.Arrival::event).toList();
    Instant end = GeneratedTraffic.START.plus(Duration.ofHours(HOURS));
    Map<String, Map<List<Object>, Integer>> tables = tables(all, end);
    for (int seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      List<ShopEvent> events = new ArrayList<>(all);
      Collections.shuffle(events, random);
      VirtualClock clock = new VirtualClock(GeneratedTraffic.START);
      try (Engine engine = engine(clock)) {
        for (int from = 0; from < events.size(); ) {
          int to = Math.min(events.size(), from + 1 + random.nextInt(400));
          engine.stream(ShopPipeline.EVENTS, ShopEvent.class).append(events.subList(from, to));
          from = to;
          engine.step();
        }
        clock.moveTo(end);
        engine.step();
        assertSame("seed " + seed, views(engine), tables);
      }
    }
  }
}
