package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a host does wrong, on purpose or not, hurts nobody but itself. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileHostTest {
  record Event(String text, BigDecimal amount) {}

  /** A record that does not take every row that its view has. */
  record Picky(long n) {
    Picky {
      if (n > 1) {
        throw new IllegalArgumentException("n=" + n);
      }
    }
  }

  record Blob(byte[] bytes, long n) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p -> {
            Relation<Event> events = p.stream("events", Event.class);
            events.aggregate(count().as("n")).materialize("n");
            events.aggregate(sum(Event::amount).as("sum")).materialize("sum");
            events.groupBy(Event::text).aggregate(count().as("n")).materialize("texts");
          });

  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  private static Event event(String text) {
    return new Event(text, BigDecimal.ONE);
  }

  @Test
  void whatARefusedAppendWroteIsNotInTheNextRecord(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      List<Event> tooMuch = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        tooMuch.add(event(i + "x".repeat(1 << 20)));
      }
      for (int i = 0; i < 3; i++) {
        events.append(event("a"));
        assertThatThrownBy(() -> events.append(tooMuch)).hasMessageContaining("split it");
      }
      Position at = events.append(event("b"));
      assertThat(engine.view("n").await(at).get().orElseThrow().values()).containsExactly(4L);
    }
  }

  @Test
  void aRecordThatRefusesARowEndsItsSubscriptionOnly() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Subscription subscription = engine.view("n", Picky.class).subscribe(changes -> {});
      StreamInput<Event> events = engine.stream("events", Event.class);
      events.append(event("a"));
      Position at = events.append(event("b"));
      engine.view("n").await(at);
      Position last = events.append(event("c"));
      engine.view("n").await(last);
      assertThat(subscription.failure()).get().asString().contains("n=2");
      assertThatThrownBy(() -> engine.view("n", Picky.class).subscribe(changes -> {}))
          .hasMessageContaining("n=3");
      engine.view("n").await(events.append(event("d")));
    }
  }

  @Test
  void anErrorInASubscriberEndsItsSubscriptionOnly() {
    try (Engine engine = Engine.inMemory(PIPELINE, HOST)) {
      Subscription subscription =
          engine
              .view("n")
              .subscribe(
                  changes -> {
                    throw new AssertionError("no");
                  });
      engine.stream("events", Event.class).append(event("a"));
      assertThat(engine.step()).isEqualTo(1);
      assertThat(subscription.failure()).get().isInstanceOf(AssertionError.class);
    }
  }

  @Test
  void aTinyDecimalIsZeroAtOnce() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      events.append(new Event("a", new BigDecimal("1E-300000000")));
      Position at = events.append(new Event("a", new BigDecimal("0E-300000000")));
      assertThat(engine.view("sum").await(at).get().orElseThrow().values())
          .containsExactly(new BigDecimal("0E-9"));
      assertThatThrownBy(() -> events.append(new Event("a", new BigDecimal("1E300000000"))))
          .hasMessageContaining("column 'amount' (decimal(38,9)) does not take");
    }
  }

  private static void refusedInSubscriber(Engine engine, Consumer<Engine> misuse) {
    Subscription subscription =
        engine
            .view("n")
            .subscribe(
                changes -> {
                  if (!changes.isSnapshot()) {
                    misuse.accept(engine);
                  }
                });
    engine.stream("events", Event.class).append(event("a"));
    engine.step();
    assertThat(subscription.failure()).get().asString().contains("a subscriber");
  }

  @Test
  void aSubscriberDoesNotMakeTheEngineWaitForItself() {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (Engine engine = Engine.inMemory(PIPELINE, HOST)) {
      refusedInSubscriber(engine, Engine::step);
      refusedInSubscriber(engine, Engine::close);
      engine
          .view("n")
          .subscribe(
              changes -> {
                try {
                  engine.view("n").await(new Position(99));
                } catch (EngineException e) {
                  failures.add(e);
                }
              });
      assertThat(failures).singleElement().asString().contains("a subscriber must not step");
    }
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      failures.clear();
      engine
          .view("n")
          .subscribe(
              changes -> {
                try {
                  engine.stream("events", Event.class).append(event("a"));
                } catch (EngineException e) {
                  failures.add(e);
                }
              });
      assertThat(failures).singleElement().asString().contains("a subscriber must not append");
    }
  }

  @Test
  void whatFollowsAnAcknowledgementMayAppend(@TempDir Path directory) throws Exception {
    EngineSettings synced = EngineSettings.defaults().withDurability(Durability.SYNCED);
    try (Engine engine = Engine.open(directory, PIPELINE, synced)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      Position second =
          events
              .appendAsync(List.of(event("a")))
              .thenApply(position -> events.append(event("b")))
              .get(30, TimeUnit.SECONDS);
      assertThat(second).isGreaterThan(Position.START);
    }
  }

  @Test
  void anInputThatNeverHadARowCanBeRemoved(@TempDir Path directory) {
    Pipeline more =
        Pipeline.define(
            p -> {
              p.stream("unused", Picky.class);
              p.stream("events", Event.class).aggregate(count().as("n")).materialize("n");
            });
    try (Engine engine = Engine.open(directory, more)) {
      engine.stream("events", Event.class).append(event("a"));
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      assertThat(engine.view("n").get().orElseThrow().values()).containsExactly(1L);
    }
  }

  @Test
  void theLedgerShowsBytesAsTheyAre() {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("blobs", Blob.class)
                    .select(
                        Expressions.lit(1L).dividedBy(Expressions.col("n")).as("share"),
                        Expressions.col("bytes"))
                    .acceptGrowth("a test")
                    .materialize("shares"));
    try (Engine engine = Engine.inMemory(pipeline, HOST)) {
      engine.stream("blobs", Blob.class).append(new Blob(new byte[] {1, (byte) 0xff}, 0));
      engine.step();
      assertThat(engine.ledger().scan())
          .singleElement()
          .satisfies(entry -> assertThat(entry.row()).isEqualTo("{bytes=x'01ff', n=0}"));
    }
  }
}
