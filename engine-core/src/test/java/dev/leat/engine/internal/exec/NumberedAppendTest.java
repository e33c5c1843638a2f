package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.log.RecordVisitor;
import dev.leat.engine.plan.AggregateCall;
import dev.leat.engine.plan.AggregateFunction;
import dev.leat.engine.plan.Node;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.ViewDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Appends that their producers number are made once, whoever repeats them and when. */
@Timeout(60)
class NumberedAppendTest {
  /** A log that asks before it takes a record. */
  private static final class AskingLog implements EventLog {
    private final List<Long> awaited = Collections.synchronizedList(new ArrayList<>());
    private volatile Runnable beforeAppend = () -> {};
    private final AtomicLong last = new AtomicLong();

    @Override
    public UUID id() {
      return new UUID(0, 1);
    }

    @Override
    public long append(byte[] payload, int offset, int length) {
      beforeAppend.run();
      return last.incrementAndGet();
    }

    @Override
    public long lastPosition() {
      return last.get();
    }

    @Override
    public long syncedPosition() {
      return last.get();
    }

    @Override
    public void awaitSynced(long position) {
      awaited.add(position);
    }

    @Override
    public void onSynced(LongConsumer listener) {}

    @Override
    public void onSyncFailed(Consumer<EngineException> listener) {}

    @Override
    public long firstPosition() {
      return lastPosition() + 1;
    }

    @Override
    public void release(long position) {}

    @Override
    public Reader reader(String holder, long from) {
      throw new UnsupportedOperationException(holder);
    }

    @Override
    public Hold hold(String holder, long from) {
      throw new UnsupportedOperationException(holder);
    }

    @Override
    public void replay(long from, RecordVisitor visitor) {}

    @Override
    public void close() {}
  }

  private static final Node.Input EVENTS =
      new Node.Input(
          "events",
          Node.InputKind.STREAM,
          Schema.builder().required("n", Type.LONG).build(),
          List.of());
  private static final Plan PLAN =
      new Plan(
          List.of(EVENTS),
          List.of(
              new ViewDefinition(
                  "n",
                  Node.Aggregate.of(
                      EVENTS,
                      List.of(),
                      List.of(new AggregateCall(AggregateFunction.COUNT, null, null, false, "n"))),
                  null)));
  private final AskingLog log = new AskingLog();

  private EngineRuntime start(boolean ownThread, boolean awaitSync) {
    EngineRuntime runtime =
        new EngineRuntime(
            PLAN,
            new RuntimeSettings(
                100,
                1 << 20,
                100,
                ownThread,
                awaitSync,
                new ProducerLimits(100, Long.MAX_VALUE),
                1L << 30,
                java.util.Set.of()),
            log,
            () -> 0,
            1,
            Optional.empty());
    runtime.start((position, last) -> {});
    return runtime;
  }

  private static Appender.Outcome append(EngineRuntime runtime, String producer, long number) {
    return new Appender(runtime).append(producer, number, () -> rows -> write(rows, number));
  }

  private static void write(Appender.Rows rows, long number) {
    rows.of(EVENTS).setWord(0, number);
    rows.of(EVENTS).commit(StagedRows.PUT);
  }

  private static @Nullable Object count(EngineRuntime runtime) {
    assertThat(runtime.waits().await(runtime.position(), Long.MAX_VALUE)).isTrue();
    @Nullable Object[] row = runtime.reads().row(runtime.view("n"), new Object[0]);
    return Objects.requireNonNull(row)[0];
  }

  private static EngineException full() {
    return new EngineException(Kind.FULL, "no space: test");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aRepetitionAddsNothingAndGapsAreAllowed() {
    try (EngineRuntime runtime = start(true, false)) {
      assertThat(append(runtime, "a", 0)).isEqualTo(new Appender.Outcome(1, false));
      assertThat(append(runtime, "a", 7)).isEqualTo(new Appender.Outcome(2, false));
      assertThat(append(runtime, "b", 7)).isEqualTo(new Appender.Outcome(3, false));
      assertThat(append(runtime, "a", 7)).isEqualTo(new Appender.Outcome(2, true));
      assertThat(append(runtime, "a", 3)).isEqualTo(new Appender.Outcome(2, true));
      assertThat(append(runtime, "b", 8).position()).isEqualTo(4);
      assertThat(runtime.waits().await(4, Long.MAX_VALUE)).isTrue();
      assertThat(count(runtime)).isEqualTo(4L);
    }
  }

  @Test
  void anAppendThatFailsOrWritesNothingDoesNotUseItsNumberUp() {
    try (EngineRuntime runtime = start(true, false)) {
      Appender appender = new Appender(runtime);
      assertThatThrownBy(
              () ->
                  appender.append(
                      "a",
                      1,
                      () ->
                          rows -> {
                            write(rows, 1);
                            throw new IllegalStateException("on purpose");
                          }))
          .hasMessage("on purpose");
      assertThat(appender.append("a", 1, () -> rows -> {}).isDuplicate()).isFalse();
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, false));
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, true));
    }
  }

  @Test
  void whatTheLogRefusedIsNotTakenForARepetition() {
    try (EngineRuntime runtime = start(true, false)) {
      append(runtime, "a", 1);
      log.beforeAppend =
          () -> {
            throw full();
          };
      assertThatThrownBy(() -> append(runtime, "a", 2)).hasMessageContaining("no space");
      assertThatThrownBy(() -> append(runtime, "a", 2)).hasMessageContaining("no space");
      log.beforeAppend = () -> {};
      assertThat(append(runtime, "a", 1).isDuplicate()).isTrue();
      assertThat(append(runtime, "a", 2)).isEqualTo(new Appender.Outcome(2, false));
      assertThat(append(runtime, "a", 2)).isEqualTo(new Appender.Outcome(2, true));
    }
  }

  @Test
  void aHostThatStepsRepeatsIntoTheSameEpoch() {
    try (EngineRuntime runtime = start(false, false)) {
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, false));
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, true));
      log.beforeAppend =
          () -> {
            throw full();
          };
      assertThatThrownBy(runtime::step).hasMessageContaining("no space");
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, true));
      log.beforeAppend = () -> {};
      assertThat(runtime.step()).isEqualTo(1);
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, true));
      assertThat(runtime.step()).isZero();
      assertThat(count(runtime)).isEqualTo(1L);
    }
  }

  @Test
  void aRepetitionIsAsDurableAsTheFirst() {
    try (EngineRuntime runtime = start(true, true)) {
      append(runtime, "a", 1);
      append(runtime, "b", 1);
      log.awaited.clear();

      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, true));

      assertThat(log.awaited).containsExactly(1L);
    }
  }

  /** Two threads make the same append while the log holds it up; what became of both. */
  private List<CompletableFuture<Appender.Outcome>> appendTwice(
      EngineRuntime runtime, Runnable inTheLog) {
    CountDownLatch isInTheLog = new CountDownLatch(1);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    log.beforeAppend =
        () -> {
          isInTheLog.countDown();
          await(mayGoOn);
          inTheLog.run();
        };
    CompletableFuture<Appender.Outcome> first = new CompletableFuture<>();
    CompletableFuture<Appender.Outcome> second = new CompletableFuture<>();
    Thread firstThread = new Thread(() -> complete(first, runtime), "first");
    Thread secondThread = new Thread(() -> complete(second, runtime), "second");
    firstThread.start();
    await(isInTheLog);
    secondThread.start();
    while (secondThread.getState() != Thread.State.WAITING) {
      assertThat(second).as("acknowledged before the first").isNotDone();
      Thread.onSpinWait();
    }
    assertThat(second).isNotDone();
    mayGoOn.countDown();
    return List.of(first, second);
  }

  private void complete(CompletableFuture<Appender.Outcome> future, EngineRuntime runtime) {
    try {
      Appender.Outcome outcome = append(runtime, "a", 1);
      assertThat(log.lastPosition()).isGreaterThanOrEqualTo(outcome.position());
      future.complete(outcome);
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  @Test
  void twoThreadsThatRepeatAtOnceAddOnceAndBothWaitForIt() {
    try (EngineRuntime runtime = start(true, false)) {
      List<CompletableFuture<Appender.Outcome>> both = appendTwice(runtime, () -> {});

      assertThat(both.get(0).join()).isEqualTo(new Appender.Outcome(1, false));
      assertThat(both.get(1).join()).isEqualTo(new Appender.Outcome(1, true));
      assertThat(runtime.waits().await(1, Long.MAX_VALUE)).isTrue();
      assertThat(count(runtime)).isEqualTo(1L);
    }
  }

  @Test
  void whereTheFirstFailsTheRepetitionFailsTooAndCanBeRepeated() {
    try (EngineRuntime runtime = start(true, false)) {
      List<CompletableFuture<Appender.Outcome>> both =
          appendTwice(
              runtime,
              () -> {
                throw full();
              });

      assertThatThrownBy(() -> both.get(0).join()).hasMessageContaining("no space");
      assertThatThrownBy(() -> both.get(1).join()).hasMessageContaining("no space");
      log.beforeAppend = () -> {};
      assertThat(append(runtime, "a", 1)).isEqualTo(new Appender.Outcome(1, false));
    }
  }

  @Test
  void everyNumberIsAddedOnceHoweverManyRepeatItAndHoweverOftenTheLogIsFull() throws Exception {
    int threads = 3;
    int numbers = 300;
    SplittableRandom random = new SplittableRandom(5);
    log.beforeAppend =
        () -> {
          if (random.nextInt(3) == 0) {
            throw full();
          }
        };
    try (EngineRuntime runtime = start(true, false)) {
      List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
      List<Thread> all = new ArrayList<>();
      for (String producer : List.of("a", "b")) {
        CyclicBarrier next = new CyclicBarrier(threads);
        for (int i = 0; i < threads; i++) {
          Thread thread = new Thread(() -> appendAll(runtime, producer, numbers, next), producer);
          thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
          all.add(thread);
          thread.start();
        }
      }
      for (Thread thread : all) {
        thread.join();
      }

      assertThat(failures).isEmpty();
      assertThat(runtime.waits().await(log.lastPosition(), Long.MAX_VALUE)).isTrue();
      assertThat(count(runtime)).isEqualTo(2L * numbers);
    }
  }

  /** A producer goes on to the next number when the one before was acknowledged. */
  private static void appendAll(
      EngineRuntime runtime, String producer, int numbers, CyclicBarrier next) {
    try {
      for (int number = 1; number <= numbers; number++) {
        boolean isDone = false;
        while (!isDone) {
          try {
            append(runtime, producer, number);
            isDone = true;
          } catch (EngineException e) {
            assertThat(e.kind()).isEqualTo(Kind.FULL);
          }
        }
        next.await();
      }
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }
}
