package dev.leat.engine.internal.log;

import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Measures appending and replaying, by hand: {@code LogThroughput <directory> [total MiB]}, with
 * the flags of the log. It deletes what it wrote.
 */
final class LogThroughput {
  private static final int MIB = 1 << 20;

  private LogThroughput() {}

  public static void main(String[] args) throws IOException {
    Path root = Path.of(args[0]);
    long total = (args.length > 1 ? Long.parseLong(args[1]) : 1024) * MIB;
    LogSettings synced = LogSettings.defaults();
    LogSettings lazy = synced.withSyncDelay(LogSettings.LAZY_SYNC_DELAY);
    for (int round = 0; round < 2; round++) {
      measure(root, "lazy", lazy, 64 << 10, total);
      measure(root, "10ms", synced, 64 << 10, total);
      measure(root, "lazy", lazy, MIB, total);
      measure(root, "lazy", lazy, 256, total / 8);
      measureWaits(root, synced, 64 << 10);
    }
  }

  private static void measure(Path root, String name, LogSettings settings, int size, long total)
      throws IOException {
    Path directory = Files.createTempDirectory(root, "log");
    byte[] payload = new byte[size];
    new Random(1).nextBytes(payload);
    long count = total / size;
    long start = System.nanoTime();
    try (ChronicleLog log = ChronicleLog.open(directory, settings, SystemIo.INSTANCE)) {
      log.append(payload, 0, size);
      long opened = System.nanoTime();
      for (long i = 0; i < count; i++) {
        log.append(payload, 0, size);
      }
      long appended = System.nanoTime();
      log.awaitSynced(log.lastPosition());
      long durable = System.nanoTime();
      long[] seen = new long[1];
      log.replay(1, (position, buffer, offset, length) -> seen[0] += length);
      long replayed = System.nanoTime();
      System.out.printf(
          "%s size=%d open_ms=%.1f append_mb_s=%.0f append_m_s=%.2f synced_mb_s=%.0f"
              + " replay_mb_s=%.0f replay_m_s=%.2f%n",
          name,
          size,
          (opened - start) / 1e6,
          rate(count * size, appended - opened),
          rate(count, appended - opened),
          rate(count * size, durable - opened),
          rate(seen[0], replayed - durable),
          rate(count, replayed - durable));
    } finally {
      delete(directory);
    }
  }

  private static void measureWaits(Path root, LogSettings settings, int size) throws IOException {
    Path directory = Files.createTempDirectory(root, "log");
    byte[] payload = new byte[size];
    long[] nanos = new long[200];
    try (ChronicleLog log = ChronicleLog.open(directory, settings, SystemIo.INSTANCE)) {
      for (int i = 0; i < nanos.length; i++) {
        long start = System.nanoTime();
        log.awaitSynced(log.append(payload, 0, size));
        nanos[i] = System.nanoTime() - start;
      }
    } finally {
      delete(directory);
    }
    Arrays.sort(nanos);
    System.out.printf(
        "append and wait size=%d p50_ms=%.2f p99_ms=%.2f%n",
        size, nanos[nanos.length / 2] / 1e6, nanos[nanos.length * 99 / 100] / 1e6);
  }

  private static double rate(long amount, long nanos) {
    return amount * 1e3 / nanos;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
