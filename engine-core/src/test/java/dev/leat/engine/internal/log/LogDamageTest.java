package dev.leat.engine.internal.log;

import static dev.leat.engine.internal.log.LogFixture.append;
import static dev.leat.engine.internal.log.LogFixture.assertHolds;
import static dev.leat.engine.internal.log.LogFixture.crashImage;
import static dev.leat.engine.internal.log.LogFixture.deleteAll;
import static dev.leat.engine.internal.log.LogFixture.failureOfReading;
import static dev.leat.engine.internal.log.LogFixture.file;
import static dev.leat.engine.internal.log.LogFixture.fill;
import static dev.leat.engine.internal.log.LogFixture.flip;
import static dev.leat.engine.internal.log.LogFixture.offsetOf;
import static dev.leat.engine.internal.log.LogFixture.open;
import static dev.leat.engine.internal.log.LogFixture.segment;
import static dev.leat.engine.internal.log.LogFixture.truncate;
import static dev.leat.engine.internal.log.LogFixture.zero;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogDamageTest {
  private static final int RECORD_HEADER = 4 + RecordFormat.HEADER_BYTES;

  @TempDir Path directory;
  @TempDir Path image;

  /** Position 2 is in a segment that another follows, position 8 is the last of a closed log. */
  @ParameterizedTest
  @ValueSource(longs = {2, 5, 6, 8})
  void everyFlippedBitOfAHeaderIsFound(long position) throws IOException {
    fill(directory, 4, 4);
    long first = position <= 4 ? 1 : 5;
    Path file = file(directory, first);
    long offset = offsetOf(file, first, position);
    for (int bit = 0; bit < RECORD_HEADER * 8; bit++) {
      flip(file, offset + bit / 8, 1 << bit % 8);
      EngineException failure = failureOfReading(directory);
      assertThat(failure.kind()).as("bit %d: %s", bit, failure).isEqualTo(Kind.CORRUPT);
      assertThat(failure)
          .as("bit %d", bit)
          .hasMessageContaining("position=" + position)
          .hasMessageContaining("file=" + file);
      flip(file, offset + bit / 8, 1 << bit % 8);
    }
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 8);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 5, 8})
  void aFlippedBitOfAPayloadIsFound(long position) throws IOException {
    fill(directory, 4, 4);
    long first = position <= 4 ? 1 : 5;
    Path file = file(directory, first);
    long offset = offsetOf(file, first, position);
    flip(file, offset + RECORD_HEADER + LogFixture.payload(position).length / 2, 16);
    assertCorrupt("CRC mismatch", position, file, offset);
  }

  @Test
  void aTruncatedSegmentIsFound() throws IOException {
    fill(directory, 4, 4);
    Path file = file(directory, 1);
    long offset = offsetOf(file, 1, 3);
    truncate(file, offset + 100);
    assertCorrupt("a document of", 3, file, offset);
    truncate(file, offset);
    assertCorrupt("the file ends", 3, file, offset);
  }

  @Test
  void aTruncatedEndIsFoundAtOpening() throws IOException {
    fill(directory, 4, 4);
    Path file = file(directory, 5);
    long offset = offsetOf(file, 5, 8);
    truncate(file, offset + 100);
    assertCorrupt("ends before records that were durable", 8, file, offset);
    truncate(file, offset);
    assertCorrupt("ends before records that were durable", 8, file, offset);
  }

  @Test
  void aHoleIsFound() throws IOException {
    fill(directory, 4, 4);
    Path file = file(directory, 1);
    long offset = offsetOf(file, 1, 2);
    zero(file, offset, offsetOf(file, 1, 4));
    assertCorrupt("no document follows", 2, file, offset);
  }

  @Test
  void aZeroedTailIsFound() throws IOException {
    fill(directory, 4, 4);
    Path file = file(directory, 5);
    long offset = offsetOf(file, 5, 7);
    zero(file, offset, Files.size(file));
    assertCorrupt("ends before records that were durable", 7, file, offset);
  }

  @Test
  void bytesBehindACleanEndAreFound() throws IOException {
    fill(directory, 4);
    Path file = file(directory, 1);
    long size = Files.size(file) + 3 & -4;
    truncate(file, size + 8);
    flip(file, size, 20);
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("follows the end of a log that was closed");
  }

  @Test
  void aMissingSegmentIsFoundWhereverItWas() throws IOException {
    fill(directory, 3, 3, 3);
    deleteAll(segment(directory, 4));
    assertThat(failureOfReading(directory))
        .hasMessageContaining("position=4")
        .hasMessageContaining("file=" + file(directory, 1));
    deleteAll(segment(directory, 7));
    assertThat(failureOfReading(directory)).hasMessageContaining("durable_position=9");
    deleteAll(segment(directory, 1));
    assertThat(failureOfReading(directory).kind()).isEqualTo(Kind.CORRUPT);
    fill(image, 1, 1);
    deleteAll(segment(image, 1));
    assertThat(failureOfReading(image)).hasMessageContaining("first_segment=");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 4, 7})
  void aMissingFileIsFound(long first) throws IOException {
    fill(directory, 3, 3, 3);
    Files.delete(file(directory, first));
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure)
        .hasMessageContaining("missing")
        .hasMessageContaining("file=" + file(directory, first));
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 9, 4000})
  void aFileWithTheNameOfASegmentIsFound(long first) throws IOException {
    fill(directory, 4, 4);
    Path foreign = segment(directory, first);
    Files.writeString(foreign, "notes");
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("file=" + foreign);
    assertThat(foreign).hasContent("notes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"lock", "log/app.log"})
  void aDirectoryOfAnotherProgramIsNotTaken(String name) throws IOException {
    Path foreign = directory.resolve(name);
    Files.createDirectories(foreign.getParent());
    Files.writeString(foreign, "notes");
    assertThat(
            List.<ThrowingCallable>of(
                () -> open(directory), () -> ChronicleLog.look(directory, SystemIo.INSTANCE)))
        .allSatisfy(
            call -> {
              EngineException failure = catchThrowableOfType(EngineException.class, call);
              assertThat(failure.kind()).isEqualTo(Kind.INVALID);
              assertThat(failure)
                  .hasMessageContaining("a directory that is empty or does not exist")
                  .hasMessageContaining("file=" + foreign);
            });
    assertThat(foreign).hasContent("notes");
    assertThat(directory.resolve("FORMAT")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "pid", "pid=12345\n", "\0\0\0\0\0\0"})
  void aStartThatDiedDoesNotMakeADirectoryForeign(String holder) throws IOException {
    Files.createDirectories(directory.resolve("log"));
    Files.writeString(directory.resolve("lock"), holder);
    Files.writeString(directory.resolve("log/high-water.new"), "");
    fill(directory, 4);
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 4);
    }
  }

  @Test
  void whatIsNotOursInTheDirectoryOfASegmentIsKept() throws IOException {
    fill(directory, 4);
    Files.createDirectories(segment(directory, 5));
    Files.writeString(segment(directory, 5).resolve("notes"), "keep");
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 4);
    }
    assertThat(SystemIo.INSTANCE.list(directory.resolve("log")))
        .filteredOn(path -> path.getFileName().toString().contains("5.torn-"))
        .singleElement()
        .satisfies(path -> assertThat(path.resolve("notes")).hasContent("keep"));
  }

  @Test
  void damageThatWasReportedIsReportedAgain() throws IOException {
    fill(directory, 4);
    Files.createDirectories(segment(directory, 9)); // so there was something up to position 8
    for (int i = 0; i < 2; i++) {
      assertThat(failureOfReading(directory)).hasMessageContaining("position=5");
    }
    assertThat(segment(directory, 9)).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000000000000000000", "9999999999999999999"})
  void aSegmentOfAPositionThatCannotBeIsFound(String position) throws IOException {
    fill(directory, 4);
    Path foreign = Files.createDirectory(directory.resolve("log/segment-" + position));
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("segment=" + foreign);
  }

  @Test
  void aLogThatIsGoneIsNotAnEmptyLog() throws IOException {
    fill(directory, 3);
    deleteAll(directory.resolve("log"));
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("high-water");
  }

  @Test
  void aStartThatDiedBeforeTheFormatWasWrittenIsBegunAgain() throws IOException {
    Path fresh = directory.resolve("a/b");
    fill(fresh, 0);
    Files.delete(fresh.resolve("FORMAT"));
    fill(fresh, 3);
    try (ChronicleLog log = open(fresh)) {
      assertHolds(log, 3);
    }
  }

  @Test
  void aRecordOfANewerFormatSaysSo() throws IOException {
    fill(directory, 3);
    Path file = file(directory, 1);
    long offset = offsetOf(file, 1, 2);
    byte[] record = new byte[RecordFormat.HEADER_BYTES + LogFixture.payload(2).length];
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.seek(offset + 4);
      raf.readFully(record);
      RecordFormat.putInt(record, 8, RecordFormat.VERSION + 1);
      CRC32C crc = new CRC32C();
      crc.update(record, 4, record.length - 4);
      RecordFormat.putInt(record, 0, (int) crc.getValue());
      raf.seek(offset + 4);
      raf.write(record);
    }
    assertCorrupt("written by a newer version", 2, file, offset);
  }

  @Test
  void aLogOfANewerFormatIsRefused() throws IOException {
    fill(directory, 3);
    Path format = directory.resolve("FORMAT");
    assertThat(Files.readString(format)).startsWith("leat-log 3\n");
    // Whatever a later version says between its first and its last line.
    String newer = "leat-log 4\nid x\nshards 8\n";
    CRC32C crc = new CRC32C();
    crc.update(newer.getBytes(StandardCharsets.US_ASCII));
    Files.writeString(format, newer + String.format("crc32c %08x\n", crc.getValue()));
    EngineException refusal = failureOfReading(directory);
    assertThat(refusal.kind()).isEqualTo(Kind.INVALID);
    assertThat(refusal)
        .hasMessageContaining("another version")
        .hasMessageContaining("format=4")
        .hasMessageContaining("file=" + format);
    Files.delete(format);
    assertThat(failureOfReading(directory).kind()).isEqualTo(Kind.CORRUPT);
  }

  @Test
  void anyDamageToTheFormatIsFoundAndNeverTakenForAnotherVersion() throws IOException {
    fill(directory, 3);
    Path format = directory.resolve("FORMAT");
    byte[] good = Files.readAllBytes(format);
    for (int bit = 0; bit < good.length * Byte.SIZE; bit++) {
      byte[] flipped = good.clone();
      flipped[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Files.write(format, flipped);
      assertFormatIsDamaged(format);
    }
    for (int length = 0; length < good.length; length++) {
      Files.write(format, Arrays.copyOf(good, length));
      assertFormatIsDamaged(format);
    }
    Files.write(format, Arrays.copyOf(good, good.length + 1));
    assertFormatIsDamaged(format);
    Files.writeString(format, "leat-log 2\n");
    assertFormatIsDamaged(format);
    Files.write(format, good);
    try (ChronicleLog log = open(directory)) {
      assertHolds(log, 3);
    }
  }

  private void assertFormatIsDamaged(Path format) {
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure)
        .hasMessageContaining("restore")
        .hasMessageContaining("file=" + format)
        .hasMessageContaining("offset=0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"FORMAT", "lock", "log/high-water", "log/low-water", "segment"})
  void aDirectoryInThePlaceOfAFileIsDamageAndSaysWhatToDo(String name) throws IOException {
    fill(directory, 3);
    Path file = name.equals("segment") ? file(directory, 1) : directory.resolve(name);
    Files.delete(file);
    Files.createDirectory(file);
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure)
        .hasMessageContaining("a directory has the name of a file of the engine")
        .hasMessageContaining("put it somewhere else")
        .hasMessageContaining("file=" + file);
  }

  @Test
  void aLogKeepsItsIdAndNoOtherHasIt() throws IOException {
    UUID id;
    try (ChronicleLog log = open(directory)) {
      id = log.id();
      append(log, 1);
    }
    try (ChronicleLog log = open(directory);
        ChronicleLog other = open(image)) {
      assertThat(log.id()).isEqualTo(id).isNotEqualTo(other.id());
    }
  }

  @Test
  void theHighWaterMarkSurvivesTheLossOfOneCopyAndSaysWhenBothAreLost() throws IOException {
    fill(directory, 3);
    Path mark = directory.resolve("log/high-water");
    byte[] good = Files.readAllBytes(mark);
    for (int slot = 0; slot < 2; slot++) {
      Files.write(mark, good);
      flip(mark, slot * 4096 + 20, 1);
      try (ChronicleLog log = open(directory)) {
        assertHolds(log, 3);
      }
    }
    Files.write(mark, good);
    flip(mark, 20, 1);
    flip(mark, 4096 + 20, 1);
    assertThat(failureOfReading(directory)).hasMessageContaining("damaged in both copies");
    Files.delete(mark);
    assertThat(failureOfReading(directory).kind()).isEqualTo(Kind.CORRUPT);
  }

  @Test
  void aKilledProcessLosesNothing() throws IOException {
    crashAfterSyncing(2, 10);
    try (ChronicleLog log = open(image)) {
      assertThat(log.syncedPosition()).isEqualTo(10);
      assertHolds(log, 10);
      append(log, 2);
    }
    try (ChronicleLog log = open(image)) {
      assertHolds(log, 12);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {3, 7, 10})
  void aTornTailBehindTheMarkIsCutOffForGood(long torn) throws IOException {
    crashAfterSyncing(2, 10);
    Path file = file(image, 1);
    long offset = offsetOf(file, 1, torn);
    zero(file, offset + 40, offset + 60);
    try (ChronicleLog log = open(image)) {
      assertHolds(log, torn - 1);
      assertThat(log.syncedPosition()).isEqualTo(torn - 1);
    }
    try (ChronicleLog log = open(image)) {
      assertHolds(log, torn - 1);
      append(log, 3);
    }
    try (ChronicleLog log = open(image)) {
      assertHolds(log, torn + 2);
    }
  }

  @Test
  void aTailThatIsCutOffIsNotLostTwice() throws IOException {
    crashAfterSyncing(2, 10);
    Path file = file(image, 1);
    long last = offsetOf(file, 1, 10);
    zero(file, last + 40, last + 60);
    try (ChronicleLog log = open(image)) {
      assertHolds(log, 9);
    }
    long offset = offsetOf(file, 1, 9);
    zero(file, offset, last);
    EngineException failure = failureOfReading(image);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("durable_position=9");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void damageBeforeTheMarkIsNeverATornTail(long position) throws IOException {
    crashAfterSyncing(2, 10);
    Path file = file(image, 1);
    long offset = offsetOf(file, 1, position);
    flip(file, offset + RECORD_HEADER, 1);
    EngineException failure = failureOfReading(image);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure).hasMessageContaining("position=" + position);
  }

  @Test
  void aSegmentWithoutAGoodRecordIsPutAsideOrRemoved() throws IOException {
    fill(directory, 3);
    try (ChronicleLog log = open(directory)) {
      append(log, 1);
      crashImage(directory, image);
    }
    // In the image, the mark may already cover the record; take the one of the first run instead.
    Path mark = image.resolve("log/high-water");
    rewriteMark(mark, new HighWaterMark.Mark(3, 1, offsetOf(file(image, 1), 1, 3), true));
    Path file = file(image, 4);
    long offset = offsetOf(file, 4, 4);
    flip(file, offset + RECORD_HEADER, 1);
    try (ChronicleLog log = open(image)) {
      assertHolds(log, 3);
    }
    assertThat(segment(image, 4)).doesNotExist();
    assertThat(SystemIo.INSTANCE.list(image.resolve("log")))
        .anyMatch(path -> path.getFileName().toString().contains("4.torn-"));

    Files.createDirectories(segment(image, 4));
    try (ChronicleLog log = open(image)) {
      assertHolds(log, 3);
      assertThat(segment(image, 4)).doesNotExist();
      append(log, 2);
    }
    try (ChronicleLog log = open(image)) {
      assertHolds(log, 5);
    }
  }

  private static void rewriteMark(Path path, HighWaterMark.Mark mark) throws IOException {
    Files.delete(path);
    HighWaterMark.create(SystemIo.INSTANCE, path);
    try (HighWaterMark file = HighWaterMark.open(SystemIo.INSTANCE, path)) {
      file.write(mark);
    }
  }

  /** Leaves in {@code image} what a killed process leaves that had synced only some records. */
  private void crashAfterSyncing(int synced, int appended) throws IOException {
    try (ChronicleLog log = open(directory)) {
      append(log, synced);
      log.awaitSynced(synced);
      append(log, appended - synced);
      assertThat(log.syncedPosition()).isEqualTo(synced);
      crashImage(directory, image);
    }
  }

  private void assertCorrupt(String reason, long position, Path file, long offset) {
    EngineException failure = failureOfReading(directory);
    assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
    assertThat(failure)
        .hasMessageContaining(reason)
        .hasMessageContaining("position=" + position)
        .hasMessageContaining("file=" + file)
        .hasMessageContaining("offset=" + offset);
  }
}
