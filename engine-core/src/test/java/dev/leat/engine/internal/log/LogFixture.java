package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Records with known content, and ways to look at and to damage the files of a log. */
final class LogFixture {
  /** Small segments and records; forces at once when asked, else practically never. */
  static final LogSettings QUIET =
      LogSettings.defaults()
          .withSyncDelay(Duration.ofDays(1))
          .withGroupCommit(Duration.ofMillis(1))
          .withMaxRecordBytes(1 << 20)
          .withMinFreeBytes(1 << 20);

  private static final int IMAGE_BYTES = 2 << 20;

  private LogFixture() {}

  static ChronicleLog open(Path directory) {
    return open(directory, SystemIo.INSTANCE);
  }

  static ChronicleLog open(Path directory, Io io) {
    return ChronicleLog.open(directory, QUIET, io);
  }

  /** What the record at a position holds. */
  static byte[] payload(long position) {
    byte[] bytes = new byte[(int) (position * 7919 % 5000)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (position * 31 + i);
    }
    return bytes;
  }

  static void append(EventLog log, int count) {
    for (int i = 0; i < count; i++) {
      byte[] bytes = payload(log.lastPosition() + 1);
      long expected = log.lastPosition() + 1;
      assertThat(log.append(bytes, 0, bytes.length)).isEqualTo(expected);
    }
  }

  /** Fills a directory with one closed log of some records per segment. */
  static void fill(Path directory, int... recordsPerSegment) {
    for (int count : recordsPerSegment) {
      try (ChronicleLog log = open(directory)) {
        append(log, count);
      }
    }
  }

  /** Replays, checks every payload, and returns the positions seen. */
  static List<Long> replay(EventLog log, long from) {
    List<Long> seen = new ArrayList<>();
    log.replay(
        from,
        (position, buffer, offset, length) -> {
          seen.add(position);
          assertThat(Arrays.copyOfRange(buffer, offset, offset + length))
              .as("position %d", position)
              .isEqualTo(payload(position));
        });
    return seen;
  }

  static void assertHolds(EventLog log, long last) {
    assertThat(log.lastPosition()).isEqualTo(last);
    List<Long> seen = replay(log, 1);
    assertThat(seen).hasSize((int) last);
    for (int i = 0; i < last; i++) {
      assertThat(seen.get(i)).isEqualTo(i + 1L);
    }
  }

  static EngineException failure(ThrowingCallable action) {
    EngineException failure = catchThrowableOfType(EngineException.class, action);
    assertThat(failure).as("an EngineException").isNotNull();
    return failure;
  }

  /** Opens and replays everything, and returns the failure that must come. */
  static EngineException failureOfReading(Path directory) {
    return failure(
        () -> {
          try (ChronicleLog log = open(directory)) {
            replay(log, 1);
          }
        });
  }

  static Path segment(Path directory, long first) {
    return directory.resolve(String.format("log/segment-%019d", first));
  }

  static Path file(Path directory, long first) {
    return segment(directory, first).resolve(ChronicleSegment.FILE_NAME);
  }

  /** Where the document of a record begins. */
  static long offsetOf(Path file, long first, long position) throws IOException {
    try (SegmentScanner scanner = new SegmentScanner(SystemIo.INSTANCE, file, first, 0)) {
      for (long p = first; p <= position; p++) {
        assertThat(scanner.next(true)).isTrue();
      }
      return scanner.recordOffset();
    }
  }

  static void flip(Path file, long offset, int mask) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.seek(offset);
      int value = raf.read();
      raf.seek(offset);
      raf.write(value ^ mask);
    }
  }

  static void zero(Path file, long from, long to) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.seek(from);
      raf.write(new byte[(int) (to - from)]);
    }
  }

  static void truncate(Path file, long size) throws IOException {
    try (RandomAccessFile raf = new RandomAccessFile(file.toFile(), "rw")) {
      raf.setLength(size);
    }
  }

  static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  /** Copies the files of an open log: what is left if the process dies now. */
  static void crashImage(Path directory, Path target) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted().toList()) {
        Path copy = target.resolve(directory.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(copy);
        } else {
          byte[] head = new byte[(int) Math.min(Files.size(path), IMAGE_BYTES)];
          try (RandomAccessFile raf = new RandomAccessFile(path.toFile(), "r")) {
            raf.readFully(head);
          }
          Files.write(copy, head);
        }
      }
    }
  }
}
