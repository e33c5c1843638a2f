package dev.leat.engine.internal.exec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.checkpoint.CheckpointFile;
import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.DyingIo;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.log.EventLog;
import dev.leat.engine.internal.log.RecordVisitor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointerTest {
  private static final long INTERVAL = 1000;
  private static final long LOG_BYTES = 100;

  /** A log that says what it was asked for. */
  private static final class AskedLog implements EventLog {
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch released = new CountDownLatch(1);
    private boolean syncFails;

    @Override
    public UUID id() {
      return new UUID(0, 1);
    }

    @Override
    public long append(byte[] payload, int offset, int length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long firstPosition() {
      return 1;
    }

    @Override
    public void release(long position) {
      asked.add("release " + position);
      released.countDown();
    }

    @Override
    public Reader reader(String holder, long from) {
      throw new UnsupportedOperationException(holder);
    }

    @Override
    public Hold hold(String holder, long from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long lastPosition() {
      return 1000;
    }

    @Override
    public long syncedPosition() {
      return 0;
    }

    @Override
    public void awaitSynced(long position) {
      asked.add("sync " + position);
      if (syncFails) {
        throw new EngineException(Kind.UNAVAILABLE, "planted: cannot sync");
      }
    }

    @Override
    public void onSynced(LongConsumer listener) {}

    @Override
    public void onSyncFailed(Consumer<EngineException> listener) {}

    @Override
    public void replay(long from, RecordVisitor visitor) {}

    @Override
    public void close() {}
  }

  @TempDir Path temp;
  private DyingIo io = DyingIo.healthy();
  private final AskedLog log = new AskedLog();
  private CheckpointStore store;
  private Checkpointer checkpointer;
  private volatile long position;
  private boolean captureFails;

  private void start() {
    store = new CheckpointStore(io, temp.resolve("checkpoints"), 1 << 20);
    Checkpoints settings = new Checkpoints(store, io, INTERVAL, LOG_BYTES);
    checkpointer =
        new Checkpointer(settings, log, clock -> capture(), Sinks.none(), CheckpointFacts.NONE);
  }

  @AfterEach
  void close() {
    checkpointer.close();
  }

  private Checkpointer.Capture capture() {
    if (captureFails) {
      throw new EngineException(Kind.CLOSED, "planted: failed");
    }
    long now = position;
    StateImage image = out -> out.writeLong(now);
    return new Checkpointer.Capture(position, 7, Map.of("s", image));
  }

  /** Epochs come in, and a host steps. */
  private void passed(long newPosition, long bytes) {
    position = newPosition;
    checkpointer.passed(newPosition, bytes);
    checkpointer.takeIfDue();
  }

  private long newest() {
    return checkpointer.facts().position();
  }

  private long stored(long at) {
    long[] value = new long[1];
    try (CheckpointFile file =
        new CheckpointStore(DyingIo.healthy(), temp.resolve("checkpoints"), 0).open(at)) {
      file.restore(
          "s",
          new Checkpointed() {
            @Override
            public StateImage capture() {
              return StateImage.EMPTY;
            }

            @Override
            public void restore(StateReader in) {
              value[0] = in.readLong();
            }
          });
    }
    return value[0];
  }

  @Test
  void oneIsDueAfterATimeOrSoManyBytesIfAnythingCameIn() {
    start();
    passed(1, 10);
    assertThat(newest()).isZero();
    io.sleep(INTERVAL - 1);
    passed(2, 20);
    assertThat(newest()).isZero();
    io.sleep(1);
    passed(3, 30);
    assertThat(newest()).isEqualTo(3);
    io.sleep(5 * INTERVAL);
    checkpointer.takeIfDue();
    assertThat(checkpointer.facts().taken()).isEqualTo(1);
    passed(4, 40);
    assertThat(newest()).isEqualTo(4);
    passed(5, 139);
    assertThat(newest()).isEqualTo(4);
    passed(6, 140);
    assertThat(newest()).isEqualTo(6);
    assertThat(stored(6)).isEqualTo(6);
    assertThat(checkpointer.facts().captureNanos()).isEqualTo(7);
    assertThat(checkpointer.facts().createdMillis()).isEqualTo(1234);
    assertThat(checkpointer.facts().bytes()).isPositive();
  }

  @Test
  void itIsPublishedWhenTheLogIsDurableAndLetsTheLogGoOfWhatTheOlderOneHas() {
    start();
    passed(3, LOG_BYTES);
    assertThat(log.asked).containsExactly("sync 3");
    passed(5, 2 * LOG_BYTES);
    passed(9, 3 * LOG_BYTES);
    assertThat(log.asked).containsExactly("sync 3", "sync 5", "release 4", "sync 9", "release 6");
  }

  @Test
  void theNewestStandsAloneForAFullLogAndIsReadForThatOnce() {
    start();
    passed(3, LOG_BYTES);
    passed(5, 2 * LOG_BYTES);
    log.asked.clear();
    for (int append = 0; append < 5; append++) {
      checkpointer.logIsFull();
      checkpointer.takeIfDue();
    }
    // The first time is the try for one more checkpoint; after it all that recovery needs is told.
    assertThat(log.asked).containsOnlyOnce("release 6").endsWith("release 4");
    passed(7, 3 * LOG_BYTES);
    checkpointer.logIsFull();
    checkpointer.takeIfDue();
    checkpointer.logIsFull();
    checkpointer.takeIfDue();
    assertThat(log.asked).endsWith("release 8");
  }

  @Test
  void oneThatTheLogIsBehindIsNotPublished() {
    start();
    log.syncFails = true;
    passed(3, LOG_BYTES);
    assertThat(store.positions()).isEmpty();
    assertThat(checkpointer.facts().failed()).isEqualTo(1);
    assertThat(checkpointer.facts().lastFailure()).isEqualTo("planted: cannot sync");
    assertThat(temp.resolve("checkpoints")).isEmptyDirectory();
  }

  @Test
  void aFailureIsCountedAndTriedAgainLater() {
    for (int fail = 0; fail < 9; fail++) {
      io = DyingIo.failingOnceAfter(fail);
      start();
      passed(fail * 10 + 1, LOG_BYTES);
      assertThat(newest()).isZero();
      assertThat(checkpointer.facts().failed()).isEqualTo(1);
      passed(fail * 10 + 2, LOG_BYTES + 1);
      assertThat(checkpointer.facts().failed()).as("not at once").isEqualTo(1);
      assertThat(newest()).isZero();
      io.sleep(INTERVAL);
      checkpointer.takeIfDue();
      assertThat(newest()).isEqualTo(fail * 10 + 2);
      assertThat(stored(newest())).isEqualTo(newest());
      assertThat(checkpointer.facts().lastFailure()).contains("planted: ");
    }
  }

  @Test
  void aFullDiskIsNoReasonToStop() {
    start();
    io.usableSpace = 1000;
    passed(1, LOG_BYTES);
    passed(2, 2 * LOG_BYTES);
    assertThat(checkpointer.facts().failed()).isEqualTo(2);
    assertThatThrownBy(checkpointer::take)
        .isInstanceOfSatisfying(
            EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FULL));
    io.usableSpace = Long.MAX_VALUE;
    assertThat(checkpointer.take()).isEqualTo(2);
  }

  @Test
  void onDemandOneIsTakenUnlessTheNewestHasEverything() {
    start();
    assertThat(checkpointer.take()).isZero();
    passed(1, 1);
    assertThat(checkpointer.take()).isEqualTo(1);
    assertThat(checkpointer.take()).isEqualTo(1);
    assertThat(checkpointer.facts().taken()).isEqualTo(1);
  }

  @Test
  void ofAnEngineThatFailedNoneIsTaken() {
    start();
    captureFails = true;
    passed(1, LOG_BYTES);
    assertThat(newest()).isZero();
    checkpointer.stop();
    captureFails = false;
    passed(2, 5 * LOG_BYTES);
    assertThat(newest()).isZero();
    assertThatThrownBy(checkpointer::take).hasMessageContaining("the engine is closed");
  }

  @Test
  void whenItIsClosedALastOneIsTaken() {
    start();
    passed(1, 1);
    checkpointer.close();
    passed(2, 5 * LOG_BYTES);
    assertThat(newest()).isZero();
    checkpointer.takeLast();
    assertThat(newest()).isEqualTo(2);
  }

  @Test
  void aLastOneThatFailsIsToldAndDoesNotThrow() {
    io = DyingIo.dyingAfter(0);
    start();
    passed(1, 1);
    checkpointer.close();
    checkpointer.takeLast();
    assertThat(checkpointer.facts().failed()).isEqualTo(1);
  }

  @Test
  void anInterruptOfTheHostStaysForTheHost() {
    start();
    passed(1, 1);
    Thread.currentThread().interrupt();
    assertThat(checkpointer.take()).isEqualTo(1);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aThreadOfItsOwnTakesThemWhenTheyAreDue() throws InterruptedException {
    start();
    checkpointer.startThread();
    position = 1;
    checkpointer.passed(1, LOG_BYTES);
    while (checkpointer.facts().position() < 1) {
      Thread.onSpinWait();
    }
    position = 2;
    checkpointer.passed(2, LOG_BYTES + 1);
    // Not once: the thread may be about to note the time of the first one, which the next waits
    // for.
    while (!log.released.await(1, TimeUnit.MILLISECONDS)) {
      io.sleep(2 * INTERVAL);
    }
    assertThat(log.asked).contains("release 2");
    // Nothing came in since, but what the log keeps grows old.
    while (log.asked.stream().filter("release 2"::equals).count() < 2) {
      io.sleep(INTERVAL);
      Thread.onSpinWait();
    }
    assertThat(checkpointer.facts().taken()).isEqualTo(2);
  }
}
