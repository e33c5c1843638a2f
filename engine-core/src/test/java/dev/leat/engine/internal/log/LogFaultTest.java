package dev.leat.engine.internal.log;

import static dev.leat.engine.internal.log.LogFixture.append;
import static dev.leat.engine.internal.log.LogFixture.assertHolds;
import static dev.leat.engine.internal.log.LogFixture.failure;
import static dev.leat.engine.internal.log.LogFixture.open;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFaultTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private final FaultyIo io = new FaultyIo();

  @ParameterizedTest
  @ValueSource(strings = {".cq4", "high-water", "segment-"})
  void aFailedForceIsFinal(String where) throws InterruptedException {
    ChronicleLog log = open(directory, io);
    BlockingQueue<EngineException> told = new LinkedBlockingQueue<>();
    log.onSyncFailed(told::add);
    io.onForce = FaultyIo.failing(where);
    append(log, 1);
    assertUnavailable(failure(() -> log.awaitSynced(1)), where);
    io.heal();
    assertUnavailable(failure(() -> log.awaitSynced(1)), where);
    assertUnavailable(failure(() -> append(log, 1)), where);
    assertThat(log.syncedPosition()).isZero();
    assertUnavailable(failure(log::close), where);
    assertUnavailable(told.take(), where);
    assertThat(told).isEmpty();
    log.onSyncFailed(told::add);
    assertThat(told).hasSize(1);
    try (ChronicleLog again = open(directory, io)) {
      assertHolds(again, 1);
      append(again, 1);
      again.awaitSynced(2);
    }
  }

  @Test
  void anInterruptEndsTheWaitAndNotTheLog() {
    CountDownLatch gate = new CountDownLatch(1);
    try (ChronicleLog log = open(directory, io)) {
      io.onForce = path -> awaitQuietly(gate);
      append(log, 1);
      Thread.currentThread().interrupt();
      assertThat(failure(() -> log.awaitSynced(1)).kind()).isEqualTo(Kind.UNAVAILABLE);
      assertThat(Thread.interrupted()).isTrue();
      gate.countDown();
      log.awaitSynced(1);
    }
  }

  @Test
  void appendingStopsAtTheFloorAndGoesOnWhenThereIsSpace() {
    AtomicLong free = new AtomicLong(20L * MIB);
    io.usableSpace = free::get;
    byte[] payload = new byte[MIB / 2];
    try (ChronicleLog log = open(directory, io)) {
      log.append(payload, 0, payload.length);
      free.set(MIB);
      EngineException full = failure(() -> appendFor(log, payload, 100));
      assertThat(full.kind()).isEqualTo(Kind.FULL);
      assertThat(full)
          .hasMessageContaining("min_free_bytes=1048576")
          .hasMessageContaining(directory.toString());
      long last = log.lastPosition();
      assertThat(last).isLessThan(10);
      assertThat(failure(() -> appendFor(log, payload, 1)).kind()).isEqualTo(Kind.FULL);
      free.set(20L * MIB);
      assertThat(log.append(payload, 0, payload.length)).isEqualTo(last + 1);
    }
    try (ChronicleLog log = open(directory, io)) {
      assertThat(log.lastPosition()).isGreaterThan(1);
      log.replay(1, (position, buffer, offset, length) -> assertThat(length).isEqualTo(MIB / 2));
    }
  }

  @Test
  void aFullDiskAtTheStartIsFullAndNothingElse() {
    io.usableSpace = () -> 1000L;
    try (ChronicleLog log = open(directory, io)) {
      assertThat(failure(() -> append(log, 1)).kind()).isEqualTo(Kind.FULL);
      io.heal();
      append(log, 3);
      assertHolds(log, 3);
    }
    try (ChronicleLog log = open(directory, io)) {
      assertHolds(log, 3);
    }
  }

  @Test
  void aReservationThatTheDiskRefusesIsFull() {
    byte[] payload = new byte[MIB / 2];
    try (ChronicleLog log = open(directory, io)) {
      append(log, 1);
      io.onWrite = FaultyIo.failing(".cq4");
      assertThat(failure(() -> appendFor(log, payload, 100)).kind()).isEqualTo(Kind.FULL);
      long last = log.lastPosition();
      io.heal();
      assertThat(log.append(payload, 0, payload.length)).isEqualTo(last + 1);
    }
  }

  @Test
  void aFailedAppendLeavesTheLogAsItWasAndTheNextOneGoesOn() {
    try (ChronicleLog log = open(directory, io)) {
      append(log, 5);
      io.onUsableSpace = FaultyIo.failing("segment-");
      byte[] large = new byte[MIB];
      EngineException failed = failure(() -> appendFor(log, large, 100));
      assertThat(failed.kind()).isEqualTo(Kind.UNAVAILABLE);
      long last = log.lastPosition();
      io.heal();
      assertThat(log.append(large, 0, 3)).isEqualTo(last + 1);
      assertThat(log.syncedPosition()).isGreaterThanOrEqualTo(last);
    }
    try (ChronicleLog log = open(directory, io)) {
      AtomicLong count = new AtomicLong();
      log.replay(1, (position, buffer, offset, length) -> count.incrementAndGet());
      assertThat(count.get()).isEqualTo(log.lastPosition());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"high-water", "low-water", "FORMAT"})
  void aFullDiskWhileALogIsCreatedIsFullAndTheNextOpeningCreatesIt(String file) {
    io.onWrite = FaultyIo.failing(file);
    io.usableSpace = () -> 1000L;
    EngineException full = failure(() -> open(directory, io).close());
    assertThat(full.kind()).isEqualTo(Kind.FULL);
    assertThat(full).hasMessageContaining(directory.toString()).hasMessageContaining(file);
    io.usableSpace = null;
    assertThat(failure(() -> open(directory, io).close()).kind()).isEqualTo(Kind.UNAVAILABLE);
    io.heal();
    try (ChronicleLog log = open(directory, io)) {
      append(log, 3);
    }
    try (ChronicleLog log = open(directory, io)) {
      assertHolds(log, 3);
    }
  }

  @Test
  void aDiskThatRefusesTheHighWaterMarkStopsTheLogAndLosesNothing() {
    ChronicleLog log = open(directory, io);
    append(log, 2);
    log.awaitSynced(2);
    io.onWrite = FaultyIo.failing("high-water");
    append(log, 3);
    assertUnavailable(failure(() -> log.awaitSynced(5)), "high-water");
    assertUnavailable(failure(() -> append(log, 1)), "high-water");
    assertThat(log.syncedPosition()).isEqualTo(2);
    assertUnavailable(failure(log::close), "high-water");
    io.usableSpace = () -> 1000L;
    assertThat(failure(() -> open(directory, io).close()).kind()).isEqualTo(Kind.FULL);
    io.heal();
    try (ChronicleLog again = open(directory, io)) {
      assertHolds(again, 5);
      append(again, 1);
    }
  }

  private static void appendFor(ChronicleLog log, byte[] payload, int times) {
    for (int i = 0; i < times; i++) {
      log.append(payload, 0, payload.length);
    }
  }

  private static void assertUnavailable(EngineException failure, String cause) {
    assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    assertThat(failure).hasMessageContaining("planted fault: " + cause);
  }

  private static void awaitQuietly(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
