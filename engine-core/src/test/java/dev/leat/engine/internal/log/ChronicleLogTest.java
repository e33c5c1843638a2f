package dev.leat.engine.internal.log;

import static dev.leat.engine.internal.log.LogFixture.append;
import static dev.leat.engine.internal.log.LogFixture.assertHolds;
import static dev.leat.engine.internal.log.LogFixture.failure;
import static dev.leat.engine.internal.log.LogFixture.open;
import static dev.leat.engine.internal.log.LogFixture.replay;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;
import net.openhft.chronicle.queue.rollcycles.SparseRollCycles;
import net.openhft.chronicle.wire.DocumentContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChronicleLogTest {
  @TempDir Path directory;

  @Test
  void aNewLogIsEmpty() {
    try (ChronicleLog log = open(directory)) {
      assertThat(log.lastPosition()).isZero();
      assertThat(log.syncedPosition()).isZero();
      assertThat(replay(log, 1)).isEmpty();
      log.awaitSynced(0);
    }
  }

  @Test
  void positionsGoOnOverRestartsAndSegments() throws IOException {
    LogSettings settings = LogFixture.QUIET.withSegmentBytes(100_000);
    for (int start = 0; start < 4; start++) {
      try (ChronicleLog log = ChronicleLog.open(directory, settings, SystemIo.INSTANCE)) {
        assertHolds(log, start * 150L);
        append(log, 150);
        assertHolds(log, start * 150L + 150);
      }
    }
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 600);
      assertThat(log.syncedPosition()).isEqualTo(600);
      assertThat(replay(log, 599)).containsExactly(599L, 600L);
      assertThat(replay(log, 601)).isEmpty();
    }
    assertThat(segments()).hasSizeGreaterThan(12);
  }

  @Test
  void aStartThatAppendsNothingLeavesNothing() throws IOException {
    LogFixture.fill(directory, 3, 0, 0, 2);
    assertThat(segments())
        .containsExactly("segment-0000000000000000001", "segment-0000000000000000004");
  }

  @Test
  void aClosedSegmentTakesOnlyTheSpaceOfItsRecords() throws IOException {
    LogFixture.fill(directory, 1);
    assertThat(Files.size(LogFixture.file(directory, 1))).isLessThan(200_000);
  }

  @Test
  void recordsOfAllSizesFit() {
    int largest = LogFixture.QUIET.maxRecordBytes();
    int[] sizes = {0, 1, 2, 3, 4, 5, 4096, 300_000, largest};
    try (ChronicleLog log = open(directory)) {
      for (int round = 0; round < 100; round++) { // over the edge of a mapped block
        for (int size : sizes) {
          byte[] bytes = new byte[size];
          Arrays.fill(bytes, (byte) round);
          log.append(bytes, 0, size);
        }
      }
      log.replay(
          1,
          (position, buffer, offset, length) -> {
            int index = (int) (position - 1);
            assertThat(length).isEqualTo(sizes[index % sizes.length]);
            if (length > 0) {
              assertThat(buffer[offset + length - 1]).isEqualTo((byte) (index / sizes.length));
            }
          });
      assertThat(log.lastPosition()).isEqualTo(900);
    }
  }

  @Test
  void aRecordBeyondTheLimitIsInvalid() {
    try (ChronicleLog log = open(directory)) {
      byte[] bytes = new byte[LogFixture.QUIET.maxRecordBytes() + 1];
      assertThat(failure(() -> log.append(bytes, 0, bytes.length)))
          .hasMessageContaining("max_record_bytes=1048576")
          .extracting("kind")
          .isEqualTo(Kind.INVALID);
      append(log, 2);
      assertHolds(log, 2);
    }
  }

  @Test
  void onlyTheNamedPartOfTheArrayIsAppended() {
    try (ChronicleLog log = open(directory)) {
      log.append(new byte[] {1, 2, 3, 4, 5}, 1, 3);
      log.replay(
          1,
          (position, buffer, offset, length) -> {
            assertThat(length).isEqualTo(3);
            assertThat(buffer[offset]).isEqualTo((byte) 2);
            assertThat(buffer[offset + 2]).isEqualTo((byte) 4);
          });
    }
  }

  @Test
  void chroniclesOwnTailerReadsTheSameRecords() {
    try (ChronicleLog log = open(directory)) {
      append(log, 3000);
      try (ChronicleQueue queue =
              SingleChronicleQueueBuilder.binary(LogFixture.segment(directory, 1).toFile())
                  .rollCycle(SparseRollCycles.LARGE_HOURLY_SPARSE)
                  .timeProvider(() -> 0L)
                  .readOnly(true)
                  .build();
          ExcerptTailer tailer = queue.createTailer()) {
        for (long position = 1; position <= 3000; position++) {
          try (DocumentContext document = tailer.readingDocument()) {
            assertThat(document.isPresent()).isTrue();
            byte[] bytes = document.wire().bytes().toByteArray();
            assertThat(RecordFormat.headerProblem(bytes, 0, position, bytes.length)).isEmpty();
          }
        }
        assertThat(tailer.readingDocument().isPresent()).isFalse();
      }
      assertHolds(log, 3000);
    }
  }

  @Test
  void waitingMakesDurable() {
    try (ChronicleLog log = open(directory)) {
      append(log, 10);
      log.awaitSynced(10);
      assertThat(log.syncedPosition()).isEqualTo(10);
      assertThatIllegalArgumentException().isThrownBy(() -> log.awaitSynced(11));
    }
  }

  @Test
  void theListenerSeesRisingPositionsUpToTheLast() {
    List<Long> seen = new CopyOnWriteArrayList<>();
    LogSettings settings = LogFixture.QUIET.withSyncDelay(Duration.ofNanos(1));
    try (ChronicleLog log = ChronicleLog.open(directory, settings, SystemIo.INSTANCE)) {
      log.onSynced(seen::add);
      append(log, 500);
    }
    assertThat(seen).isSorted().doesNotHaveDuplicates().endsWith(500L);
  }

  @Test
  void aListenerThatThrowsStopsNothing() {
    try (ChronicleLog log = open(directory)) {
      log.onSynced(
          position -> {
            throw new IllegalStateException("planted");
          });
      append(log, 1);
      log.awaitSynced(1);
      append(log, 1);
      log.awaitSynced(2);
    }
  }

  @Test
  void anInterruptedThreadAppendsAndStaysInterrupted() {
    LogSettings settings = LogFixture.QUIET.withSegmentBytes(20_000);
    Thread.currentThread().interrupt();
    try (ChronicleLog log = ChronicleLog.open(directory, settings, SystemIo.INSTANCE)) {
      for (int i = 0; i < 50; i++) {
        append(log, 1);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
      }
      assertHolds(log, 50);
    }
    assertThat(Thread.interrupted()).isTrue();
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 50);
    }
  }

  @Test
  void aClosedLogSaysSo() {
    ChronicleLog log = open(directory);
    append(log, 2);
    log.close();
    log.close();
    log.awaitSynced(2);
    assertThat(failure(() -> log.append(new byte[1], 0, 1)).kind()).isEqualTo(Kind.CLOSED);
    assertThat(failure(() -> replay(log, 1)).kind()).isEqualTo(Kind.CLOSED);
  }

  private List<String> segments() throws IOException {
    try (Stream<Path> paths = Files.list(directory.resolve("log"))) {
      return paths
          .map(path -> path.getFileName().toString())
          .filter(name -> name.startsWith("segment-"))
          .sorted()
          .toList();
    }
  }
}
