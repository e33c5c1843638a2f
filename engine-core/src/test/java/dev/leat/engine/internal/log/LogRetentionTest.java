package dev.leat.engine.internal.log;

import static dev.leat.engine.internal.log.LogFixture.append;
import static dev.leat.engine.internal.log.LogFixture.deleteAll;
import static dev.leat.engine.internal.log.LogFixture.failure;
import static dev.leat.engine.internal.log.LogFixture.replay;
import static dev.leat.engine.internal.log.LogFixture.segment;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.internal.log.EventLog.Hold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogRetentionTest {
  private static final int MIB = 1 << 20;
  private static final LogSettings RECOVERY_ONLY =
      LogFixture.QUIET.withRetention(Duration.ZERO, LogSettings.UNLIMITED);

  @TempDir Path directory;
  private final FaultyIo io = new FaultyIo();

  private ChronicleLog open(LogSettings settings) {
    return ChronicleLog.open(directory, settings, io);
  }

  /** Three closed segments: 1 to 3, 4 to 6, 7 to 9. */
  private void fill() {
    LogFixture.fill(directory, 3, 3, 3);
  }

  private List<String> segments() throws IOException {
    try (Stream<Path> paths = Files.list(directory.resolve("log"))) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("segment-"))
          .map(name -> name.replaceFirst("segment-0*", ""))
          .sorted()
          .toList();
    }
  }

  private static void assertHoldsFrom(ChronicleLog log, long first, long last) {
    assertThat(log.firstPosition()).isEqualTo(first);
    assertThat(log.lastPosition()).isEqualTo(last);
    assertThat(replay(log, first))
        .containsExactlyElementsOf(LongStream.rangeClosed(first, last).boxed().toList());
  }

  @Test
  void wholeSegmentsGoWhenAllOfThemIsPassed() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      assertHoldsFrom(log, 1, 9);
      log.release(4 - 1);
      assertHoldsFrom(log, 1, 9);
      log.release(4);
      assertHoldsFrom(log, 4, 9);
      assertThat(segments()).containsExactly("4", "7");
      log.release(2);
      assertHoldsFrom(log, 4, 9);
      log.release(10);
      assertHoldsFrom(log, 7, 9);
      assertThat(segments()).containsExactly("7");
      append(log, 2);
      log.awaitSynced(11);
      log.release(12);
      assertHoldsFrom(log, 10, 11);
    }
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      assertHoldsFrom(log, 10, 11);
      append(log, 1);
    }
    try (ChronicleLog log = open(LogFixture.QUIET)) {
      assertHoldsFrom(log, 10, 12);
    }
  }

  @Test
  void whatCannotBeReleasedIsRefused() {
    fill();
    ChronicleLog log = open(RECOVERY_ONLY);
    assertThatIllegalArgumentException().isThrownBy(() -> log.release(11));
    assertThatIllegalArgumentException().isThrownBy(() -> log.release(0));
    assertHoldsFrom(log, 1, 9);
    log.close();
    assertThat(failure(() -> log.release(4)).kind()).isEqualTo(Kind.CLOSED);
  }

  @Test
  void aSegmentStaysUntilTheNextOneHasADurableRecord() throws IOException {
    fill();
    CountDownLatch mayForce = new CountDownLatch(1);
    // The first record after a pause is forced at once.
    io.onForce =
        path -> {
          if (path.toString().endsWith(".cq4")) {
            awaitQuietly(mayForce);
          }
        };
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      append(log, 1);
      assertThat(log.syncedPosition()).isEqualTo(9);
      log.release(11);
      assertThat(segments()).containsExactly("10", "7");
      mayForce.countDown();
      log.awaitSynced(10);
      log.release(11);
      assertThat(segments()).containsExactly("10");
    }
  }

  @Test
  void byDefaultNothingGoes() throws IOException {
    fill();
    try (ChronicleLog log = open(LogFixture.QUIET)) {
      log.release(10);
      assertHoldsFrom(log, 1, 9);
      assertThat(segments()).hasSize(3);
    }
  }

  @Test
  void aReaderBelowTheFirstPositionIsTold() {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      log.release(7);
      EngineException gone = failure(() -> replay(log, 6));
      assertThat(gone.kind()).isEqualTo(Kind.INVALID);
      assertThat(gone).hasMessageContaining("from=6").hasMessageContaining("first_position=7");
      assertThat(failure(() -> log.hold("late", 6)).kind()).isEqualTo(Kind.INVALID);
    }
  }

  @Test
  void whatSomebodyHoldsStays() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      Hold hold = log.hold("sink 'orders'", 3);
      log.release(10);
      assertHoldsFrom(log, 1, 9);
      hold.moveTo(5);
      assertThatIllegalArgumentException().isThrownBy(() -> hold.moveTo(4));
      log.release(10);
      assertHoldsFrom(log, 4, 9);
      hold.close();
      hold.close();
      log.release(10);
      assertHoldsFrom(log, 7, 9);
    }
  }

  @Test
  void aReplayKeepsWhatItHasYetToRead() throws Exception {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      List<Long> seen = new ArrayList<>();
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch released = new CountDownLatch(1);
      Thread reader =
          new Thread(
              () ->
                  log.replay(
                      2,
                      (position, buffer, offset, length) -> {
                        seen.add(position);
                        begun.countDown();
                        awaitQuietly(released);
                      }));
      reader.start();
      begun.await();
      log.release(10);
      released.countDown();
      reader.join();
      assertThat(seen).containsExactly(2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
      log.release(10);
      assertHoldsFrom(log, 7, 9);
    }
  }

  @Test
  void segmentsThatAreOldEnoughGo() {
    LogSettings settings = LogFixture.QUIET.withRetention(Duration.ofHours(1), 1L << 40);
    fill();
    try (ChronicleLog log = open(settings)) {
      log.release(10);
      assertHoldsFrom(log, 1, 9);
      io.aheadMillis = Duration.ofMinutes(50).toMillis();
      append(log, 1);
      log.awaitSynced(10);
      io.aheadMillis = Duration.ofMinutes(70).toMillis();
      log.release(10);
      assertHoldsFrom(log, 10, 10);
      append(log, 1); // in a segment of its own, as the last one began 20 minutes ago
      log.awaitSynced(11);
      io.aheadMillis = Duration.ofMinutes(129).toMillis();
      log.release(11);
      assertHoldsFrom(log, 10, 11);
      io.aheadMillis = Duration.ofMinutes(131).toMillis();
      log.release(11);
      assertHoldsFrom(log, 11, 11);
    }
  }

  @Test
  void aLogStaysWithinItsBytesAsLongAsItIsReleased() throws IOException {
    LogSettings settings = LogFixture.QUIET.withRetention(LogSettings.FOREVER, 16L * MIB);
    byte[] payload = new byte[MIB / 2];
    try (ChronicleLog log = open(settings)) {
      for (int i = 0; i < 200; i++) {
        log.append(payload, 0, payload.length);
        long kept = log.lastPosition() - log.firstPosition() + 1;
        assertThat(kept * payload.length).isLessThanOrEqualTo(16L * MIB);
        assertThat((long) segments().size()).isEqualTo((kept + 3) / 4); // an eighth of it each
        log.release(log.lastPosition() + 1);
      }
      assertThat(log.firstPosition()).isBetween(175L, 190L);
    }
  }

  @Test
  void aBudgetThatSomebodyHoldsIsFullAndSaysWho() {
    LogSettings settings = LogFixture.QUIET.withRetention(LogSettings.FOREVER, 16L * MIB);
    byte[] payload = new byte[MIB / 2];
    try (ChronicleLog log = open(settings)) {
      EngineException byRecovery = failure(() -> appendFor(log, payload, 100));
      assertThat(byRecovery.kind()).isEqualTo(Kind.FULL);
      assertThat(byRecovery)
          .hasMessageContaining("held_by=recovery, which reads from position 1 on")
          .hasMessageContaining("max_bytes=16777216")
          .hasMessageContaining("directory=" + directory);
      long last = log.lastPosition();
      assertThat(last).isGreaterThan(20);
      Hold sink = log.hold("sink 'orders'", 2);
      log.release(last + 1);
      assertThat(failure(() -> appendFor(log, payload, 100)))
          .hasMessageContaining("held_by=sink 'orders', at position 2");
      assertThat(log.lastPosition()).isEqualTo(last);
      sink.moveTo(last);
      appendFor(log, payload, 10);
      assertThat(log.lastPosition()).isEqualTo(last + 10);
      assertThat(log.firstPosition()).isGreaterThan(1).isLessThanOrEqualTo(last);
    }
    try (ChronicleLog log = open(settings)) {
      log.replay(
          log.firstPosition(),
          (position, buffer, offset, length) -> assertThat(length).isEqualTo(MIB / 2));
    }
  }

  @Test
  void theLargestRecordsFitIntoTheSmallestBudget() {
    LogSettings settings =
        LogFixture.QUIET.withMaxRecordBytes(4 * MIB).withRetention(LogSettings.FOREVER, 16L * MIB);
    byte[] payload = new byte[4 * MIB];
    try (ChronicleLog log = open(settings)) {
      for (int i = 0; i < 30; i++) {
        log.append(payload, 0, payload.length);
        log.release(log.lastPosition() + 1);
      }
      assertThat(log.lastPosition()).isEqualTo(30);
    }
  }

  @Test
  void aLargeSegmentEndsEarlyOnceSomeOfItIsPassed() throws IOException {
    LogSettings settings = RECOVERY_ONLY.withSegmentBytes(16L * MIB);
    byte[] payload = new byte[MIB / 2];
    try (ChronicleLog log = open(settings)) {
      appendFor(log, payload, 6);
      assertThat(segments()).hasSize(1);
      log.release(6);
      appendFor(log, payload, 1);
      log.awaitSynced(7);
      log.release(7);
      assertThat(segments()).containsExactly("7");
    }
  }

  @Test
  void aMissingSegmentThatWasNotReleasedIsDamage() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      log.release(4);
    }
    deleteAll(segment(directory, 4));
    EngineException failure = failure(() -> open(RECOVERY_ONLY).close());
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure)
        .hasMessageContaining("first_position=4")
        .hasMessageContaining("file=" + LogFixture.file(directory, 4));
  }

  @Test
  void aDeletionThatACrashStoppedIsFinishedAtTheNextOpening() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      io.onDelete = FaultyIo.failing("segment-0000000000000000004");
      log.release(7);
      assertHoldsFrom(log, 7, 9);
      assertThat(segments()).containsExactly("4", "7");
    }
    io.heal();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      assertHoldsFrom(log, 7, 9);
      assertThat(segments()).containsExactly("7");
    }
  }

  @Test
  void aDeletionThatFailedIsTriedAgain() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      io.onDelete = FaultyIo.failing("segment-");
      log.release(4);
      io.heal();
      log.release(7);
      assertThat(segments()).containsExactly("7");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whenTheLowWaterMarkCannotBeWrittenNothingIsDeleted(boolean isWrite) throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      if (isWrite) {
        io.onWrite = FaultyIo.failing("low-water");
      } else {
        io.onForce = FaultyIo.failing("low-water");
      }
      assertThat(failure(() -> log.release(7)).kind()).isEqualTo(Kind.UNAVAILABLE);
      io.heal();
      assertThat(failure(() -> log.release(7)))
          .hasMessageContaining("planted fault: low-water")
          .hasMessageContaining("close the engine");
      assertThat(segments()).hasSize(3);
      append(log, 1);
      assertThat(replay(log, 10)).containsExactly(10L);
    }
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      log.release(7);
      assertHoldsFrom(log, 7, 10);
    }
  }

  @Test
  void anInterruptedThreadReleasesAndStaysInterrupted() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      Thread.currentThread().interrupt();
      log.release(4);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(segments()).containsExactly("4", "7");
      log.release(7);
      assertThat(segments()).containsExactly("7");
    }
  }

  @Test
  void theLossOfOneCopyOfTheLowWaterMarkCostsNothingAndOfBothIsDamage() throws IOException {
    fill();
    try (ChronicleLog log = open(RECOVERY_ONLY)) {
      log.release(7);
    }
    Path mark = directory.resolve("log/low-water");
    byte[] good = Files.readAllBytes(mark);
    for (int slot = 0; slot < 2; slot++) {
      Files.write(mark, good);
      LogFixture.flip(mark, slot * 4096 + 20, 1);
      try (ChronicleLog log = open(RECOVERY_ONLY)) {
        assertHoldsFrom(log, 7, 9);
      }
    }
    LogFixture.flip(mark, 20, 1);
    EngineException failure = failure(() -> open(RECOVERY_ONLY).close());
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("file=" + mark);
    Files.delete(mark);
    assertThat(failure(() -> open(RECOVERY_ONLY).close())).hasMessageContaining("file=" + mark);
  }

  @Test
  void aMarkFromElsewhereDeletesNothing() throws IOException {
    fill();
    Path mark = directory.resolve("log/low-water");
    Files.delete(mark);
    LowWaterMark.create(SystemIo.INSTANCE, mark);
    try (LowWaterMark wrong = LowWaterMark.open(SystemIo.INSTANCE, mark)) {
      wrong.write(6);
    }
    assertThat(failure(() -> open(RECOVERY_ONLY).close()).kind()).isEqualTo(Kind.CORRUPT);
    assertThat(segments()).hasSize(3);
  }

  private static void appendFor(ChronicleLog log, byte[] payload, int times) {
    for (int i = 0; i < times; i++) {
      log.append(payload, 0, payload.length);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
