package dev.leat.engine.examples.clickstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Change;
import dev.leat.engine.Changes;
import dev.leat.engine.Engine;
import dev.leat.engine.Row;
import dev.leat.engine.StreamInput;
import dev.leat.engine.examples.ShownView;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClickstreamPipelineTest {
  private static final int SEEDS = 200;
  private static final List<Integer> STATIONS = List.of(25, 27, 28);

  private static StreamInput<ClickEvent> events(Engine engine) {
    return engine.stream(ClickstreamPipeline.EVENTS, ClickEvent.class);
  }

  @Test
  void eventByEventTheViewsAreTheGoldenTables() {
    try (Engine engine = Tables.inMemory()) {
      for (int i = 0; i < SampleEvents.ALL; i++) {
        events(engine).append(TestEvents.event(i));
        assertThat(engine.step()).isEqualTo(1);
        if (STATIONS.contains(i + 1)) {
          Tables.assertGolden(engine, i + 1);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {25, 27, 28})
  void asOneBatchTheViewsAreTheGoldenTables(int count) {
    try (Engine engine = Tables.inMemory()) {
      events(engine).append(TestEvents.first(count));
      assertThat(engine.step()).isEqualTo(count);
      Tables.assertGolden(engine, count);
    }
    try (Engine engine = Tables.inMemory()) {
      engine.ndjson(ClickstreamPipeline.EVENTS).append(TestEvents.ndjson(TestEvents.first(count)));
      engine.step();
      Tables.assertGolden(engine, count);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {25, 27, 28})
  void inAnyOrderAndSplitTheViewsAreTheGoldenTables(int count) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      List<ClickEvent> shuffled = new ArrayList<>(TestEvents.first(count));
      Collections.shuffle(shuffled, random);
      try (Engine engine = Tables.inMemory()) {
        takeInSplits(engine, shuffled, random);
        assertThat(Tables.of(engine, count)).as("seed %s", seed).isEqualTo(Tables.golden(count));
      }
    }
  }

  @Test
  void goingOnInAnySplitEachStationIsGolden() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      try (Engine engine = Tables.inMemory()) {
        int held = 0;
        for (int station : STATIONS) {
          List<ClickEvent> more = new ArrayList<>(TestEvents.first(station).subList(held, station));
          Collections.shuffle(more, random);
          takeInSplits(engine, more, random);
          assertThat(Tables.of(engine, station))
              .as("seed %s", seed)
              .isEqualTo(Tables.golden(station));
          held = station;
        }
      }
    }
  }

  /** Takes events in as records or NDJSON, some of them at a time. */
  private static void takeInSplits(Engine engine, List<ClickEvent> rows, Random random) {
    int from = 0;
    while (from < rows.size()) {
      int to = from + 1 + random.nextInt(rows.size() - from);
      List<ClickEvent> some = rows.subList(from, to);
      if (random.nextBoolean()) {
        events(engine).append(some);
      } else {
        engine.ndjson(ClickstreamPipeline.EVENTS).append(TestEvents.ndjson(some));
      }
      if (random.nextInt(3) > 0) {
        engine.step();
      }
      from = to;
    }
    engine.step();
  }

  @Test
  void aPurchaseIsOneDeleteInTheFeedOfOutcomes() {
    for (boolean isOneBatch : List.of(true, false)) {
      try (Engine engine = Tables.inMemory()) {
        events(engine).append(TestEvents.first(25));
        engine.step();
        List<Changes<Outcome>> feed = new ArrayList<>();
        engine.view("conversion_metrics", Outcome.class).subscribe(feed::add);
        assertThat(feed).singleElement().matches(Changes::isSnapshot);
        feed.clear();
        if (isOneBatch) {
          events(engine).append(TestEvents.first(27).subList(25, 27));
        } else {
          events(engine).append(TestEvents.event(25));
          engine.step();
          events(engine).append(TestEvents.event(26));
        }
        engine.step();
        assertThat(feed)
            .singleElement()
            .extracting(Changes::changes)
            .isEqualTo(
                List.of(
                    new Change<>(
                        new Outcome("s1002", "u2", "mobile", "UK", "cart_abandonment"), -1)));
      }
    }
  }

  @Test
  void theFeedsAddUpToTheViews() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<ClickEvent> shuffled = new ArrayList<>(TestEvents.first(28));
      Collections.shuffle(shuffled, random);
      try (Engine engine = Tables.inMemory()) {
        Map<String, Map<Row, Long>> sums = new HashMap<>();
        for (ShownView view : ClickstreamView.ALL) {
          Map<Row, Long> sum = sums.computeIfAbsent(view.name(), n -> new HashMap<>());
          engine
              .view(view.name())
              .subscribe(
                  epoch -> epoch.changes().forEach(c -> sum.merge(c.row(), c.weight(), Long::sum)));
        }
        takeInSplits(engine, shuffled, random);
        sums.forEach(
            (view, sum) -> {
              sum.values().removeIf(weight -> weight == 0);
              assertThat(sum.values()).as(view).allMatch(weight -> weight == 1);
              assertThat(sum.keySet())
                  .as(view)
                  .containsExactlyInAnyOrderElementsOf(engine.view(view).scan());
            });
      }
    }
  }

  @Test
  void rowsComeOutAsRecords() {
    try (Engine engine = Tables.inMemory()) {
      events(engine).append(TestEvents.first(27));
      engine.step();
      assertThat(engine.view("funnel", Funnel.class).get())
          .contains(new Funnel(6, 6, 5, 4, 3, 4, 3));
      assertThat(engine.view("page_traffic", PageTraffic.class).get("/checkout"))
          .contains(new PageTraffic("/checkout", 4, 4, 4));
      assertThat(
              engine
                  .view("session_summary", SessionSummary.class)
                  .get("s1002", "u2", "mobile", "UK"))
          .map(SessionSummary::durationSeconds)
          .contains(360L);
      assertThat(
              engine
                  .view("conversion_by_device", DeviceConversion.class)
                  .get("mobile")
                  .orElseThrow()
                  .conversionRatePct())
          .hasToString("50.0");
    }
  }
}
