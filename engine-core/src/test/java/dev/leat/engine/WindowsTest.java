package dev.leat.engine;

import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Windows.cumulating;
import static dev.leat.engine.Windows.days;
import static dev.leat.engine.Windows.hopping;
import static dev.leat.engine.Windows.minutes;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Windows as relations; each line of the table in docs/windows.md is a test here. */
class WindowsTest {
  private static final Schema EVENT =
      Schema.builder().required("id", Type.INT).nullable("at", Type.INSTANT).build();

  private static Instant at(String text) {
    return Instant.parse(text);
  }

  private static Engine engine(Windows window) {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("events", EVENT)
                    .window(window.on("at"))
                    .groupBy("window_start", "window_end")
                    .aggregate(count().as("n"))
                    .materialize("windows"));
    return Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(Threading.HOST));
  }

  /** The windows of some times, in order. */
  private static List<String> windows(Windows window, String... times) {
    try (Engine engine = engine(window)) {
      for (String time : times) {
        engine.stream("events").append(Row.of(EVENT, 1, at(time)));
      }
      engine.step();
      return shown(engine);
    }
  }

  private static List<String> shown(Engine engine) {
    return engine.view("windows").scan().stream()
        .map(row -> row.values().toString())
        .sorted()
        .toList();
  }

  @Test
  void aRowOnABoundaryIsInTheWindowThatBeginsThere() {
    assertThat(
            windows(tumbling(minutes(10)), "2026-04-01T09:10:00Z", "2026-04-01T09:09:59.999999Z"))
        .containsExactly(
            "[2026-04-01T09:00:00Z, 2026-04-01T09:10:00Z, 1]",
            "[2026-04-01T09:10:00Z, 2026-04-01T09:20:00Z, 1]");
  }

  @Test
  void rowsOfEqualTimesAreInTheSameWindow() {
    assertThat(windows(tumbling(minutes(10)), "2026-04-01T09:10:00Z", "2026-04-01T09:10:00Z"))
        .containsExactly("[2026-04-01T09:10:00Z, 2026-04-01T09:20:00Z, 2]");
  }

  @Test
  void aRowBefore1970IsInTheWindowThatBeginsBeforeIt() {
    assertThat(
            windows(tumbling(minutes(10)), "1969-12-31T23:59:59.999999Z", "1904-02-29T12:01:00Z"))
        .containsExactly(
            "[1904-02-29T12:00:00Z, 1904-02-29T12:10:00Z, 1]",
            "[1969-12-31T23:50:00Z, 1970-01-01T00:00:00Z, 1]");
  }

  @Test
  void anOffsetMovesAllWindowsAlsoBack() {
    assertThat(windows(tumbling(minutes(60)).offset(minutes(15)), "2026-04-01T09:10:00Z"))
        .containsExactly("[2026-04-01T08:15:00Z, 2026-04-01T09:15:00Z, 1]");
    assertThat(windows(tumbling(minutes(60)).offset(minutes(-15)), "2026-04-01T09:50:00Z"))
        .containsExactly("[2026-04-01T09:45:00Z, 2026-04-01T10:45:00Z, 1]");
    assertThat(windows(tumbling(minutes(60)).offset(minutes(-15)), "1969-12-31T23:44:00Z"))
        .containsExactly("[1969-12-31T22:45:00Z, 1969-12-31T23:45:00Z, 1]");
  }

  @Test
  void aRowIsInEachHoppingWindowThatHasItsTime() {
    assertThat(windows(hopping(minutes(10), minutes(5)), "2026-04-01T09:10:00Z"))
        .containsExactly(
            "[2026-04-01T09:05:00Z, 2026-04-01T09:15:00Z, 1]",
            "[2026-04-01T09:10:00Z, 2026-04-01T09:20:00Z, 1]");
  }

  @Test
  void cumulatingWindowsBeginTogetherAndAreThoseThatEndLater() {
    assertThat(windows(cumulating(minutes(15), minutes(5)), "2026-04-01T09:05:00Z"))
        .containsExactly(
            "[2026-04-01T09:00:00Z, 2026-04-01T09:10:00Z, 1]",
            "[2026-04-01T09:00:00Z, 2026-04-01T09:15:00Z, 1]");
    assertThat(
            windows(
                cumulating(minutes(15), minutes(5)).offset(minutes(-1)), "2026-04-01T09:14:00Z"))
        .containsExactly(
            "[2026-04-01T09:14:00Z, 2026-04-01T09:19:00Z, 1]",
            "[2026-04-01T09:14:00Z, 2026-04-01T09:24:00Z, 1]",
            "[2026-04-01T09:14:00Z, 2026-04-01T09:29:00Z, 1]");
  }

  @Test
  void daysAreThoseOfUtc() {
    assertThat(windows(tumbling(days(1)), "2026-03-29T00:30:00Z"))
        .containsExactly("[2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z, 1]");
  }

  @Test
  void daysOfAZoneLast23HoursOr25WhereClocksChange() {
    Windows berlin = tumbling(days(1)).in(ZoneId.of("Europe/Berlin"));
    assertThat(windows(berlin, "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"))
        .containsExactly("[2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z, 2]");
    assertThat(windows(berlin, "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"))
        .containsExactly("[2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z, 2]");
  }

  @Test
  void aDayThatBeginsAtATimeThatComesTwiceBeginsAtTheFirst() {
    // At 03:00 clocks go back to 02:00, so 02:30 is there twice.
    Windows night = tumbling(days(1)).offset(minutes(150)).in(ZoneId.of("Europe/Berlin"));
    assertThat(
            windows(night, "2026-10-25T00:29:59Z", "2026-10-25T00:30:00Z", "2026-10-25T01:15:00Z"))
        .containsExactly(
            "[2026-10-24T00:30:00Z, 2026-10-25T00:30:00Z, 1]",
            "[2026-10-25T00:30:00Z, 2026-10-26T01:30:00Z, 2]");
  }

  @Test
  void aRowWithoutATimeGoesToTheLedger() {
    try (Engine engine = engine(tumbling(minutes(10)))) {
      engine.stream("events").append(Row.of(EVENT, 7, null));
      engine.stream("events").append(Row.of(EVENT, 8, at("2026-04-01T09:10:00Z")));
      engine.step();
      assertThat(shown(engine)).hasSize(1);
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(
              entry -> {
                assertThat(entry.source()).isEqualTo("window on stream 'events'");
                assertThat(entry.reason()).isEqualTo("it has no time, so it is in no window");
              });
    }
  }

  @Test
  void aTimeWhoseWindowNoInstantEndsGoesToTheLedger() {
    try (Engine engine = engine(hopping(minutes(10), minutes(5)))) {
      Instant last = Instant.ofEpochSecond(Long.MAX_VALUE / 1_000_000);
      engine.stream("events").append(Row.of(EVENT, 7, last));
      engine.step();
      assertThat(shown(engine)).isEmpty();
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(entry -> assertThat(entry.reason()).contains("at no instant of 64 bits"));
    }
  }

  @Test
  void windowsFollowRowsThatMoveAndGo() {
    Schema visit =
        Schema.builder().required("id", Type.INT).nullable("left_at", Type.INSTANT).build();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("visits", visit)
                    .primaryKey("id")
                    .window(hopping(minutes(10), minutes(5)).on("left_at"))
                    .groupBy("window_start", "window_end")
                    .aggregate(count().as("n"))
                    .materialize("windows"));
    try (Engine engine =
        Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(Threading.HOST))) {
      engine.table("visits").upsert(Row.of(visit, 1, at("2026-04-01T09:10:00Z")));
      engine.table("visits").upsert(Row.of(visit, 2, at("2026-04-01T09:11:00Z")));
      engine.step();
      engine.table("visits").upsert(Row.of(visit, 1, at("2026-04-01T09:16:00Z")));
      engine.step();
      assertThat(shown(engine))
          .containsExactly(
              "[2026-04-01T09:05:00Z, 2026-04-01T09:15:00Z, 1]",
              "[2026-04-01T09:10:00Z, 2026-04-01T09:20:00Z, 2]",
              "[2026-04-01T09:15:00Z, 2026-04-01T09:25:00Z, 1]");
      engine.table("visits").delete(2);
      engine.table("visits").upsert(Row.of(visit, 1, null));
      engine.step();
      assertThat(shown(engine)).isEmpty();
      assertThat(engine.ledger().count()).isEqualTo(1);
    }
  }

  @Test
  void neitherOrderNorEpochsMatter() {
    List<Instant> times = new ArrayList<>();
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      times.add(at("2026-04-01T09:00:00Z").plusSeconds(random.nextInt(-4000, 4000)));
    }
    for (Windows window :
        List.of(
            tumbling(minutes(10)),
            hopping(minutes(10), minutes(1)),
            cumulating(minutes(10), minutes(2)))) {
      List<String> expected = run(window, times, times.size());
      for (int epoch : List.of(1, 7, 100)) {
        Collections.shuffle(times, random);
        assertThat(run(window, times, epoch)).isEqualTo(expected);
      }
    }
  }

  private static List<String> run(Windows window, List<Instant> times, int epoch) {
    try (Engine engine = engine(window)) {
      for (int i = 0; i < times.size(); i++) {
        engine.stream("events").append(Row.of(EVENT, i, times.get(i)));
        if ((i + 1) % epoch == 0) {
          engine.step();
        }
      }
      engine.step();
      return shown(engine);
    }
  }

  @Test
  void aTumblingWindowKeepsTheKeyAndHasNoState() {
    Schema visit = Schema.builder().required("id", Type.INT).required("at", Type.INSTANT).build();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.table("visits", visit)
                    .primaryKey("id")
                    .window(tumbling(minutes(10)).on("at"))
                    .where(col("window_start").lt(at("2026-05-01T00:00:00Z")))
                    .materialize("windows"));
    try (Engine engine =
        Engine.inMemory(pipeline, EngineSettings.defaults().withThreading(Threading.HOST))) {
      engine.table("visits").upsert(Row.of(visit, 1, at("2026-04-01T09:10:00Z")));
      engine.table("visits").upsert(Row.of(visit, 1, at("2026-04-01T09:12:00Z")));
      engine.step();
      assertThat(engine.view("windows").get(1))
          .hasValueSatisfying(
              row ->
                  assertThat(row.values().toString())
                      .isEqualTo(
                          "[1, 2026-04-01T09:12:00Z, 2026-04-01T09:10:00Z, 2026-04-01T09:20:00Z]"));
      assertThat(engine.explain())
          .contains("window tumbling 10 min on at [key [id]; updating; state: no state]");
    }
  }

  @Test
  void whatIsNoWindowIsSaidWhenThePipelineIsBuilt() {
    assertThatThrownBy(() -> engine(tumbling(minutes(10))).view("window"))
        .hasMessageContaining("windows");
    assertThatThrownBy(
            () ->
                Pipeline.define(p -> p.stream("events", EVENT).window(tumbling(days(1)).on("id"))))
        .isInstanceOf(EngineException.class)
        .hasMessage(
            "window on stream 'events': column 'id' is int, not an instant; cast it, or name"
                + " another in .on(...)");
    assertThatThrownBy(
            () ->
                Pipeline.define(p -> p.stream("events", EVENT).window(tumbling(days(1)).on("et"))))
        .hasMessageContaining("did you mean 'at'");
    assertThatThrownBy(
            () ->
                Pipeline.define(
                    p ->
                        p.stream("events", EVENT)
                            .window(tumbling(days(1)).on("at"))
                            .window(tumbling(days(7)).on("at"))))
        .hasMessageContaining("rename it before: .rename(\"window_start\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tumbling(Duration.ZERO))
        .withMessageContaining("size=PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> hopping(minutes(10), minutes(3)))
        .withMessageContaining("step=PT3M");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tumbling(minutes(10)).offset(minutes(10)))
        .withMessageContaining("offset=PT10M");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tumbling(minutes(10)).in(ZoneId.of("Europe/Berlin")))
        .withMessageContaining("zone=Europe/Berlin");
  }

  @Test
  void whatIsMissingIsNamed() {
    // No zone would otherwise be UTC, and no idle time would be never.
    assertThatNullPointerException()
        .isThrownBy(() -> Windows.tumbling(Windows.days(1)).in(null))
        .withMessage("zone");
    assertThatNullPointerException()
        .isThrownBy(() -> Windows.tumbling(Windows.days(1)).offset(null))
        .withMessage("offset");
    assertThatNullPointerException().isThrownBy(() -> Windows.tumbling(null)).withMessage("size");
    assertThatNullPointerException()
        .isThrownBy(() -> Windows.hopping(Windows.days(1), null))
        .withMessage("step");
    assertThatNullPointerException()
        .isThrownBy(() -> Windows.outOfOrderBy(Duration.ZERO).idleAfter(null))
        .withMessage("idleAfter");
  }

  @Test
  void windowsSayWhatTheyAre() {
    assertThat(hopping(minutes(60), minutes(5)).offset(minutes(-1)))
        .hasToString("hopping 1 h by 5 min offset -1 min");
  }
}
