package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.countDistinct;

import dev.leat.engine.plan.EventTimeBounds;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Clicks in windows that close, under a clock that a test moves: for the tests of when they do. */
abstract class ClosingClicks {
  record Click(String user, @Nullable Instant eventTime) {}

  static final Instant NINE = Instant.parse("2026-04-01T09:00:00Z");

  /** A clock that a test moves. */
  static final class MovedClock extends Clock {
    Instant now = NINE;

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  final MovedClock clock = new MovedClock();

  EngineSettings settings() {
    return EngineSettings.defaults().withThreading(Threading.HOST).withClock(clock);
  }

  static Pipeline pipeline(Windows window, EventTimeBounds bounds, Duration lateness) {
    return Pipeline.define(
        p -> {
          p.stream("clicks", Click.class)
              .eventTime(Click::eventTime, bounds)
              .window(window.on(Click::eventTime))
              .closing(lateness)
              .groupBy("window_start", "window_end")
              .aggregate(count().as("n"), countDistinct(Click::user).as("users"))
              .materialize("closed");
        });
  }

  static void click(Engine engine, String user, @Nullable String time) {
    Instant at = time == null ? null : Instant.parse("2026-04-01T" + time + "Z");
    engine.stream("clicks", Click.class).append(new Click(user, at));
    engine.step();
  }

  static List<String> closed(Engine engine) {
    return engine.view("closed").scan().stream().map(row -> row.values().toString()).toList();
  }

  static String window(String start, String end, int n, int users) {
    return "[2026-04-01T" + start + "Z, 2026-04-01T" + end + "Z, " + n + ", " + users + "]";
  }

  void run(Pipeline pipeline, Consumer<Engine> test) {
    try (Engine engine = Engine.inMemory(pipeline, settings())) {
      test.accept(engine);
    }
  }
}
