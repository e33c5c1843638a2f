package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.io.CorruptionTarget;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Logs of some segments: closed or killed, with and without a beginning that was released. */
public final class LogTarget implements CorruptionTarget {
  private static final int VARIANTS = 12;
  private static final LogSettings SETTINGS =
      LogFixture.QUIET.withRetention(Duration.ZERO, LogSettings.UNLIMITED);

  @Override
  public int variants() {
    return VARIANTS;
  }

  @Override
  public Content build(Path directory, int variant, Random random) throws IOException {
    boolean isKilled = variant % 2 == 1;
    boolean isReleased = variant % 4 >= 2;
    Path home = isKilled ? directory.resolveSibling(directory.getFileName() + "-open") : directory;
    for (int segment = 1 + random.nextInt(3); segment > 0; segment--) {
      LogFixture.fill(home, 1 + random.nextInt(6));
    }
    Files.writeString(home.resolve("lock"), "pid=1\n"); // as a killed process leaves it
    try (ChronicleLog log = ChronicleLog.open(home, SETTINGS, SystemIo.INSTANCE)) {
      LogFixture.append(log, 2 + random.nextInt(8));
      log.awaitSynced(log.lastPosition());
      if (isReleased) {
        log.release(1 + (long) (log.lastPosition() * random.nextDouble()));
      }
      long durable = log.syncedPosition();
      if (isKilled) {
        LogFixture.append(log, random.nextInt(6));
        LogFixture.crashImage(home, directory);
      }
      long last = log.lastPosition();
      return content(log.firstPosition(), isKilled ? durable : last, last);
    }
  }

  private static Content content(long first, long durable, long last) {
    return damaged -> {
      long end;
      try (ChronicleLog log = ChronicleLog.open(damaged, SETTINGS, SystemIo.INSTANCE)) {
        assertThat(log.lastPosition()).isBetween(durable, last);
        assertHolds(log, first, log.lastPosition());
        LogFixture.append(log, 2);
        log.awaitSynced(log.lastPosition());
        end = log.lastPosition();
      }
      try (ChronicleLog log = ChronicleLog.open(damaged, SETTINGS, SystemIo.INSTANCE)) {
        assertHolds(log, first, end);
      }
    };
  }

  private static void assertHolds(ChronicleLog log, long first, long last) {
    assertThat(log.firstPosition()).isEqualTo(first);
    assertThat(log.lastPosition()).isEqualTo(last);
    List<Long> wanted = LongStream.rangeClosed(first, last).boxed().toList();
    assertThat(LogFixture.replay(log, first)).isEqualTo(wanted);
  }
}
