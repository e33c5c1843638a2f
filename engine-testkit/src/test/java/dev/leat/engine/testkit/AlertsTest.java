package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.asc;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.last;
import static dev.leat.engine.Expressions.now;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Changes;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Row;
import dev.leat.engine.SubscriptionSettings;
import dev.leat.engine.SubscriptionSettings.Policy;
import dev.leat.engine.plan.Expr;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What subscribers of a view that shrinks are told. */
class AlertsTest {
  record Event(String sessionId, String type, String product, Instant at) {}

  record Reading(String sensor, long value) {}

  private static final Duration IDLE = Duration.ofMinutes(15);

  private static Pipeline abandoned() {
    Expr idle = now().minus(col("last_at"));
    return Pipeline.define(
        p ->
            p.stream("events", Event.class)
                .groupBy(Event::sessionId)
                .aggregate(
                    last(Event::type).orderBy(asc(Event::at)).as("type"),
                    count().as("events"),
                    last(Event::at).orderBy(asc(Event::at)).as("last_at"))
                .where(col("type").eq("add_to_cart"))
                .where(idle.ge(IDLE).and(idle.lt(Duration.ofMinutes(60))))
                .materialize("abandoned"));
  }

  private static Event cart(PipelineTester tester, String session) {
    return new Event(session, "add_to_cart", "p1", tester.now());
  }

  private static Consumer<Changes<Row>> sessionsInto(List<String> alerts) {
    return changes ->
        changes.changes().forEach(c -> alerts.add(c.weight() + " " + c.row().values().get(0)));
  }

  @Test
  void exactlyOneAlertForEachEntry() {
    PipelineTester.onEverySchedule(
        abandoned(),
        tester -> {
          List<String> alerts = new ArrayList<>();
          tester
              .engine()
              .view("abandoned")
              .subscribe(
                  SubscriptionSettings.defaults().withPolicy(Policy.INSERTS), sessionsInto(alerts));
          tester.put("events", cart(tester, "s1")).step().advance(IDLE).step();
          tester.rows("abandoned");
          assertThat(alerts).containsExactly("1 s1");
          // It stays, its row changes, because an event came late; then it leaves.
          tester.put("events", new Event("s1", "view", "p2", START.minusSeconds(1)));
          tester.step().advance(Duration.ofMinutes(5)).step();
          tester.put("events", new Event("s1", "purchase", "p1", tester.now())).step();
          assertThat(tester.rows("abandoned")).isEmpty();
          assertThat(alerts).hasSize(1);
          // And enters again.
          tester.advance(Duration.ofSeconds(1));
          tester.put("events", cart(tester, "s1")).step();
          tester.rows("abandoned");
          tester.advance(IDLE).step();
          assertThat(tester.rows("abandoned")).hasSize(1);
          tester.advance(Duration.ofMinutes(60)).step();
          assertThat(tester.rows("abandoned")).isEmpty();
          assertThat(alerts).containsExactly("1 s1", "1 s1");
        });
  }

  private static Pipeline hot() {
    return Pipeline.define(
        p ->
            p.table("readings", Reading.class)
                .primaryKey(Reading::sensor)
                .where(col(Reading::value).gt(10))
                .materialize("hot"));
  }

  private static List<String> told(Policy policy) {
    List<String> told = new ArrayList<>();
    try (PipelineTester tester = PipelineTester.of(hot())) {
      tester.put("readings", new Reading("a", 11)).step();
      tester
          .engine()
          .view("hot", Reading.class)
          .subscribe(
              SubscriptionSettings.defaults().withPolicy(policy),
              changes ->
                  changes.changes().forEach(c -> told.add(c.weight() + " " + c.row().value())));
      tester.put("readings", new Reading("a", 12)).step();
      tester.put("readings", new Reading("a", 1)).step();
      tester.put("readings", new Reading("a", 13)).step();
    }
    return told;
  }

  @Test
  void policiesTellEntriesOrNewRowsOrAll() {
    assertThat(told(Policy.INSERTS)).containsExactly("1 11", "1 13");
    assertThat(told(Policy.UPSERTS)).containsExactly("1 11", "1 12", "1 13");
    assertThat(told(Policy.ALL)).containsExactly("1 11", "-1 11", "1 12", "-1 12", "1 13");
  }

  @Test
  void whoFallsBehindIsToldWhatEnteredAndIsThere() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    List<String> alerts = new ArrayList<>();
    List<Changes.Kind> kinds = new ArrayList<>();
    try (PipelineTester tester = PipelineTester.of(hot())) {
      tester.put("readings", new Reading("stays", 11)).step();
      tester
          .engine()
          .view("hot")
          .subscribe(
              SubscriptionSettings.defaults()
                  .withPolicy(Policy.INSERTS)
                  .withQueueRows(1)
                  .withExecutor(tasks::add),
              changes -> {
                kinds.add(changes.kind());
                sessionsInto(alerts).accept(changes);
              });
      tester.put("readings", new Reading("first", 11)).step();
      tester.put("readings", new Reading("stays", 12), new Reading("over", 11)).step();
      tester.put("readings", new Reading("over", 1), new Reading("second", 11)).step();
      while (!tasks.isEmpty()) {
        tasks.remove().run();
      }
      assertThat(alerts).containsExactly("1 stays", "1 first", "1 second");
      assertThat(kinds)
          .containsExactly(Changes.Kind.SNAPSHOT, Changes.Kind.EPOCH, Changes.Kind.DIFFERENCE);
    }
  }
}
