package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static dev.leat.engine.testkit.PipelineTester.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.Pipeline;
import dev.leat.engine.PipelineBuilder;
import dev.leat.engine.Relation;
import dev.leat.engine.plan.EventTimeBounds;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What is said of streams that are idle, in the reasons why a view gives nothing. */
class StalledViewsTest {
  record Click(String user, Instant at) {}

  private static final EventTimeBounds IDLE = outOfOrderBy(Duration.ZERO).idleAfter(minutes(1));

  private static Relation<Click> stream(PipelineBuilder p, String name, EventTimeBounds bounds) {
    return p.stream(name, Click.class).eventTime(Click::at, bounds);
  }

  private static void materialize(Relation<Click> clicks) {
    clicks
        .window(tumbling(minutes(10)).on(Click::at))
        .closing(Duration.ZERO)
        .groupBy("window_end")
        .aggregate(count().as("n"))
        .materialize("closed");
  }

  private static PipelineTester twoStreams(EventTimeBounds app) {
    return PipelineTester.of(
        Pipeline.define(p -> materialize(stream(p, "web", IDLE).union(stream(p, "app", app)))));
  }

  @Test
  void thatItIsIdleIsNoReasonForAStreamAlone() {
    try (PipelineTester tester =
        PipelineTester.of(Pipeline.define(p -> materialize(stream(p, "web", IDLE))))) {
      tester.put("web", new Click("u1", START)).step();
      for (int i = 0; i < 2; i++) {
        assertThat(tester.engine().whyStalled("closed"))
            .singleElement()
            .asString()
            .endsWith(
                "its last row came at 2026-01-01T00:00:00Z, and it is the only stream: a later row"
                    + " closes it, or advanceWatermark(...) of its source");
        tester.advance(minutes(30)).step();
      }
      tester.engine().stream("web", Click.class).advanceWatermark(START.plusSeconds(600));
      tester.step();
      assertThat(tester.rows("closed")).hasSize(1);
    }
  }

  @Test
  void aStreamThatIsIdleSinceTheLastStepHoldsNothing() {
    try (PipelineTester tester = twoStreams(outOfOrderBy(Duration.ZERO))) {
      tester.put("web", new Click("u1", START)).step();
      assertThat(tester.engine().whyStalled("closed")).hasSize(2);
      tester.advance(minutes(1)).step();
      assertThat(tester.engine().whyStalled("closed"))
          .singleElement()
          .asString()
          .endsWith(
              "stream 'app' had no row yet, and it is never idle, as no idleAfter(...) was"
                  + " declared");
    }
  }

  @Test
  void whereTheNextStepClosesItThisIsSaid() {
    try (PipelineTester tester = twoStreams(IDLE)) {
      Engine engine = tester.engine();
      tester.put("web", new Click("u1", START)).step();
      tester.advance(Duration.ofSeconds(30));
      tester.put("app", new Click("u1", START.plusSeconds(600))).step();
      tester.advance(Duration.ofSeconds(29));
      assertThat(engine.whyStalled("closed"))
          .singleElement()
          .asString()
          .contains("stream 'web' holds it at 2026-01-01T00:00:00Z")
          .endsWith("it is not idle before PT1M without one");
      tester.advance(Duration.ofSeconds(1));
      assertThat(engine.whyStalled("closed"))
          .singleElement()
          .asString()
          .endsWith(
              "what held it back is idle since 2026-01-01T00:01:00Z, so it closes with the next"
                  + " step of the engine");
      tester.step();
      assertThat(tester.rows("closed")).hasSize(1);
    }
  }

  @Test
  void whereAllAreIdleALaterRowOfAnyClosesIt() {
    try (PipelineTester tester = twoStreams(IDLE)) {
      tester.put("web", new Click("u1", START), new Click("u1", START.plusSeconds(1))).step();
      tester.put("app", new Click("u1", START.plusSeconds(2))).step();
      tester.advance(minutes(5)).step();
      assertThat(tester.engine().whyStalled("closed"))
          .hasSize(2)
          .allMatch(
              cause ->
                  cause.endsWith(
                      "it is idle, as all others are: a later row closes it, or"
                          + " advanceWatermark(...) of a source"));
      tester.put("web", new Click("u1", START.plusSeconds(600))).step();
      assertThat(tester.rows("closed")).hasSize(1);
    }
  }
}
