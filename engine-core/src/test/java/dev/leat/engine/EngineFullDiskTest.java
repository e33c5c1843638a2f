package dev.leat.engine;

import static dev.leat.engine.Expressions.call;
import static dev.leat.engine.Expressions.col;
import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Expressions.max;
import static dev.leat.engine.Expressions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.log.FaultyIo;
import dev.leat.engine.plan.Type;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * At the free-space floor appending is FULL, and when space is back it goes on as if nothing was.
 */
class EngineFullDiskTest {
  record Event(long id, String text) {}

  record Totals(long n, Long ids, Long largest) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("events", Event.class)
                  .aggregate(
                      count().as("n"), sum(Event::id).as("ids"), max(Event::id).as("largest"))
                  .as(Totals.class)
                  .materialize("totals"));
  private static final long PLENTY = 1L << 40;
  private static final String TEXT = "x".repeat(1000);

  @TempDir Path directory;
  private final FaultyIo io = new FaultyIo();
  private final AtomicLong stepsLeft = new AtomicLong(Long.MAX_VALUE);

  private Engine open(Threading threading) {
    io.usableSpace = () -> stepsLeft.decrementAndGet() >= 0 ? PLENTY : 1000;
    return Engine.open(
        directory, PIPELINE, EngineSettings.defaults().withThreading(threading), at -> {}, io, 1);
  }

  /** Lets the disk be full after the log has reserved space some more times. */
  private void fillUpAfter(long steps) {
    stepsLeft.set(steps);
  }

  private void makeSpace() {
    stepsLeft.set(Long.MAX_VALUE);
  }

  /** The view holds the rows 1 to n, each once. */
  private static void assertHolds(Engine engine, long n) {
    assertThat(engine.view("totals", Totals.class).get())
        .hasValue(new Totals(n, n * (n + 1) / 2, n));
    assertThat(engine.acceptedRows()).containsEntry("events", n);
  }

  private static EngineException failure(ThrowingCallable action) {
    EngineException failure = catchThrowableOfType(EngineException.class, action);
    assertThat(failure).as("an EngineException").isNotNull();
    return failure;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 3})
  void rowsAreRefusedAndTakenAgainWhenThereIsSpace(long steps) {
    AtomicLong in = new AtomicLong();
    try (Engine engine = open(Threading.OWN_THREAD)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      for (int round = 0; round < 3; round++) {
        fillUpAfter(steps);
        EngineException full =
            failure(
                () -> {
                  while (true) {
                    Position at = events.append(new Event(in.get() + 1, TEXT));
                    in.incrementAndGet();
                    engine.view("totals", Totals.class).await(at);
                  }
                });
        assertThat(full.kind()).isEqualTo(Kind.FULL);
        assertThat(full).hasMessageContaining("free some space");
        assertThat(failure(() -> events.append(new Event(-1, TEXT))).kind()).isEqualTo(Kind.FULL);
        makeSpace();
        engine
            .view("totals", Totals.class)
            .await(events.append(new Event(in.incrementAndGet(), TEXT)));
        assertHolds(engine, in.get());
      }
    }
    try (Engine engine = open(Threading.OWN_THREAD)) {
      assertHolds(engine, in.get());
    }
  }

  @Test
  void aHostThatStepsIsToldAndLosesNothing() {
    long in = 0;
    try (Engine engine = open(Threading.HOST)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      fillUpAfter(2);
      boolean isFull = false;
      while (!isFull) {
        events.append(new Event(++in, TEXT));
        try {
          engine.step();
        } catch (EngineException e) {
          assertThat(e.kind()).isEqualTo(Kind.FULL);
          isFull = true;
        }
      }
      events.append(new Event(++in, TEXT));
      assertThat(failure(engine::step).kind()).isEqualTo(Kind.FULL);
      makeSpace();
      assertThat(engine.step()).isEqualTo(1);
      assertThat(engine.step()).isEqualTo(1);
      assertHolds(engine, in);
    }
    try (Engine engine = open(Threading.HOST)) {
      assertHolds(engine, in);
    }
  }

  @Test
  void aCheckpointIsTakenWhenTheLogIsFullAndItsRecordsAreNotLetGoOf() {
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(Threading.HOST)
            .withCheckpoints(CheckpointSettings.defaults().withInterval(Duration.ofDays(1)))
            .withRetention(Retention.ofBytes(128L << 20));
    String large = "x".repeat(1 << 20);
    try (Engine engine = Engine.open(directory, PIPELINE, settings, at -> {}, io, 1)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      long in = 0;
      while (in < 60) {
        events.append(new Event(++in, in + large));
        assertThat(engine.step()).isEqualTo(1);
      }
      assertThat(engine.checkpointStatus().taken()).isGreaterThan(1);
      io.onWrite = FaultyIo.failing("checkpoint-");
      boolean isFull = false;
      while (!isFull) {
        events.append(new Event(++in, in + large));
        try {
          engine.step();
        } catch (EngineException e) {
          assertThat(e.kind()).isEqualTo(Kind.FULL);
          isFull = true;
        }
        assertThat(in).isLessThan(300);
      }
      io.heal();
      // One that failed where the log was full is not tried at each step.
      long failed = engine.checkpointStatus().failed();
      assertThat(failed).isPositive();
      assertThat(failure(engine::step).kind()).isEqualTo(Kind.FULL);
      engine.checkpoint();
      assertThat(engine.checkpointStatus().failed()).isEqualTo(failed);
      assertThat(engine.step()).isEqualTo(1);
      assertHolds(engine, in);
    }
  }

  @Test
  void whatTheLogKeptForLongEnoughGoesThoughNothingComesIn() throws IOException {
    EngineSettings settings =
        EngineSettings.defaults()
            .withThreading(Threading.HOST)
            .withCheckpoints(CheckpointSettings.defaults().withInterval(Duration.ofMillis(1)))
            .withRetention(Retention.of(Duration.ofHours(1)));
    try (Engine engine = Engine.open(directory, PIPELINE, settings, at -> {}, io, 1)) {
      StreamInput<Event> events = engine.stream("events", Event.class);
      for (int i = 1; i <= 3; i++) {
        events.append(new Event(i, TEXT));
        engine.step();
        engine.checkpoint();
        io.aheadMillis = Duration.ofMinutes(10L * i).toMillis();
      }
      assertThat(segments()).isEqualTo(3);
      io.aheadMillis = Duration.ofHours(3).toMillis();
      for (int i = 0; i < 1_000_000 && segments() > 1; i++) {
        assertThat(engine.step()).isZero();
      }
      assertThat(segments()).isEqualTo(1);
    }
  }

  private long segments() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("log"))) {
      return files.filter(file -> file.getFileName().toString().startsWith("segment-")).count();
    }
  }

  @Test
  void anErrorWhileViewsAreBuiltOfAFullLogStopsTheEngine() {
    try (Engine engine = open(Threading.HOST)) {
      for (int i = 1; i <= 5; i++) {
        engine.stream("events", Event.class).append(new Event(i, TEXT));
        engine.step();
      }
    }
    AtomicBoolean isBroken = new AtomicBoolean();
    Pipeline changed =
        Pipeline.define(
            p -> {
              Relation<Event> events = p.stream("events", Event.class);
              events
                  .aggregate(
                      count().as("n"), sum(Event::id).as("ids"), max(Event::id).as("largest"))
                  .as(Totals.class)
                  .materialize("totals");
              events
                  .select(
                      call(
                              "same",
                              Type.LONG,
                              arguments -> {
                                if (isBroken.get()) {
                                  throw new InternalError("planted");
                                }
                                return arguments[0];
                              },
                              col("id"))
                          .as("id"))
                  .acceptGrowth("a test")
                  .materialize("more");
            });
    EngineSettings host = EngineSettings.defaults().withThreading(Threading.HOST);
    try (Engine engine = Engine.open(directory, changed, host, at -> {}, io, 1)) {
      engine.stream("events", Event.class).append(new Event(6, TEXT));
      fillUpAfter(0);
      isBroken.set(true);
      assertThat(catchThrowable(engine::step)).isInstanceOf(InternalError.class);
      makeSpace();
      isBroken.set(false);
      assertThat(failure(engine::step)).hasMessageContaining("close it and open it again");
    }
    try (Engine engine = Engine.open(directory, changed, host, at -> {}, io, 1)) {
      engine.awaitBackfill(Duration.ofMinutes(1));
      assertThat(engine.view("more").scan()).hasSize(5);
      assertHolds(engine, 5);
    }
  }

  /** Good lines, and now and then a bad one. */
  private static byte[] ndjson(int rows) {
    StringBuilder text = new StringBuilder();
    for (int id = 1; id <= rows; id++) {
      text.append("{\"id\":").append(id).append(",\"text\":\"").append(TEXT).append("\"}\n");
      if (id % 7 == 0) {
        text.append("bad ").append(id).append('\n');
      }
      if (id % 5000 == 0) {
        text.append("worse\n".repeat(3000));
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "OWN_THREAD,0",
    "OWN_THREAD,1",
    "OWN_THREAD,2",
    "OWN_THREAD,4",
    "OWN_THREAD,5",
    "HOST,0",
    "HOST,1",
    "HOST,3"
  })
  void ndjsonIsInUpToWhereItSaysAndCanGoOnFromThere(Threading threading, long steps)
      throws IOException {
    byte[] all = ndjson(20_000);
    try (Engine engine = open(threading)) {
      int from = 0;
      long accepted = 0;
      long rejected = 0;
      int failures = 0;
      while (from < all.length) {
        List<Progress> told = new ArrayList<>();
        ByteArrayInputStream rest = new ByteArrayInputStream(all, from, all.length - from);
        fillUpAfter(failures == 3 ? Long.MAX_VALUE : steps);
        try {
          NdjsonResult result = engine.ndjson("events").append(rest, told::add);
          assertThat(result.bytes()).isEqualTo(all.length - from);
          engine.view("totals").await(result.position());
        } catch (EngineException e) {
          failures++;
          assertThat(e.kind()).isEqualTo(Kind.FULL);
          Progress last = told.isEmpty() ? new Progress(0, 0, 0) : told.get(told.size() - 1);
          assertThat(e)
              .hasMessageContaining("bytes=" + last.bytes() + " accepted=" + last.accepted());
        }
        makeSpace();
        if (!told.isEmpty()) {
          Progress last = told.get(told.size() - 1);
          from += (int) last.bytes();
          accepted += last.accepted();
          rejected += last.rejected();
          assertThat(all[from - 1]).isEqualTo((byte) '\n');
        }
        settle(engine, threading);
        if (accepted > 0) {
          assertHolds(engine, accepted);
        }
        assertThat(engine.rejectedRows().getOrDefault("stream 'events'", 0L)).isEqualTo(rejected);
      }
      assertThat(failures).isBetween(1, 3);
      assertThat(accepted).isEqualTo(20_000);
      assertThat(rejected).isEqualTo(20_000 / 7 + 12_000);
    }
    try (Engine engine = open(threading)) {
      assertHolds(engine, 20_000);
    }
  }

  /** Lets the engine process all that it has taken. */
  private static void settle(Engine engine, Threading threading) {
    int rows = 1;
    while (threading == Threading.HOST && rows > 0) {
      rows = engine.step();
    }
    engine.view("totals").await(engine.append(nothing -> {}));
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void aProgressOfNdjsonIsOneOfWholeLines(Threading threading) throws IOException {
    byte[] all = ndjson(6000);
    List<Progress> told = new ArrayList<>();
    try (Engine engine = open(threading)) {
      engine.ndjson("events").append(new ByteArrayInputStream(all), told::add);
    }
    assertThat(told).hasSizeGreaterThan(3);
    for (Progress progress : told) {
      assertThat(all[(int) progress.bytes() - 1]).isEqualTo((byte) '\n');
      long lines = 0;
      for (int i = 0; i < progress.bytes(); i++) {
        lines += all[i] == '\n' ? 1 : 0;
      }
      assertThat(progress.accepted() + progress.rejected()).isEqualTo(lines);
    }
    assertThat(told.get(told.size() - 1).bytes()).isEqualTo(all.length);
  }
}
