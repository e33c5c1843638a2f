package dev.leat.engine.examples.shop;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Row;
import dev.leat.engine.SubscriptionSettings;
import dev.leat.engine.examples.ShownView;
import dev.leat.engine.testkit.PipelineTester;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the views of a shop say as events come and time passes, however the input is cut. */
class ShopPipelineTest {
  private static final String CANDIDATES = "cart_abandonment_candidates";
  private static final Duration SECOND = Duration.ofSeconds(1);

  private int made;

  private static Duration minutes(long count) {
    return Duration.ofMinutes(count);
  }

  private ShopEvent event(String session, String user, String type, Instant at) {
    boolean isOfProduct = Set.of("product_view", "add_to_cart", "purchase").contains(type);
    return new ShopEvent(
        "e" + made++,
        session,
        user,
        type,
        "/" + type,
        isOfProduct ? "p1" : null,
        isOfProduct ? "shoes" : null,
        type.equals("search") ? "Shoes" : null,
        "organic",
        null,
        "mobile",
        at);
  }

  private void put(PipelineTester tester, String session, String type) {
    tester.put(ShopPipeline.EVENTS, event(session, null, type, tester.now())).step();
  }

  private void putAt(PipelineTester tester, String session, String type, Instant at) {
    tester.put(ShopPipeline.EVENTS, event(session, null, type, at)).step();
  }

  private static void onEverySchedule(Consumer<PipelineTester> test) {
    PipelineTester.onEverySchedule(ShopPipeline.define(), test);
  }

  private static List<Object> column(PipelineTester tester, String view, String column) {
    return tester.rows(view).stream().map(row -> row.value(column)).toList();
  }

  private static List<Object> candidates(PipelineTester tester) {
    return column(tester, CANDIDATES, "session_id");
  }

  @Test
  void aCartIsLeftBehindAtExactly15MinutesAndGivenUpAt60WithNoNewEvent() {
    onEverySchedule(
        tester -> {
          put(tester, "s1", "add_to_cart");
          tester.advance(minutes(15).minus(SECOND)).step();
          assertThat(candidates(tester)).isEmpty();
          tester.advance(SECOND).step();
          assertThat(tester.rows(CANDIDATES))
              .singleElement()
              .satisfies(
                  row -> {
                    assertThat(row.value("session_id")).isEqualTo("s1");
                    assertThat(row.value("last_event_time")).isEqualTo(START);
                    assertThat(row.value("idle_duration")).isEqualTo(minutes(15));
                  });
          tester.advance(minutes(45).minus(SECOND)).step();
          assertThat(column(tester, CANDIDATES, "idle_duration"))
              .containsExactly(minutes(60).minus(SECOND));
          tester.advance(SECOND).step();
          assertThat(candidates(tester)).isEmpty();
        });
  }

  @Test
  void aCartIsNoLongerLeftBehindWhenItsVisitorDoesSomething() {
    onEverySchedule(
        tester -> {
          put(tester, "s1", "add_to_cart");
          put(tester, "s2", "page_view");
          tester.advance(minutes(20)).step();
          assertThat(candidates(tester)).containsExactly("s1");
          put(tester, "s1", "page_view");
          assertThat(candidates(tester)).isEmpty();
          tester.advance(minutes(15)).step();
          assertThat(candidates(tester)).containsExactly("s1");
        });
  }

  @Test
  void aCartThatIsPaidForIsNeverLeftBehindAgain() {
    onEverySchedule(
        tester -> {
          put(tester, "s1", "add_to_cart");
          tester.advance(minutes(20)).step();
          assertThat(candidates(tester)).containsExactly("s1");
          // It was paid for long ago, only nobody knew: it is no new event, but the cart is gone.
          putAt(tester, "s1", "purchase", START.minusSeconds(1));
          assertThat(candidates(tester)).isEmpty();
          tester.advance(minutes(20)).step();
          assertThat(candidates(tester)).isEmpty();
        });
  }

  @Test
  void whoPaysAfterLoggingInHasLeftNoCartBehind() {
    onEverySchedule(
        tester -> {
          put(tester, "s1", "add_to_cart");
          tester.put(ShopPipeline.EVENTS, event("s1", "u1", "user_identified", tester.now()));
          tester.put(ShopPipeline.EVENTS, event("s1", "u1", "purchase", tester.now())).step();
          tester.advance(minutes(20)).step();
          assertThat(candidates(tester)).isEmpty();
        });
  }

  @Test
  void thereIsExactlyOneAlertForEachCartThatIsLeftBehind() {
    onEverySchedule(
        tester -> {
          List<Object> alerts = new ArrayList<>();
          tester
              .engine()
              .view(CANDIDATES)
              .subscribe(
                  SubscriptionSettings.defaults().withPolicy(SubscriptionSettings.Policy.INSERTS),
                  changes ->
                      changes.changes().forEach(c -> alerts.add(c.row().value("session_id"))));
          put(tester, "s1", "add_to_cart");
          for (int minute = 0; minute < 30; minute++) {
            // Its idle time changes all the time, and a late event changes its row.
            tester.advance(minutes(1)).step();
          }
          putAt(tester, "s1", "add_to_cart", START.minusSeconds(5));
          assertThat(column(tester, CANDIDATES, "add_to_carts")).containsExactly(2L);
          assertThat(alerts).containsExactly("s1");
          put(tester, "s1", "page_view");
          tester.advance(minutes(14)).step();
          assertThat(candidates(tester)).isEmpty();
          assertThat(alerts).containsExactly("s1");
          tester.advance(minutes(1)).step();
          assertThat(candidates(tester)).containsExactly("s1");
          assertThat(alerts).containsExactly("s1", "s1");
        });
  }

  private static Row window(PipelineTester tester, String view, Instant start) {
    tester.rows(view);
    return tester.engine().view(view).where(col("window_start").eq(start)).toList().stream()
        .findFirst()
        .orElseThrow();
  }

  private static List<Object> traffic(PipelineTester tester, Instant start) {
    Row row = window(tester, "traffic_anomaly_detection", start);
    return List.of(
        Objects.requireNonNull(row.value("current_sessions")),
        Objects.requireNonNull(row.value("avg_sessions")),
        Objects.requireNonNull(row.value("pct_deviation")));
  }

  @Test
  void aLateEventOpensTheCountOfItsWindowAgainAndTheAnomalyFollows() {
    onEverySchedule(
        tester -> {
          for (int window = 0; window < 6; window++) {
            put(tester, "a" + window, "page_view");
            put(tester, "b" + window, "page_view");
            tester.advance(minutes(5)).step();
          }
          // It is 00:30; windows that ended before 00:25 are what is usual.
          Instant last = START.plus(minutes(20));
          assertThat(traffic(tester, last)).containsExactly(2L, 2.0, 0.0);
          assertThat(window(tester, "funnel_metrics_10min", last).value("sessions")).isEqualTo(4L);
          assertThat(tester.rows("traffic_alerts")).isEmpty();

          putAt(tester, "late1", "page_view", last.plusSeconds(120));
          assertThat(traffic(tester, last)).containsExactly(3L, 2.0, 50.0);
          assertThat(window(tester, "funnel_metrics_10min", last).value("sessions")).isEqualTo(5L);
          // Half again as many is not more than half again as many.
          assertThat(tester.rows("traffic_alerts")).isEmpty();

          putAt(tester, "late2", "page_view", last.plusSeconds(121));
          assertThat(traffic(tester, last)).containsExactly(4L, 2.0, 100.0);
          assertThat(column(tester, "traffic_alerts", "kind")).containsExactly("spike");

          // One for a window of the baseline: what is usual is more now, for all windows.
          putAt(tester, "late3", "page_view", START.plusSeconds(400));
          assertThat(traffic(tester, last)).containsExactly(4L, 2.25, 77.8);
          assertThat(traffic(tester, START.plus(minutes(5)))).containsExactly(3L, 2.25, 33.3);
          // The window moves out of the news, and in the end out of the two hours.
          tester.advance(minutes(5)).step();
          assertThat(tester.rows("traffic_alerts")).isEmpty();
          tester.advance(minutes(110).minus(SECOND)).step();
          assertThat(traffic(tester, last).get(0)).isEqualTo(4L);
          tester.advance(SECOND).step();
          assertThat(column(tester, "traffic_anomaly_detection", "window_start"))
              .containsExactly(START.plus(minutes(25)));
        });
  }

  @Test
  void fewSessionsAreAnAlertOnlyWhenTheirWindowIsOver() {
    onEverySchedule(
        tester -> {
          for (int window = 0; window < 4; window++) {
            for (int session = 0; session < 5; session++) {
              put(tester, "s" + window + session, "page_view");
            }
            tester.advance(minutes(5)).step();
          }
          put(tester, "only", "page_view");
          tester.advance(minutes(5).minus(SECOND)).step();
          assertThat(traffic(tester, START.plus(minutes(20))).get(2)).isEqualTo(-80.0);
          assertThat(tester.rows("traffic_alerts")).isEmpty();
          tester.advance(SECOND).step();
          assertThat(column(tester, "traffic_alerts", "kind")).containsExactly("drop");
        });
  }

  @Test
  void aLoginRewritesWhatCameBeforeIt() {
    onEverySchedule(
        tester -> {
          put(tester, "s1", "page_view");
          put(tester, "s1", "add_to_cart");
          put(tester, "s2", "page_view");
          assertThat(column(tester, "identified_sessions", "user_id"))
              .containsExactlyInAnyOrder(null, null);
          tester.advance(minutes(1)).step();
          tester.put(ShopPipeline.EVENTS, event("s1", "u1", "user_identified", tester.now()));
          tester.step();
          // What came before it is u1's, too.
          assertThat(tester.rows("identified_sessions"))
              .extracting(
                  row -> row.value("session_id"),
                  row -> row.value("user_id"),
                  row -> row.value("total_events"),
                  row -> row.value("session_start"))
              .containsExactlyInAnyOrder(
                  org.assertj.core.groups.Tuple.tuple("s1", "u1", 3L, START),
                  org.assertj.core.groups.Tuple.tuple("s2", null, 1L, START));
          tester.advance(minutes(15)).step();
          assertThat(column(tester, CANDIDATES, "user_id")).containsExactly("u1");
        });
  }

  private static Map<String, List<String>> all(PipelineTester tester) {
    Map<String, List<String>> views = new LinkedHashMap<>();
    for (ShownView view : ShopView.ALL) {
      views.put(
          view.name(),
          tester.rows(view.name()).stream().map(row -> row.values().toString()).sorted().toList());
    }
    return views;
  }

  @Test
  void aSessionOfABotIsInNoCountNeitherWhatItDidBefore() {
    onEverySchedule(
        tester -> {
          for (String type :
              List.of("page_view", "search", "product_view", "add_to_cart", "purchase")) {
            put(tester, "s1", type);
            put(tester, "s2", type);
          }
          Map<String, List<String>> before = all(tester);
          List<String> types = List.of("page_view", "search", "product_view", "add_to_cart");
          for (int i = 0; i < 200; i++) {
            Instant at = tester.now().plusMillis(i);
            tester.put(ShopPipeline.EVENTS, event("bot", null, types.get(i % 4), at));
          }
          tester.step();
          Map<String, List<String>> with = all(tester);
          assertThat(with.get("bot_sessions")).isEmpty();
          for (String view :
              List.of(
                  "funnel_metrics_10min",
                  "session_summary",
                  "identified_sessions",
                  "product_performance_1h",
                  "search_analytics_1h",
                  "traffic_anomaly_detection")) {
            assertThat(with.get(view)).as(view).isNotEqualTo(before.get(view));
          }
          // The 201st event of one minute makes it a bot.
          putAt(tester, "bot", "page_view", tester.now().plusMillis(999));
          Map<String, List<String>> without = all(tester);
          assertThat(without.remove("bot_sessions")).containsExactly("[bot, 201]");
          before.remove("bot_sessions");
          assertThat(without).isEqualTo(before);
          // It leaves no cart behind, either.
          tester.advance(minutes(20)).step();
          assertThat(candidates(tester)).isEmpty();
        });
  }

  @Test
  void whatIsOlderThanADayIsForgotten() {
    try (PipelineTester tester = PipelineTester.of(ShopPipeline.define())) {
      put(tester, "s1", "add_to_cart");
      tester.advance(Duration.ofHours(24)).step();
      all(tester).forEach((view, rows) -> assertThat(rows).as(view).isEmpty());
      assertThat(tester.engine().explain()).contains("forget after 24 h without a change");
    }
  }

  @Test
  void anEventOfFarAheadIsNone() {
    try (PipelineTester tester = PipelineTester.of(ShopPipeline.define())) {
      putAt(tester, "s1", "page_view", START.plus(Duration.ofDays(3)));
      all(tester).forEach((view, rows) -> assertThat(rows).as(view).isEmpty());
      assertThat(tester.ledger())
          .singleElement()
          .satisfies(entry -> assertThat(entry.reason()).contains("too far ahead of the clock"));
    }
  }
}
