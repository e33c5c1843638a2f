package dev.leat.engine;

import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a host does wrong, on purpose or not, hurts nobody but itself. */
class HostileHostTest {
  record Event(String id, long value) {}

  record Checked(String id, long n) {
    Checked {
      if (n > 2) {
        throw new IllegalArgumentException("n is at most 2");
      }
    }
  }

  record Money(String id, BigDecimal amount) {}

  record Blob(long id, byte[] bytes) {}

  /** Only what hangs takes so long, however busy the machine is. */
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  private static Pipeline counts() {
    return Pipeline.define(
        p ->
            p.stream("s", Event.class)
                .groupBy(Event::id)
                .aggregate(count().as("n"))
                .acceptGrowth("a test")
                .materialize("v"));
  }

  private static void appendsAndSees(Engine engine, int times) {
    StreamInput<Event> stream = engine.stream("s", Event.class);
    for (int i = 0; i < times; i++) {
      engine.view("v").await(stream.append(new Event("a", 1)), LIMIT);
    }
  }

  @Test
  void refusedOversizedAppendLeavesNothingInTheEpoch(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, counts(), HOST)) {
      StreamInput<Event> stream = engine.stream("s", Event.class);
      stream.append(new Event("a", 1));
      List<Event> large = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        large.add(new Event(i + "x".repeat(1 << 20), 1));
      }
      assertThrows(EngineException.class, () -> stream.append(large));
      assertEquals(1, engine.step());
    }
  }

  @Test
  void rejectedLinesAndOneLargeAppendFitOneRecord(@TempDir Path directory) {
    try (Engine engine = Engine.open(directory, counts(), HOST)) {
      engine.ndjson("s").append(("\u4e2d".repeat(1100) + "\n").repeat(7900));
      List<Event> large = new ArrayList<>();
      for (int i = 0; i < 15; i++) {
        large.add(new Event(i + "x".repeat(1 << 20), 1));
      }
      engine.stream("s", Event.class).append(large);
      assertTrue(engine.step() > 0);
    }
  }

  @Test
  void recordThatThrowsInAChangeFeedDoesNotStopTheEngine() {
    try (Engine engine = Engine.inMemory(counts(), HOST)) {
      StreamInput<Event> stream = engine.stream("s", Event.class);
      Subscription subscription = engine.view("v", Checked.class).subscribe(changes -> {});
      for (int i = 0; i < 9; i++) {
        stream.append(new Event("a", 1));
        engine.step();
      }
      assertThat(subscription.failure()).get().asString().contains("n is at most 2");
      assertEquals(new Position(2), subscription.position());
    }
  }

  @Test
  void recordThatThrowsForTheFirstRowsIsAFailureLikeAnother() {
    try (Engine engine = Engine.inMemory(counts())) {
      appendsAndSees(engine, 5);
      Subscription subscription =
          engine
              .view("v", Checked.class)
              .subscribe(SubscriptionSettings.defaults().withAttempts(1), changes -> {});
      EngineException refused =
          assertThrows(EngineException.class, () -> subscription.await(engine.position(), LIMIT));
      assertThat(refused).hasMessageContaining("n is at most 2");
      appendsAndSees(engine, 3);
    }
  }

  @Test
  void errorThrownByASubscriberDoesNotStopTheEngine() {
    try (Engine engine = Engine.inMemory(counts())) {
      Subscription subscription =
          engine
              .view("v")
              .subscribe(
                  SubscriptionSettings.defaults()
                      .withAttempts(2)
                      .withRetryDelay(Duration.ofNanos(1)),
                  changes -> {
                    if (!changes.isSnapshot()) {
                      throw new AssertionError("of a test");
                    }
                  });
      appendsAndSees(engine, 3);
      assertThrows(EngineException.class, () -> subscription.await(new Position(1), LIMIT));
      assertThat(subscription.failure()).containsInstanceOf(AssertionError.class);
    }
  }

  @Test
  void bytesInTheLedgerAreTheSameAfterAReplay(@TempDir Path directory) {
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("s", Blob.class)
                    .select(col("bytes"), lit(1L).dividedBy(col("id")).as("q"))
                    .acceptGrowth("a test")
                    .materialize("v"));
    List<LedgerEntry> before;
    try (Engine engine = Engine.open(directory, pipeline)) {
      engine.view("v").await(engine.stream("s", Blob.class).append(new Blob(0, new byte[] {1, 2})));
      before = engine.ledger().scan();
    }
    try (Engine engine = Engine.open(directory, pipeline)) {
      assertEquals(before, engine.ledger().scan());
      assertFalse(before.toString().contains("[B@"), before.toString());
    }
  }

  @Test
  void tinyDecimalIsTakenAtOnce() {
    Pipeline pipeline =
        Pipeline.define(p -> p.stream("s", Money.class).acceptGrowth("a test").materialize("v"));
    Engine engine = Engine.inMemory(pipeline);
    assertTimeoutPreemptively(
        LIMIT,
        () ->
            engine.stream("s", Money.class).append(new Money("a", new BigDecimal("1E-30000000"))));
  }

  @Test
  void appendInTheCallbackOfASyncedAppendDoesNotHang(@TempDir Path directory) throws Exception {
    EngineSettings synced = EngineSettings.defaults().withDurability(Durability.SYNCED);
    Engine engine = Engine.open(directory, counts(), synced);
    StreamInput<Event> stream = engine.stream("s", Event.class);
    // Either it works or it is refused with a message, as on the engine's own thread.
    stream
        .appendAsync(List.of(new Event("a", 1)))
        .thenApply(position -> stream.append(new Event("b", 1)))
        .handle((position, refused) -> true)
        .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    engine.close();
  }

  @Test
  void closeInsideATransactionIsRefused() {
    Engine engine = Engine.inMemory(counts());
    assertTimeoutPreemptively(
        LIMIT,
        () ->
            assertThrows(
                RuntimeException.class, () -> engine.append(transaction -> engine.close())));
  }

  @Test
  void awaitInsideATransactionIsRefused() {
    Engine engine = Engine.inMemory(counts());
    StreamInput<Event> stream = engine.stream("s", Event.class);
    assertTimeoutPreemptively(
        LIMIT,
        () ->
            assertThrows(
                EngineException.class,
                () ->
                    engine.append(
                        transaction -> {
                          transaction.append(stream, new Event("a", 1));
                          engine.view("v").await(new Position(1));
                        })));
  }

  @Test
  void listenersGetEpochsInOrderIfOneOfThemAwaits() {
    try (Engine engine = Engine.inMemory(counts(), HOST)) {
      StreamInput<Event> stream = engine.stream("s", Event.class);
      engine
          .view("v")
          .subscribe(
              changes -> {
                long at = changes.position().value();
                if (!changes.isSnapshot() && at < 3) {
                  try {
                    stream.append(new Event("x", 1));
                    engine.view("v").await(new Position(at + 1));
                  } catch (EngineException refused) {
                    // A refusal is as good.
                  }
                }
              });
      List<Long> positions = new ArrayList<>();
      engine.view("v").subscribe(changes -> positions.add(changes.position().value()));
      stream.append(new Event("a", 1));
      engine.step();
      assertEquals(positions.stream().sorted().toList(), positions);
    }
  }

  @Test
  void streamOfAnotherEngineInATransactionIsRefusedClearly() {
    Pipeline other =
        Pipeline.define(
            p -> p.stream("other", Blob.class).acceptGrowth("a test").materialize("other"));
    try (Engine engine = Engine.inMemory(counts());
        Engine another = Engine.inMemory(other)) {
      StreamInput<Blob> stream = another.stream("other", Blob.class);
      RuntimeException refused =
          assertThrows(
              RuntimeException.class,
              () -> engine.append(t -> t.append(stream, new Blob(1, new byte[0]))));
      assertTrue(refused.getMessage().contains("other"), refused.toString());
    }
  }

  @Test
  void inputThatNeverHadARowCanBeRemoved(@TempDir Path directory) {
    Pipeline two =
        Pipeline.define(
            p -> {
              p.stream("s", Event.class).aggregate(count().as("n")).materialize("n");
              p.stream("unused", Event.class).aggregate(count().as("n")).materialize("m");
            });
    try (Engine engine = Engine.open(directory, two)) {
      engine.stream("s", Event.class).append(new Event("a", 1));
    }
    Engine.open(directory, counts()).close();
  }

  private static void refusedInSubscriber(Engine engine, Consumer<Engine> misuse) {
    Subscription subscription =
        engine
            .view("v")
            .subscribe(
                SubscriptionSettings.defaults().withAttempts(1),
                changes -> {
                  if (!changes.isSnapshot()) {
                    misuse.accept(engine);
                  }
                });
    engine.stream("s", Event.class).append(new Event("a", 1));
    engine.step();
    assertThat(subscription.failure()).get().asString().contains("a subscriber");
  }

  @Test
  void aSubscriberDoesNotMakeTheEngineWaitForItself() {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (Engine engine = Engine.inMemory(counts(), HOST)) {
      refusedInSubscriber(engine, Engine::step);
      refusedInSubscriber(engine, Engine::close);
      engine
          .view("v")
          .subscribe(
              changes -> {
                try {
                  engine.view("v").await(new Position(99));
                } catch (EngineException e) {
                  failures.add(e);
                }
              });
      assertThat(failures).singleElement().asString().contains("a subscriber must not step");
    }
  }

  @Test
  void aSubscriberOnItsOwnThreadCannotCloseTheEngineNorWaitForItself() {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    AtomicReference<Subscription> itself = new AtomicReference<>();
    try (Engine engine = Engine.inMemory(counts())) {
      Subscription subscription =
          engine
              .view("v")
              .subscribe(
                  changes -> {
                    if (changes.isSnapshot()) {
                      return;
                    }
                    for (Runnable misuse :
                        List.<Runnable>of(
                            engine::close, () -> itself.get().await(new Position(99)))) {
                      try {
                        misuse.run();
                      } catch (EngineException e) {
                        failures.add(e);
                      }
                    }
                  });
      itself.set(subscription);
      subscription.await(engine.stream("s", Event.class).append(new Event("a", 1)));
    }
    assertThat(failures).hasSize(2);
    assertThat(failures.get(0)).hasMessageContaining("a subscriber cannot close the engine");
    assertThat(failures.get(1)).hasMessageContaining("a subscriber must not wait for its own");
  }

  @Test
  void aFunctionOfThePipelineCannotAppendAndWait() {
    AtomicReference<Engine> engine = new AtomicReference<>();
    Pipeline pipeline =
        Pipeline.define(
            p ->
                p.stream("s", Event.class)
                    .select(
                        call("appends", Type.LONG, id -> appendTo(engine.get()), col("id"))
                            .as("at"))
                    .acceptGrowth("a test")
                    .materialize("v"));
    engine.set(Engine.inMemory(pipeline));
    try (Engine open = engine.get()) {
      open.view("v").await(open.stream("s", Event.class).append(new Event("a", 1)));
      assertThat(open.ledger().scan())
          .singleElement()
          .asString()
          .contains("must not append and wait");
    }
  }

  private static Object appendTo(@Nullable Engine engine) {
    Engine open = Objects.requireNonNull(engine);
    return open.stream("s", Event.class).append(new Event("b", 1)).value();
  }
}
