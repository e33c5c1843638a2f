package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who calls a listener, when, and what a slow or failing one does to others. */
@Timeout(120)
class SubscriptionTest {
  record Click(String user) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .groupBy(Click::user)
                  .aggregate(count().as("n"))
                  .materialize("clicks"));
  private static final SubscriptionSettings DEFAULTS = SubscriptionSettings.defaults();
  private static final EngineSettings HOST =
      EngineSettings.defaults().withThreading(Threading.HOST);

  private final List<Changes<Row>> told = Collections.synchronizedList(new ArrayList<>());

  private static Position click(Engine engine, String user) {
    return engine.stream("clicks", Click.class).append(new Click(user));
  }

  /** Appends so many rows and waits until they are in the view. */
  private static Position clicks(Engine engine, int rows) {
    Position at = Position.START;
    for (int i = 0; i < rows; i++) {
      at = click(engine, "u" + i % 3);
    }
    engine.view("clicks").await(at);
    return at;
  }

  private static Consumed consumed(Engine engine, SubscriptionSettings settings) {
    return new Consumed(engine, settings);
  }

  /** A listener that takes a permit for each call. */
  private static final class Consumed {
    private final Semaphore permits = new Semaphore(0);
    private final CountDownLatch called = new CountDownLatch(1);
    private final List<Changes<Row>> told = Collections.synchronizedList(new ArrayList<>());
    private final Subscription subscription;

    private Consumed(Engine engine, SubscriptionSettings settings) {
      subscription =
          engine
              .view("clicks")
              .subscribe(
                  settings,
                  changes -> {
                    if (!changes.isSnapshot()) {
                      called.countDown();
                      permits.acquireUninterruptibly();
                    }
                    told.add(changes);
                  });
    }

    private List<Changes.Kind> kinds() {
      return told.stream().map(Changes::kind).toList();
    }
  }

  @Test
  void aSlowListenerHoldsUpNeitherTheEngineNorOthers() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Consumed slow = consumed(engine, DEFAULTS.withQueueRows(3));
      Subscription quick = engine.view("clicks").subscribe(told::add);
      Position at = clicks(engine, 50);
      quick.await(at);
      assertThat(told).hasSize(51).extracting(Changes::position).isSorted();

      assertThat(slow.subscription.position()).isEqualTo(Position.START);
      slow.permits.release(1000);
      slow.subscription.await(at);
      assertThat(slow.kinds())
          .startsWith(Changes.Kind.SNAPSHOT, Changes.Kind.EPOCH)
          .endsWith(Changes.Kind.DIFFERENCE)
          .hasSizeLessThan(8);
      Changes<Row> last = slow.told.get(slow.told.size() - 1);
      assertThat(last.position()).isEqualTo(at);
      assertThat(last.after()).isEqualTo(slow.told.get(slow.told.size() - 2).position());
    }
  }

  @Test
  void theEngineWaitsForAListenerIfToldSo() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Consumed slow =
          consumed(engine, DEFAULTS.withQueueRows(1).withMaxWait(Duration.ofMinutes(1)));
      Position first = click(engine, "a");
      engine.view("clicks").await(first);
      CompletableFuture<Position> held =
          engine.stream("clicks", Click.class).appendAsync(List.of(new Click("b")));
      Position second = new Position(first.value() + 1);
      assertThatThrownBy(() -> engine.view("clicks").await(second, Duration.ofMillis(50)))
          .hasMessageContaining("not yet at 2");
      assertThat(held).isNotDone();
      slow.permits.release(2);
      assertThat(held.join()).isEqualTo(second);
      slow.subscription.await(second);
      assertThat(slow.kinds())
          .containsExactly(Changes.Kind.SNAPSHOT, Changes.Kind.EPOCH, Changes.Kind.EPOCH);
    }
  }

  @Test
  void theEngineWaitsNoLongerThanItWasTold() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Consumed slow =
          consumed(engine, DEFAULTS.withQueueRows(1).withMaxWait(Duration.ofMillis(20)));
      Position at = clicks(engine, 20);
      assertThat(slow.subscription.position()).isEqualTo(Position.START);
      slow.permits.release(1000);
      slow.subscription.await(at);
      assertThat(slow.kinds())
          .containsExactly(Changes.Kind.SNAPSHOT, Changes.Kind.EPOCH, Changes.Kind.DIFFERENCE);
    }
  }

  @Test
  void aListenerThatTheEngineWaitsForMayAppendAndWait() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      View<Row> view = engine.view("clicks");
      Subscription subscription =
          view.subscribe(
              DEFAULTS.withQueueRows(1).withMaxWait(Duration.ofHours(1)),
              changes -> {
                told.add(changes);
                if (told.size() < 20) {
                  view.await(click(engine, "from the listener"));
                }
              });
      subscription.await(new Position(19));
      assertThat(view.scan())
          .singleElement()
          .isEqualTo(Row.of(view.schema(), "from the listener", 19L));
    }
  }

  @Test
  void aListenerThatThrowsGetsTheSameAgain() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Subscription subscription =
          engine
              .view("clicks")
              .subscribe(
                  DEFAULTS.withAttempts(3).withRetryDelay(Duration.ofMillis(1)),
                  changes -> {
                    told.add(changes);
                    if (told.size() % 3 != 0) {
                      throw new IllegalStateException("not now");
                    }
                  });
      subscription.await(clicks(engine, 10));
      assertThat(subscription.failure()).isEmpty();
      assertThat(told).hasSize(33);
      for (int i = 0; i < told.size(); i += 3) {
        assertThat(told.subList(i, i + 3)).containsOnly(told.get(i));
      }
    }
  }

  @Test
  void whoAwaitsASubscriptionThatIsGivenUpIsToldWhyAndRestartingGoesOn() {
    AtomicInteger broken = new AtomicInteger(1);
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Subscription subscription =
          engine
              .view("clicks")
              .subscribe(
                  DEFAULTS.withQueueRows(2).withAttempts(2).withRetryDelay(Duration.ofMillis(1)),
                  changes -> {
                    if (broken.get() == 1 && !changes.isSnapshot()) {
                      throw new IllegalStateException("the database is down");
                    }
                    told.add(changes);
                  });
      Position at = clicks(engine, 30);
      assertThatThrownBy(() -> subscription.await(at))
          .isInstanceOf(EngineException.class)
          .hasMessageContaining("the database is down")
          .hasMessageContaining("restart()")
          .hasCauseInstanceOf(IllegalStateException.class);
      assertThat(subscription.failure()).containsInstanceOf(IllegalStateException.class);
      assertThat(subscription.position()).isEqualTo(Position.START);

      broken.set(0);
      subscription.restart();
      subscription.await(at);
      assertThat(subscription.failure()).isEmpty();
      assertThat(told)
          .extracting(Changes::kind)
          .startsWith(Changes.Kind.SNAPSHOT, Changes.Kind.EPOCH)
          .endsWith(Changes.Kind.DIFFERENCE);
      assertThat(told.get(1).position()).isEqualTo(new Position(1));
    }
  }

  @Test
  void whereTheHostStepsAFailedCallIsRepeatedWithTheNextStep() {
    try (Engine engine = Engine.inMemory(PIPELINE, HOST)) {
      AtomicInteger calls = new AtomicInteger();
      Subscription subscription =
          engine
              .view("clicks")
              .subscribe(
                  DEFAULTS.withAttempts(2),
                  changes -> {
                    if (calls.incrementAndGet() == 2) {
                      throw new IllegalStateException("once");
                    }
                    told.add(changes);
                  });
      click(engine, "a");
      engine.step();
      assertThat(told).hasSize(1);
      engine.step();
      assertThat(told).hasSize(2);
      assertThat(subscription.position()).isEqualTo(new Position(1));
      click(engine, "a");
      subscription.await(new Position(2));
      assertThat(told).hasSize(3);
      assertThatThrownBy(() -> subscription.await(new Position(3)))
          .hasMessageContaining("at position 2, not yet at 3");
    }
  }

  @Test
  void closingTheEngineDeliversWhatIsQueuedAndLeavesNoThread() throws InterruptedException {
    Engine engine = Engine.inMemory(PIPELINE);
    Consumed slow = consumed(engine, DEFAULTS.withQueueRows(5));
    Position at = clicks(engine, 20);
    slow.permits.release(1000);
    engine.close();
    assertThat(slow.told.get(slow.told.size() - 1).position()).isEqualTo(at);
    for (Thread thread : threads()) {
      thread.join(TimeUnit.MINUTES.toMillis(1)); // it has nothing to do, and may yet have to end
    }
    assertThat(threads()).isEmpty();
    assertThatThrownBy(() -> slow.subscription.await(new Position(99)))
        .hasMessageContaining("closed");
    assertThatThrownBy(slow.subscription::restart).hasMessageContaining("closed");
  }

  @Test
  void closingTheEngineDoesNotWaitForeverForAListener() throws Exception {
    Engine engine = Engine.inMemory(PIPELINE);
    CountDownLatch called = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    engine
        .view("clicks")
        .subscribe(
            DEFAULTS.withCloseTimeout(Duration.ofMillis(50)),
            changes -> {
              called.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
              }
            });
    clicks(engine, 3);
    called.await(); // or closing finds a thread that has not begun
    engine.close();
    assertThat(interrupted.await(1, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void aListenerThatWaitsForAPositionDoesNotHoldUpClosing() throws Exception {
    Engine engine = Engine.inMemory(PIPELINE);
    CountDownLatch waits = new CountDownLatch(1);
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    engine
        .view("clicks")
        .subscribe(
            DEFAULTS.withAttempts(1),
            changes -> {
              waits.countDown();
              try {
                engine.view("clicks").await(new Position(99), Duration.ofHours(1));
              } catch (EngineException e) {
                thrown.add(e);
              }
            });
    waits.await();
    engine.close();
    assertThat(thrown).singleElement().asString().contains("closed");
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .filter(thread -> thread.getName().equals("leat-subscriber-clicks"))
        .toList();
  }

  @Test
  void aClosedSubscriptionGetsNothingMore() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Consumed slow = consumed(engine, DEFAULTS);
      clicks(engine, 5);
      slow.subscription.close();
      slow.permits.release(1000);
      clicks(engine, 5);
      assertThat(slow.told).hasSizeLessThanOrEqualTo(2);
      assertThatThrownBy(() -> slow.subscription.await(new Position(1)))
          .hasMessageContaining("the subscription is closed");
    }
  }

  @Test
  void aListenerMayCloseItsSubscription() {
    try (Engine engine = Engine.inMemory(PIPELINE, HOST)) {
      List<Subscription> self = new ArrayList<>();
      self.add(
          engine
              .view("clicks")
              .subscribe(
                  changes -> {
                    told.add(changes);
                    self.forEach(Subscription::close);
                  }));
      for (int i = 0; i < 3; i++) {
        click(engine, "a");
        engine.step();
      }
      assertThat(told).hasSize(2);
    }
  }

  @Test
  void anExecutorOfTheHostsCallsManyListeners() {
    ExecutorService one =
        Executors.newSingleThreadExecutor(task -> new Thread(task, "of-the-host"));
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      List<Subscription> subscriptions = new ArrayList<>();
      List<String> names = Collections.synchronizedList(new ArrayList<>());
      for (int i = 0; i < 10; i++) {
        subscriptions.add(
            engine
                .view("clicks")
                .subscribe(
                    DEFAULTS.withExecutor(one),
                    changes -> names.add(Thread.currentThread().getName())));
      }
      Position at = clicks(engine, 100);
      subscriptions.forEach(subscription -> subscription.await(at));
      assertThat(names).hasSize(1010).containsOnly("of-the-host");
    } finally {
      one.shutdownNow();
    }
  }

  @Test
  void anExecutorThatRefusesIsAFailureOfTheSubscriptionAlone() throws Exception {
    ExecutorService one = Executors.newSingleThreadExecutor();
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Subscription subscription =
          engine.view("clicks").subscribe(DEFAULTS.withExecutor(one), told::add);
      subscription.await(clicks(engine, 1));
      // Its only thread may still look for more, and would find the next rows.
      one.submit(() -> {}).get(1, TimeUnit.MINUTES);
      one.shutdownNow();
      Position at = clicks(engine, 5);
      assertThatThrownBy(() -> subscription.await(at)).hasMessageContaining("RejectedExecution");
    }
  }

  @Test
  void settingsAreChecked() {
    assertThatThrownBy(() -> DEFAULTS.withQueueRows(0)).hasMessageContaining("queue-rows=0");
    assertThatThrownBy(() -> DEFAULTS.withAttempts(0)).hasMessageContaining("attempts=0");
    assertThatThrownBy(() -> DEFAULTS.withMaxWait(Duration.ofMillis(-1)))
        .hasMessageContaining("max-wait");
    assertThatThrownBy(() -> DEFAULTS.withRetryDelay(Duration.ZERO))
        .hasMessageContaining("retry-delay must be more than zero");
    assertThatThrownBy(() -> DEFAULTS.withCloseTimeout(Duration.ofDays(1)))
        .hasMessageContaining("close-timeout");
  }
}
