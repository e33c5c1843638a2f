package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.internal.log.ChronicleLog;
import dev.leat.engine.internal.log.LogSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What was forced survives every cut, and the log loses nothing by one. {@code mvn verify
 * -Dseeds=10000} tries more cuts of the log; a seed that fails is run alone with {@code -Dseeds=1
 * -Dseed=S}.
 */
class PowerCutIoTest {
  private static final int GENERATIONS = 4;
  private static final LogSettings SETTINGS =
      LogSettings.defaults()
          .withGroupCommit(Duration.ofNanos(1))
          .withMaxRecordBytes(1 << 20)
          .withMinFreeBytes(1 << 20)
          .withSegmentBytes(150_000);

  @TempDir Path work;

  /** A log that goes through several cuts, and what must be in it. */
  private static final class Life {
    private final Random random;
    private final TreeMap<Long, byte[]> written = new TreeMap<>();
    private long synced;
    private long released = 1;

    Life(long seed) {
      random = new Random(seed * 0x9E3779B97F4A7C15L); // seeds that are near begin alike
    }

    /** Opens the remains, checks them, works on them; returns when the power is cut. */
    void live(Path directory, Path remains) throws IOException {
      PowerCutIo io = new PowerCutIo(directory);
      Duration delay = random.nextBoolean() ? Duration.ofDays(1) : Duration.ofNanos(1);
      Duration keep = random.nextInt(4) == 0 ? LogSettings.FOREVER : Duration.ZERO;
      LogSettings settings =
          SETTINGS.withSyncDelay(delay).withRetention(keep, LogSettings.UNLIMITED);
      // A cut may come while the log is being opened, and recovers from the one before.
      io.cutBefore(random.nextInt(random.nextBoolean() ? 12 : 80), random.nextLong(), remains);
      try (ChronicleLog log = ChronicleLog.open(directory, settings, io)) {
        check(log);
        long now = log.syncedPosition();
        synced = io.isCut() ? synced : Math.max(synced, now);
        for (int i = 0; i < 40 && !io.isCut(); i++) {
          work(log, io);
        }
      }
      if (!io.isCut()) {
        synced = written.isEmpty() ? 0 : written.lastKey(); // it was closed in order
        io.cut(random.nextLong(), remains);
      }
    }

    private void work(ChronicleLog log, PowerCutIo io) {
      switch (random.nextInt(8)) {
        case 0, 1 -> log.awaitSynced(log.lastPosition());
        case 2 -> {
          long to = 1 + (long) (random.nextDouble() * (log.lastPosition() + 1));
          released = Math.max(released, to); // also if the cut comes in the middle
          log.release(to);
        }
        default -> {
          byte[] payload = new byte[random.nextInt(random.nextInt(10) == 0 ? 100_000 : 3000)];
          random.nextBytes(payload);
          // The thread that forces may cut the power at any moment. What is appended meanwhile can
          // be among the remains, as no force tells where a record ended.
          written.put(log.append(payload, 0, payload.length), payload);
        }
      }
      long now = log.syncedPosition();
      if (!io.isCut()) {
        synced = now; // durable before any cut that is still to come
      }
    }

    void check(ChronicleLog log) {
      long last = log.lastPosition();
      assertThat(last).as("last").isGreaterThanOrEqualTo(synced);
      assertThat(log.firstPosition()).as("first").isLessThanOrEqualTo(released);
      written.tailMap(last, false).clear();
      written.headMap(log.firstPosition()).clear();
      List<Long> seen = new ArrayList<>();
      log.replay(
          log.firstPosition(),
          (position, buffer, offset, length) -> {
            seen.add(position);
            assertThat(Arrays.copyOfRange(buffer, offset, offset + length))
                .as("position %d", position)
                .isEqualTo(written.get(position));
          });
      assertThat(seen).containsExactlyElementsOf(written.keySet());
    }
  }

  @Test
  void whatTheLogHasSyncedSurvivesEveryCut() throws IOException {
    long seeds = Long.getLong("power-cut.seeds", 100);
    long first = Long.getLong("power-cut.seed", 1);
    for (long seed = first; seed < first + seeds; seed++) {
      Path directory = Files.createDirectory(work.resolve("seed-" + seed));
      try {
        live(seed, directory);
      } catch (RuntimeException | AssertionError e) {
        fail("seed=" + seed, e);
      }
      delete(directory);
    }
  }

  private static void live(long seed, Path directory) throws IOException {
    Life life = new Life(seed);
    Path now = Files.createDirectory(directory.resolve("0"));
    for (int generation = 1; generation <= GENERATIONS; generation++) {
      Path next = directory.resolve(Integer.toString(generation));
      life.live(now, next);
      now = next;
    }
    try (ChronicleLog log = ChronicleLog.open(now, SETTINGS, SystemIo.INSTANCE)) {
      life.check(log);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void write(Io io, Path file, String text, boolean isForced) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try (IoFile opened = io.open(file, Io.Access.CREATE)) {
      opened.write(0, bytes, 0, bytes.length);
      if (isForced) {
        opened.force();
      }
    }
  }

  /** All that can be left of a file, over many cuts; "-" if it is not there. */
  private Set<String> outcomes(PowerCutIo io, String file) throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      Path remains = work.resolve("remains-" + file + seed);
      io.cut(seed, remains);
      Path left = remains.resolve(file);
      outcomes.add(Files.exists(left) ? Files.readString(left) : "-");
      delete(remains);
    }
    return outcomes;
  }

  @Test
  void onlyForcedNamesAndBytesAreSure() throws IOException {
    Path root = Files.createDirectory(work.resolve("root"));
    PowerCutIo io = new PowerCutIo(root);
    write(io, root.resolve("a"), "sure", true);
    assertThat(outcomes(io, "a")).containsExactlyInAnyOrder("-", "sure");
    io.forceDirectory(root);
    assertThat(outcomes(io, "a")).containsExactly("sure");
    write(io, root.resolve("a"), "late", false);
    assertThat(outcomes(io, "a")).containsExactlyInAnyOrder("sure", "late");
    write(io, root.resolve("b"), "lost", false);
    io.forceDirectory(root);
    assertThat(outcomes(io, "b")).contains("", "lost").doesNotContain("-");
  }

  @Test
  void aRenameIsDoneOrNotAndADeletedFileMayComeBack() throws IOException {
    Path root = Files.createDirectory(work.resolve("root"));
    PowerCutIo io = new PowerCutIo(root);
    write(io, root.resolve("a"), "old", true);
    write(io, root.resolve("a.new"), "new", true);
    io.forceDirectory(root);
    io.rename(root.resolve("a.new"), root.resolve("a"));
    assertThat(outcomes(io, "a")).containsExactlyInAnyOrder("old", "new");
    io.forceDirectory(root);
    assertThat(outcomes(io, "a")).containsExactly("new");
    io.delete(root.resolve("a"));
    assertThat(outcomes(io, "a")).containsExactlyInAnyOrder("new", "-");
    io.forceDirectory(root);
    assertThat(outcomes(io, "a")).containsExactly("-");
  }

  @Test
  void ofALargeWriteSomeSectorsAreLeft() throws IOException {
    Path root = Files.createDirectory(work.resolve("root"));
    PowerCutIo io = new PowerCutIo(root);
    write(io, root.resolve("a"), "o".repeat(2048), true);
    io.forceDirectory(root);
    write(io, root.resolve("a"), "n".repeat(2048), false);
    Set<String> outcomes = outcomes(io, "a");
    assertThat(outcomes).hasSizeGreaterThan(8).allMatch(text -> text.length() == 2048);
    assertThat(outcomes)
        .anyMatch(text -> text.startsWith("o") && text.endsWith("n"))
        .allMatch(text -> text.substring(0, 512).chars().distinct().count() == 1);
  }

  @Test
  void aPlannedCutComesBeforeItsCall() throws IOException {
    Path root = Files.createDirectory(work.resolve("root"));
    PowerCutIo io = new PowerCutIo(root);
    Path remains = work.resolve("remains");
    io.cutBefore(2, 7, remains);
    write(io, root.resolve("a"), "text", true);
    assertThat(io.calls()).isEqualTo(2);
    assertThat(io.isCut()).isFalse();
    io.forceDirectory(root);
    assertThat(io.isCut()).isTrue();
    assertThat(remains).exists();
  }
}
