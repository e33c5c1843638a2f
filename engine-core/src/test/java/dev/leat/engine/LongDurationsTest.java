package dev.leat.engine;

import static dev.leat.engine.Expressions.count;
import static dev.leat.engine.Windows.tumbling;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.leat.engine.plan.Frame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Durations that no word of nanoseconds, microseconds or milliseconds holds, and negative ones. */
@Timeout(120)
class LongDurationsTest {
  record Click(String user) {}

  private static final Pipeline PIPELINE =
      Pipeline.define(
          p ->
              p.stream("clicks", Click.class)
                  .groupBy(Click::user)
                  .aggregate(count().as("n"))
                  .acceptGrowth("a test")
                  .materialize("clicks"));
  private static final List<Duration> ENDLESS =
      List.of(
          Duration.ofSeconds(Long.MAX_VALUE),
          Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
          Duration.ofDays(366L * 300));
  private static final Duration MOST_NEGATIVE = Duration.ofSeconds(Long.MIN_VALUE);

  @TempDir Path directory;

  @Test
  void longWaitsEndWhenThereIsWhatIsWaitedFor() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      Subscription subscription = engine.view("clicks").subscribe(changes -> {});
      for (int i = 1; i <= ENDLESS.size(); i++) {
        Duration atMost = ENDLESS.get(i - 1);
        Position next = new Position(i);
        Future<?> view = threads.submit(() -> engine.view("clicks").await(next, atMost));
        Future<?> told = threads.submit(() -> subscription.await(next, atMost));
        engine.stream("clicks", Click.class).append(new Click("a"));
        view.get();
        told.get();
        engine.awaitBackfill(atMost);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @ParameterizedTest
  @EnumSource(Threading.class)
  void withoutPatienceNothingIsWaitedFor(Threading threading) {
    EngineSettings settings = EngineSettings.defaults().withThreading(threading);
    try (Engine engine = Engine.inMemory(PIPELINE, settings)) {
      Subscription subscription = engine.view("clicks").subscribe(changes -> {});
      Position never = new Position(9);
      for (Duration none : List.of(Duration.ZERO, Duration.ofNanos(-1), MOST_NEGATIVE)) {
        assertThatThrownBy(() -> engine.view("clicks").await(never, none))
            .isInstanceOf(EngineException.class);
        assertThatThrownBy(() -> subscription.await(never, none))
            .isInstanceOf(EngineException.class);
        engine.awaitBackfill(none);
      }
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void noDurationIsRefusedByName() {
    try (Engine engine = Engine.inMemory(PIPELINE)) {
      assertThatThrownBy(() -> engine.view("clicks").await(new Position(9), null))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("atMost");
      assertThatThrownBy(() -> engine.awaitBackfill(null))
          .isInstanceOf(NullPointerException.class)
          .hasMessageContaining("atMost");
    }
  }

  @Test
  void aLogThatIsKeptForLongerThanThereIsTimeIsKeptForEver() {
    for (Duration keepFor : ENDLESS) {
      EngineSettings settings =
          EngineSettings.defaults()
              .withThreading(Threading.HOST)
              .withRetention(Retention.of(keepFor));
      try (Engine engine = Engine.open(directory, PIPELINE, settings)) {
        for (int i = 0; i < 3; i++) {
          engine.stream("clicks", Click.class).append(new Click("a"));
          assertThat(engine.step()).isEqualTo(1);
          engine.checkpoint();
        }
      }
    }
    try (Engine engine = Engine.open(directory, PIPELINE)) {
      assertThat(engine.view("clicks").get("a").orElseThrow().value("n"))
          .isEqualTo(3L * ENDLESS.size());
    }
  }

  @Test
  void whatIsBoundedIsRefusedWithItsBounds() {
    Map<String, Consumer<Duration>> settings =
        Map.ofEntries(
            Map.entry("group commit", EngineSettings.defaults()::withGroupCommit),
            Map.entry("checkpoints", CheckpointSettings.defaults()::withInterval),
            Map.entry("producers", horizon -> new ProducerRetention(1, horizon)),
            Map.entry("commits", SinkSettings.defaults()::withCommitInterval),
            Map.entry("sink's wait", SinkSettings.defaults()::withMaxWait),
            Map.entry("sink's close", SinkSettings.defaults()::withCloseTimeout),
            Map.entry("subscriber's wait", SubscriptionSettings.defaults()::withMaxWait),
            Map.entry("subscriber's delay", SubscriptionSettings.defaults()::withRetryDelay),
            Map.entry("subscriber's close", SubscriptionSettings.defaults()::withCloseTimeout),
            Map.entry("frame", reach -> Frame.range(reach, Duration.ZERO)),
            Map.entry("window", Windows::tumbling),
            Map.entry("hop", step -> Windows.hopping(Duration.ofHours(1), step)),
            Map.entry("offset", by -> tumbling(Duration.ofHours(1)).offset(by)),
            Map.entry("session", Expressions::gap),
            Map.entry("out of order", Windows::outOfOrderBy),
            Map.entry("literal", Expressions::lit),
            Map.entry("tick", tick -> Pipeline.define(p -> p.tickEvery(tick))),
            Map.entry(
                "forgetting",
                after -> Pipeline.define(p -> p.stream("clicks", Click.class).forgetAfter(after))),
            Map.entry(
                "deduplication",
                horizon ->
                    Pipeline.define(
                        p -> p.stream("clicks", Click.class).deduplicate(Click::user, horizon))));
    settings.forEach(
        (what, set) -> {
          for (Duration out : List.of(ENDLESS.get(0), ENDLESS.get(1), MOST_NEGATIVE)) {
            Throwable refusal = catchThrowable(() -> set.accept(out));
            assertThat(refusal)
                .as("%s of %s", what, out)
                .isInstanceOfAny(IllegalArgumentException.class, EngineException.class);
            assertThat(refusal).as(what).hasMessageContaining(out.toString());
          }
        });
    assertThatThrownBy(() -> Retention.of(MOST_NEGATIVE))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
