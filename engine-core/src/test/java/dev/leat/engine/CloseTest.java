package dev.leat.engine;

import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.leat.engine.internal.log.FaultyIo;
import dev.leat.engine.plan.Type;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who may close an engine, when, and how often. */
@Timeout(120)
class CloseTest {
  record Click(String user) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .groupBy(Click::user)
                  .aggregate(count().as("n"))
                  .acceptGrowth("a test")
                  .materialize("clicks"));
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  @TempDir Path directory;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void endThreads() {
    threads.shutdownNow();
  }

  private static EngineSettings settings(Threading threading) {
    return EngineSettings.defaults().withThreading(threading);
  }

  private static void click(Engine engine, String user) {
    Position at = engine.stream("clicks", Click.class).append(new Click(user));
    engine.view("clicks").await(at, PATIENCE);
  }

  private static void assertClosed(Engine engine) {
    assertThatThrownBy(() -> click(engine, "late"))
        .isInstanceOf(EngineException.class)
        .hasMessageContaining("closed");
    engine.close();
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void ofSeveralThreadsThatCloseOneDoesAndAllComeBackWhenItIsDone(Threading threading)
      throws Exception {
    for (int round = 0; round < 10; round++) {
      Engine engine = Engine.open(directory, PIPELINE, settings(threading));
      List<Changes<Row>> told = new CopyOnWriteArrayList<>();
      engine.view("clicks").subscribe(told::add);
      for (int i = 0; i < 20; i++) {
        engine.stream("clicks", Click.class).append(new Click("u" + round));
      }
      CyclicBarrier together = new CyclicBarrier(4);
      List<Future<?>> closing = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        closing.add(
            threads.submit(
                () -> {
                  together.await();
                  engine.close();
                  // Whoever comes back finds everything done.
                  assertThat(engine.checkpointStatus().position()).isEqualTo(engine.position());
                  return null;
                }));
      }
      for (Future<?> one : closing) {
        one.get();
      }
      assertThat(engine.checkpointStatus().failed()).isZero();
      assertThat(told.get(told.size() - 1).position()).isEqualTo(engine.position());
      assertClosed(engine);
    }
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void closingWaitsForTheCheckpointThatIsBeingWritten(Threading threading) throws Exception {
    FaultyIo io = new FaultyIo();
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    Engine engine = Engine.open(directory, PIPELINE, settings(threading), at -> {}, io, 1);
    click(engine, "a");
    io.onWrite =
        path -> {
          if (path.toString().contains("checkpoint-")) {
            writing.countDown();
            awaitUninterruptibly(goOn);
          }
        };
    Future<Position> taken = threads.submit(engine::checkpoint);
    writing.await();
    Future<?> closed = threads.submit(engine::close);
    assertThat(taken.isDone() || closed.isDone()).isFalse();
    goOn.countDown();
    assertThat(taken.get()).isEqualTo(new Position(1));
    closed.get();
    assertThat(engine.checkpointStatus().failed()).isZero();
    assertClosed(engine);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean isDone = false;
    while (!isDone) {
      try {
        latch.await();
        isDone = true;
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void aSubscriberCannotCloseButHandItToAnotherThread(Threading threading) throws Exception {
    Engine engine = Engine.open(directory, PIPELINE, settings(threading));
    List<Throwable> refused = new CopyOnWriteArrayList<>();
    CountDownLatch handedOver = new CountDownLatch(1);
    AtomicReference<@Nullable Future<?>> closed = new AtomicReference<>();
    engine
        .view("clicks")
        .subscribe(
            changes -> {
              if (changes.position().value() == 1) {
                refused.add(catchThrowable(engine::close));
              } else if (changes.position().value() == 2) {
                closed.set(threads.submit(engine::close));
                handedOver.countDown();
              }
            });
    click(engine, "a");
    engine.stream("clicks", Click.class).append(new Click("b"));
    if (threading == Threading.HOST) {
      engine.step();
    }
    handedOver.await();
    Future<?> closing = closed.get();
    assertThat(closing).isNotNull();
    closing.get();
    assertThat(refused).singleElement().isInstanceOf(EngineException.class);
    assertThat(refused.get(0)).hasMessageContaining("cannot close the engine");
    assertThat(engine.checkpointStatus().position()).isEqualTo(new Position(2));
    assertClosed(engine);
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void aFunctionCannotClose(Threading threading) {
    AtomicReference<@Nullable Engine> opened = new AtomicReference<>();
    Pipeline closing =
        Pipeline.define(
            p ->
                p.stream("clicks", Click.class)
                    .select(
                        call(
                                "close",
                                Type.STRING,
                                arguments -> {
                                  Engine engine = opened.get();
                                  if (engine != null && "close".equals(arguments[0])) {
                                    engine.close();
                                  }
                                  return arguments[0];
                                },
                                col("user"))
                            .as("user"))
                    .acceptGrowth("a test")
                    .materialize("clicks"));
    Engine engine = Engine.open(directory, closing, settings(threading));
    opened.set(engine);
    click(engine, "a");
    click(engine, "close");
    click(engine, "b");
    assertThat(engine.view("clicks").scan()).hasSize(2);
    assertThat(engine.ledger().scan().toString()).contains("cannot close the engine");
    // Also where the last rows come through while the engine is being closed.
    engine.stream("clicks", Click.class).append(new Click("close"));
    engine.close();
    assertClosed(engine);
    try (Engine again = Engine.open(directory, closing, settings(threading))) {
      assertThat(again.view("clicks").scan()).hasSize(2);
      assertThat(again.ledger().scan()).hasSize(2);
    }
  }

  @Test
  void aWriterOfRowsCannotClose() {
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      Runnable close = engine::close;
      assertThatThrownBy(() -> engine.append(rows -> close.run()))
          .isInstanceOf(EngineException.class);
      click(engine, "a");
    }
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void whoIsToldOfProgressOrReadsMayClose(Threading threading) throws Exception {
    String lines = "{\"user\":\"a\"}\n".repeat(50_000);
    Engine engine = Engine.open(directory, PIPELINE, settings(threading));
    Throwable ended =
        catchThrowable(
            () ->
                engine
                    .ndjson("clicks")
                    .append(
                        new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8)),
                        progress -> engine.close()));
    if (ended != null) {
      assertThat(ended).isInstanceOf(EngineException.class).hasMessageContaining("closed");
    }
    assertClosed(engine);

    Engine again = Engine.open(directory, PIPELINE, settings(threading));
    List<Row> rows =
        again.read(
            snapshot -> {
              again.close();
              return snapshot.view("clicks").scan();
            });
    assertThat(rows).hasSize(1);
    assertClosed(again);
  }
}
