package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.EventTimeBounds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources that say how far event time has come. */
class AdvancedWatermarksTest extends ClosingClicks {
  private static Pipeline twoStreams() {
    return Pipeline.define(
        p -> {
          EventTimeBounds bounds = outOfOrderBy(Duration.ZERO).idleAfter(minutes(1));
          Relation<Click> web = p.stream("clicks", Click.class).eventTime(Click::eventTime, bounds);
          Relation<Click> app = p.stream("app", Click.class).eventTime("event_time", bounds);
          web.union(app)
              .window(tumbling(minutes(10)).on(Click::eventTime))
              .closing(Duration.ZERO)
              .groupBy("window_start", "window_end")
              .aggregate(count().as("n"), countDistinct(Click::user).as("users"))
              .materialize("closed");
        });
  }

  @Test
  void aSourceMaySayHowFarEventTimeHasCome() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO),
        engine -> {
          StreamInput<Click> clicks = engine.stream("clicks", Click.class);
          click(engine, "u1", "09:01:00");
          Position at = clicks.advanceWatermark(NINE.plusSeconds(600).minusNanos(1000));
          assertThat(engine.step()).isEqualTo(1);
          assertThat(engine.position()).isEqualTo(at);
          assertThat(closed(engine)).isEmpty();
          assertThat(engine.whyStalled("closed"))
              .singleElement()
              .asString()
              .endsWith(
                  "stream 'clicks' holds it at 2026-04-01T09:09:59.999999Z, as its source said;"
                      + " something came last at 2026-04-01T09:00:00Z, and it is the only stream: a"
                      + " later row closes it, or advanceWatermark(...) of its source");
          clicks.advanceWatermark(NINE.plusSeconds(600));
          engine.step();
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
          // It never goes back, and rows count as before where they say more.
          clicks.advanceWatermark(NINE);
          engine.step();
          click(engine, "u2", "09:09:00");
          assertThat(engine.ledger().scan())
              .singleElement()
              .satisfies(
                  entry ->
                      assertThat(entry.reason())
                          .contains("watermark=2026-04-01T09:10:00Z late_by=PT0S"));
          click(engine, "u2", "09:12:00");
          click(engine, "u2", "09:25:00");
          assertThat(closed(engine)).hasSize(2);
        });
  }

  @Test
  void whatASourceSaysComesWithItsRows() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO),
        engine -> {
          StreamInput<Click> clicks = engine.stream("clicks", Click.class);
          engine.append(
              t -> {
                t.advanceWatermark(clicks, NINE.plusSeconds(3600));
                t.append(clicks, new Click("u1", NINE.plusSeconds(60)));
              });
          assertThat(engine.step()).isEqualTo(2);
          // It holds behind the rows of its epoch.
          assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
          assertThatThrownBy(
                  () ->
                      engine.append(
                          t -> {
                            t.advanceWatermark(clicks, NINE.plusSeconds(7200));
                            throw new IllegalStateException("taken back");
                          }))
              .hasMessage("taken back");
          assertThat(engine.step()).isZero();
        });
  }

  @Test
  void aSourceThatSaysSomethingIsNotIdle() {
    run(
        twoStreams(),
        engine -> {
          click(engine, "u1", "09:01:00");
          click(engine, "u1", "09:30:00");
          clock.now = NINE.plusSeconds(50);
          StreamInput<Click> app = engine.stream("app", Click.class);
          app.advanceWatermark(NINE.plusSeconds(300));
          engine.step();
          clock.now = NINE.plusSeconds(109);
          click(engine, "u1", "09:30:01");
          assertThat(closed(engine)).isEmpty();
          clock.now = NINE.plusSeconds(110);
          click(engine, "u1", "09:30:02");
          assertThat(closed(engine)).hasSize(1);
        });
  }

  @Test
  void whatASourceSaidIsInTheLog(@TempDir Path directory) {
    Pipeline pipeline = pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO);
    for (boolean isReplayed : new boolean[] {false, true}) {
      Path place = directory.resolve("replayed-" + isReplayed);
      try (Engine engine = Engine.open(place, pipeline, settings())) {
        click(engine, "u1", "09:01:00");
        engine.stream("clicks", Click.class).advanceWatermark(NINE.plusSeconds(600));
        engine.step();
        click(engine, "u2", "09:02:00");
        assertThat(engine.ledger().count()).isEqualTo(1);
      }
      if (isReplayed) {
        StoredCheckpoints.delete(place);
      }
      try (Engine engine = Engine.open(place, pipeline, settings())) {
        assertThat(closed(engine)).containsExactly(window("09:00:00", "09:10:00", 1, 1));
        assertThat(engine.ledger().count()).isEqualTo(1);
        click(engine, "u2", "09:03:00");
        assertThat(engine.ledger().count()).isEqualTo(2);
      }
    }
  }

  @Test
  void aTimeThatCannotBeReachedIsRefusedAtTheDoor() {
    run(
        pipeline(tumbling(minutes(10)), outOfOrderBy(minutes(5)), Duration.ZERO),
        engine -> {
          StreamInput<Click> clicks = engine.stream("clicks", Click.class);
          assertThatIllegalArgumentException()
              .isThrownBy(() -> clicks.advanceWatermark(NINE.plusSeconds(86_401)))
              .withMessageContaining(
                  "cannot have a watermark so far ahead of the clock, as all windows before it"
                      + " would close: watermark=2026-04-02T09:00:01Z clock=2026-04-01T09:00:00Z")
              .withMessageContaining("atMostAhead");
          assertThatIllegalArgumentException()
              .isThrownBy(() -> clicks.advanceWatermark(Instant.MAX));
          assertThat(engine.step()).isZero();
          clicks.advanceWatermark(NINE.plusSeconds(86_400));
          assertThat(engine.step()).isEqualTo(1);
        });
    Pipeline without =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .groupBy(Click::user)
                    .aggregate(count().as("n"))
                    .materialize("users"));
    run(
        without,
        engine ->
            assertThatThrownBy(() -> engine.stream("clicks", Click.class).advanceWatermark(NINE))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("stream 'clicks' has no event time, and so no watermark"));
  }
}
