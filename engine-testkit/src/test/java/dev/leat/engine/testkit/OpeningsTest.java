package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
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
import dev.leat.engine.Row;
import dev.leat.engine.Threading;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.plan.EventTimeBounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream is not silent for as long as the engine is closed. */
class OpeningsTest {
  record Click(String user, Instant at) {}

  private static final EventTimeBounds NEVER_IDLE = outOfOrderBy(Duration.ZERO);
  private static final EventTimeBounds IDLE = NEVER_IDLE.idleAfter(minutes(2));

  @TempDir Path temp;

  private final TestClock clock = new TestClock(START);
  private final EngineSettings settings =
      EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);

  private static Pipeline pipeline(EventTimeBounds bounds) {
    return Pipeline.define(
        p -> {
          Relation<Click> web = p.stream("web", Click.class).eventTime(Click::at, bounds);
          Relation<Click> app = p.stream("app", Click.class).eventTime(Click::at, bounds);
          web.union(app)
              .window(tumbling(minutes(1)).on(Click::at))
              .closing(Duration.ZERO)
              .groupBy("window_start", "window_end")
              .aggregate(count().as("n"))
              .materialize("windows");
        });
  }

  private Engine open() {
    return Engine.open(temp.resolve("engine"), pipeline(IDLE), settings);
  }

  private static void click(Engine engine, String stream, long second) {
    engine.stream(stream, Click.class).append(new Click("u", START.plusSeconds(second)));
    engine.step();
  }

  /** Of web, which holds the first window back, and of app, which is ahead of it. */
  private static void firstClicks(Engine engine) {
    click(engine, "web", 10);
    click(engine, "app", 90);
  }

  private static long closed(Engine engine) {
    return engine.view("windows").count();
  }

  private static String whyStalled(Engine engine) {
    return String.join("\n", engine.whyStalled("windows"));
  }

  @Test
  void whatWaitedWhileTheEngineWasClosedIsNotLate() {
    try (Engine engine = open()) {
      firstClicks(engine);
    }
    clock.advance(Duration.ofHours(1));
    try (Engine engine = open()) {
      Position position = engine.position();
      assertThat(engine.step()).isZero();
      assertThat(engine.position()).isEqualTo(position);
      assertThat(whyStalled(engine))
          .contains(
              "stream 'web' holds it at 2026-01-01T00:00:10Z, as its greatest event time is"
                  + " 2026-01-01T00:00:10Z; its last row came at 2026-01-01T00:00:00Z, and it is"
                  + " not idle before PT2M without one, counted from 2026-01-01T01:00:00Z, when"
                  + " the engine was opened");
      clock.advance(seconds(1));
      click(engine, "app", 3600);
      assertThat(closed(engine)).isZero();
      assertThat(whyStalled(engine))
          .contains("counted from 2026-01-01T01:00:00Z, when the engine was opened");
      clock.advance(seconds(118));
      click(engine, "web", 11);
      assertThat(engine.ledger().count()).isZero();
      assertThat(whyStalled(engine)).doesNotContain("opened");
    }
  }

  @Test
  void aStreamIsIdleWhenNothingCameForLongEnoughSinceTheOpening() {
    try (Engine engine = open()) {
      firstClicks(engine);
    }
    clock.advance(Duration.ofHours(1));
    try (Engine engine = open()) {
      clock.advance(seconds(119));
      engine.step();
      assertThat(closed(engine)).isZero();
      clock.advance(seconds(1));
      assertThat(whyStalled(engine)).contains("is idle since 2026-01-01T01:02:00Z");
      engine.step();
      assertThat(closed(engine)).isEqualTo(1);
      click(engine, "web", 11);
      assertThat(engine.ledger().count()).isEqualTo(1);
    }
  }

  @Test
  void ofSeveralRestartsTheLastOpeningCounts() {
    Position position;
    try (Engine engine = open()) {
      firstClicks(engine);
      position = engine.position();
    }
    for (int i = 0; i < 3; i++) {
      clock.advance(seconds(119));
      try (Engine engine = open()) {
        clock.advance(seconds(119));
        assertThat(engine.step()).isZero();
        assertThat(engine.position()).isEqualTo(position);
      }
    }
    try (Engine engine = open()) {
      click(engine, "app", 95);
      clock.advance(seconds(119));
      click(engine, "app", 96);
      assertThat(closed(engine)).isZero();
      click(engine, "web", 11);
      assertThat(engine.ledger().count()).isZero();
    }
  }

  @Test
  void anOpeningThatNoEpochHasSaidIsNotMissedWhenTheProcessDies() {
    FaultyIo io = FaultyIo.inOneThread(SystemIo.INSTANCE, clock);
    Path directory = temp.resolve("killed");
    EngineSettings onIo = settings.withClock(io.clock());
    Engine engine = EngineOnFiles.open(directory, pipeline(IDLE), onIo, io, 1);
    firstClicks(engine);
    for (int i = 0; i < 3; i++) {
      kill(engine, io);
      clock.advance(Duration.ofHours(1));
      engine = EngineOnFiles.open(directory, pipeline(IDLE), onIo, io, 1);
      engine.checkpoint();
    }
    click(engine, "app", 95);
    click(engine, "web", 11);
    kill(engine, io);
    engine = EngineOnFiles.open(directory, pipeline(IDLE), onIo, io, 1);
    assertThat(engine.ledger().count()).isZero();
    assertThat(engine.acceptedRows()).containsEntry("web", 2L).containsEntry("app", 2L);
    engine.close();
  }

  private static void kill(Engine engine, FaultyIo io) {
    io.kill();
    try {
      engine.close();
    } catch (RuntimeException e) {
      assertThat(io.isDead()).isTrue();
    }
    io.restart();
  }

  @Test
  void aReplayGivesTheSame() throws IOException {
    List<Row> windows;
    List<?> late;
    try (Engine engine = open()) {
      firstClicks(engine);
    }
    clock.advance(Duration.ofHours(1));
    try (Engine engine = open()) {
      click(engine, "app", 300);
      click(engine, "web", 11);
    }
    clock.advance(Duration.ofHours(1));
    try (Engine engine = open()) {
      clock.advance(minutes(2));
      engine.step();
      click(engine, "web", 12);
      windows = engine.view("windows").scan();
      late = engine.ledger().scan();
    }
    assertThat(windows).hasSize(2);
    assertThat(late).hasSize(1);
    try (Engine engine = open()) {
      assertThat(engine.view("windows").scan()).isEqualTo(windows);
      assertThat(engine.ledger().scan()).isEqualTo(late);
    }
    deleteCheckpoints();
    clock.advance(Duration.ofHours(1));
    try (Engine engine = open()) {
      assertThat(engine.view("windows").scan()).isEqualTo(windows);
      assertThat(engine.ledger().scan()).isEqualTo(late);
    }
  }

  private void deleteCheckpoints() throws IOException {
    try (Stream<Path> files = Files.list(temp.resolve("engine/checkpoints"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void streamsThatAreDeclaredIdleLaterHaveTheirOpeningsToo() {
    Path directory = temp.resolve("engine");
    try (Engine engine = Engine.open(directory, pipeline(NEVER_IDLE), settings)) {
      firstClicks(engine);
    }
    clock.advance(Duration.ofHours(1));
    try (Engine engine = Engine.open(directory, pipeline(NEVER_IDLE), settings)) {
      click(engine, "app", 100);
      click(engine, "web", 11);
    }
    try (Engine engine = open()) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(engine.backfill()).isEmpty();
      assertThat(engine.ledger().count()).isZero();
      assertThat(closed(engine)).isZero();
    }
  }

  @Test
  void aClockThatWasSetBackMeanwhileMakesNoStreamIdle() {
    try (Engine engine = open()) {
      click(engine, "web", 10);
      clock.advance(seconds(119));
      click(engine, "app", 90);
    }
    clock.jump(Duration.ofSeconds(-90));
    try (Engine engine = open()) {
      // It stood at 119 s before, so that is when the engine was opened, and 239 s is the end.
      clock.advance(Duration.ofSeconds(90 + 119));
      click(engine, "app", 91);
      assertThat(closed(engine)).isZero();
      clock.advance(seconds(1));
      click(engine, "app", 92);
      assertThat(closed(engine)).isEqualTo(1);
    }
  }

  @Test
  void aClockThatWasWrongWhenTheEngineWasOpenedIsNotBelieved() {
    try (Engine engine = open()) {
      firstClicks(engine);
    }
    clock.jump(Duration.ofDays(3650));
    try (Engine engine = open()) {
      clock.jump(Duration.ofDays(-3650));
      clock.advance(seconds(1));
      click(engine, "app", 91);
      clock.advance(minutes(2));
      click(engine, "app", 92);
      assertThat(closed(engine)).isEqualTo(1);
    }
  }
}
