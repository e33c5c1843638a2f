package dev.leat.engine.testkit;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.Engine;
import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.EngineSettings;
import dev.leat.engine.Pipeline;
import dev.leat.engine.Position;
import dev.leat.engine.Retention;
import dev.leat.engine.Threading;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log with a byte budget, and sinks that have not come as far as its oldest records. */
class SinkHoldsLogTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int NOTE = 2_000_000;
  private static final int MANY = 80;

  record Event(String user, String note) {}

  @TempDir private Path directory;
  private final SinkFaults faults = new SinkFaults();
  private final MemorySink slow = new MemorySink(faults);
  private final MemorySink other = new MemorySink();
  private final Pipeline pipeline =
      Pipeline.define(
          p -> {
            var counts =
                p.stream("events", Event.class)
                    .groupBy(Event::user)
                    .aggregate(count().as("n"))
                    .acceptGrowth("a test");
            counts.to("slow", slow);
            counts.to("other", other);
            counts.materialize("counts");
          });

  private Engine open(Threading threading) {
    return Engine.open(
        directory,
        pipeline,
        EngineSettings.defaults()
            .withThreading(threading)
            .withSegmentBytes(8 << 20)
            .withRetention(Retention.ofBytes(128 << 20)));
  }

  private static void append(Engine engine, Threading threading) {
    engine.stream("events", Event.class).append(new Event("a", "n".repeat(NOTE)));
    if (threading == Threading.HOST) {
      engine.step();
    }
  }

  /** Appends until the log takes nothing more. */
  private static @Nullable EngineException fill(Engine engine, Threading threading) {
    for (int i = 0; i < MANY; i++) {
      try {
        append(engine, threading);
        if (i % 10 == 9) {
          engine.checkpoint();
        }
      } catch (EngineException e) {
        return e;
      }
    }
    return null;
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void theErrorNamesTheSinkAndTheLogGoesOnWhenItHasCaughtUp(Threading threading) {
    try (Engine engine = open(threading)) {
      append(engine, threading);
      engine.awaitSink("slow", engine.position(), PATIENCE);
      engine.checkpoint();
      faults.failAlways(true);
      EngineException full = fill(engine, threading);
      assertThat(full)
          .isNotNull()
          .hasMessageContaining("held_by=sink 'slow'")
          .hasMessageContaining("Engine.sinkStatus")
          .hasMessageNotContaining("recovery")
          .hasMessageNotContaining("'other'");
      assertThat(full.kind()).isEqualTo(Kind.FULL);
      // Nothing came in since, so that no checkpoint is due that would let the log go.
      engine.checkpoint();
      faults.failAlways(false);
      engine.awaitSink("slow", engine.position(), PATIENCE);
      long before = engine.position().value();
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      boolean isTaken = false;
      while (!isTaken && System.nanoTime() < deadline) {
        isTaken = appendOrStep(engine, threading);
      }
      assertThat(isTaken).isTrue();
      // A row that is in the log may not be in the views yet.
      engine.view("counts").await(new Position(before + 1), PATIENCE);
      assertThat(engine.position().value()).isEqualTo(before + 1);
      assertThat(fill(engine, threading)).isNull();
      engine.awaitSink("slow", engine.position(), PATIENCE);
      assertThat(slow.rows()).containsExactlyElementsOf(engine.view("counts").scan());
    }
  }

  /** Is the row taken? A host that steps has the row that was refused in the engine already. */
  private static boolean appendOrStep(Engine engine, Threading threading) {
    try {
      if (threading == Threading.HOST) {
        engine.step();
      } else {
        append(engine, threading);
      }
      return true;
    } catch (EngineException e) {
      assertThat(e.kind()).isEqualTo(Kind.FULL);
      return false;
    }
  }

  @Test
  void stepsOfAHostBringASinkThatRecoveredOnThoughTheLogIsFull() {
    try (Engine engine = open(Threading.HOST)) {
      append(engine, Threading.HOST);
      engine.awaitSink("slow", engine.position(), PATIENCE);
      engine.checkpoint();
      faults.failAlways(true);
      assertThat(fill(engine, Threading.HOST)).isNotNull();
      faults.failAlways(false);
      long before = engine.position().value();
      for (int i = 0; i < 5; i++) {
        appendOrStep(engine, Threading.HOST);
      }
      assertThat(engine.position().value()).isEqualTo(before + 1);
    }
  }

  @Test
  void whatASinkHoldsIsThereWhenTheEngineIsOpenedAgain() {
    try (Engine engine = open(Threading.OWN_THREAD)) {
      append(engine, Threading.OWN_THREAD);
      engine.awaitSink("slow", engine.position(), PATIENCE);
      engine.checkpoint();
      faults.failAlways(true);
      assertThat(fill(engine, Threading.OWN_THREAD)).isNotNull();
    }
    faults.failAlways(false);
    try (Engine engine = open(Threading.HOST)) {
      engine.awaitSink("slow", engine.position(), PATIENCE);
      assertThat(slow.rows()).containsExactlyElementsOf(engine.view("counts").scan());
      engine.checkpoint(); // lets the log go of what the sink needed
      assertThat(fill(engine, Threading.HOST)).isNull();
    }
  }
}
