package dev.leat.engine.examples.clickstream;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.gap;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.outOfOrderBy;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.LedgerEntry;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Relation;
import dev.leat.engine.testkit.PipelineTester;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The event of the sample that comes last, and late, where windows and sessions close. */
class LateEventTest {
  private static final int BEFORE = 27;

  private static Pipeline pipeline() {
    return Pipeline.define(
        p -> {
          Relation<ClickEvent> events =
              p.stream("events", ClickEvent.class)
                  .eventTime(
                      ClickEvent::eventTs,
                      outOfOrderBy(minutes(1)).atMostAhead(Duration.ofDays(365)));
          events
              .window(tumbling(minutes(1)).on(ClickEvent::eventTs))
              .closing(Duration.ZERO)
              .groupBy("window_start", "window_end")
              .aggregate(count().as("events"))
              .materialize("by_minute");
          events
              .sessionize(gap(minutes(1)))
              .on(ClickEvent::eventTs)
              .by(ClickEvent::sessionId)
              .closing(Duration.ZERO)
              .aggregate(count().as("events"))
              .materialize("final_sessions");
          events.groupBy(ClickEvent::sessionId).aggregate(count().as("events")).materialize("live");
        });
  }

  private static List<String> rows(PipelineTester tester, String view) {
    return tester.rows(view).stream().map(row -> row.values().toString()).toList();
  }

  @Test
  void withAWatermarkItGoesToTheLedgerAndLiveViewsHaveIt() {
    List<ClickEvent> sample = TestEvents.first(BEFORE + 1);
    try (PipelineTester tester = PipelineTester.of(pipeline())) {
      tester.put("events", sample.subList(0, BEFORE).toArray()).step();
      List<String> byMinute = rows(tester, "by_minute");
      List<String> sessions = rows(tester, "final_sessions");
      assertThat(byMinute).isNotEmpty();
      assertThat(sessions).isNotEmpty();
      assertThat(tester.ledger()).isEmpty();
      assertThat(rows(tester, "live")).contains("[s1003, 3]");

      ClickEvent late = sample.get(BEFORE);
      assertThat(late.sessionId()).isEqualTo("s1003");
      tester.put("events", late).step();
      assertThat(rows(tester, "by_minute")).isEqualTo(byMinute);
      assertThat(rows(tester, "final_sessions")).isEqualTo(sessions);
      assertThat(rows(tester, "live")).contains("[s1003, 4]");
      assertThat(tester.ledger())
          .extracting(LedgerEntry::reason)
          .containsExactly(
              "late, its window is closed: window_start=2026-04-01T09:03:00Z"
                  + " window_end=2026-04-01T09:04:00Z watermark=2026-04-01T09:08:00Z"
                  + " late_by=PT4M",
              "late, a session of its own would be closed: session_start=2026-04-01T09:03:30Z"
                  + " session_end=2026-04-01T09:04:30Z watermark=2026-04-01T09:08:00Z"
                  + " late_by=PT3M30S");
      assertThat(tester.ledger())
          .allSatisfy(entry -> assertThat(entry.row()).contains("session_id=s1003"));
    }
  }
}
