package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.seconds;
import static dev.leat.engine.Windows.tumbling;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Relation;
import dev.leat.engine.plan.EventTimeBounds;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Streams that become idle let windows close, though no row comes anywhere. */
class IdleStreamsTest {
  record Click(String user, Instant at) {}

  private static Pipeline pipeline(Duration idleAfter) {
    EventTimeBounds bounds = outOfOrderBy(Duration.ZERO).idleAfter(idleAfter);
    return Pipeline.define(
        p -> {
          Relation<Click> web = p.stream("web", Click.class).eventTime(Click::at, bounds);
          Relation<Click> app = p.stream("app", Click.class).eventTime(Click::at, bounds);
          Relation<Click> both = web.union(app);
          both.window(tumbling(minutes(1)).on(Click::at))
              .closing(Duration.ZERO)
              .groupBy("window_start", "window_end")
              .aggregate(count().as("n"))
              .materialize("windows");
          both.sessionize(gap(seconds(30)))
              .on(Click::at)
              .by(Click::user)
              .closing(Duration.ZERO)
              .aggregate(count().as("n"))
              .materialize("sessions");
        });
  }

  @Test
  void whatAnIdleStreamHeldBackClosesWhenItIsIdle() {
    try (PipelineTester tester = PipelineTester.of(pipeline(minutes(2)))) {
      tester.put("app", new Click("u1", START.plusSeconds(10))).step();
      tester.advance(seconds(5));
      tester.put("web", new Click("u2", START.plusSeconds(100))).step();
      Position before = tester.engine().position();
      // The last row of app came at 0 s, so at 120 s it is idle; of web it is known up to 100 s.
      tester.advance(seconds(114)).step();
      assertThat(tester.engine().step()).isZero();
      assertThat(tester.engine().position()).isEqualTo(before);
      assertThat(tester.rows("windows")).isEmpty();
      tester.advance(seconds(1)).step();
      assertThat(tester.engine().position().value()).isEqualTo(before.value() + 1);
      assertThat(tester.rows("windows")).hasSize(1);
      assertThat(tester.rows("sessions")).hasSize(1);
      // That web is idle, too, closes nothing: there is no epoch for it.
      tester.advance(Duration.ofHours(5)).step();
      assertThat(tester.engine().position().value()).isEqualTo(before.value() + 1);
      assertThat(tester.rows("windows")).hasSize(1);
      assertThat(tester.ledger()).isEmpty();
    }
  }

  @Test
  void whereAllAreIdleTheGreatestCounts() {
    try (PipelineTester tester = PipelineTester.of(pipeline(minutes(2)))) {
      tester.put("web", new Click("u1", START.plusSeconds(10))).step();
      tester.put("app", new Click("u1", START.plusSeconds(130))).step();
      Position before = tester.engine().position();
      tester.advance(minutes(2)).step();
      // Both in one epoch.
      assertThat(tester.engine().position().value()).isEqualTo(before.value() + 1);
      assertThat(tester.rows("windows")).hasSize(1);
      tester.advance(minutes(20)).step();
      assertThat(tester.engine().position().value()).isEqualTo(before.value() + 1);
    }
  }

  @Test
  void anEngineWithItsOwnThreadLooksAtTheClockItself() throws InterruptedException {
    CountDownLatch closed = new CountDownLatch(1);
    try (Engine engine =
        Engine.inMemory(pipeline(Duration.ofMillis(50)), EngineSettings.defaults())) {
      engine
          .view("windows")
          .subscribe(
              changes -> {
                if (!changes.changes().isEmpty()) {
                  closed.countDown();
                }
              });
      Instant now = Instant.now();
      engine.append(
          t -> {
            t.append(engine.stream("app", Click.class), new Click("u1", now));
            t.append(engine.stream("web", Click.class), new Click("u1", now.plusSeconds(120)));
          });
      assertThat(closed.await(1, TimeUnit.MINUTES)).isTrue();
    }
  }
}
