package dev.leat.engine.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.leat.engine.internal.io.Io;
import dev.leat.engine.internal.io.Io.Access;
import dev.leat.engine.internal.io.IoFile;
import dev.leat.engine.internal.io.SystemIo;
import dev.leat.engine.testkit.IoCall.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultyIoTest {
  private static final byte[] BYTES = {1, 2, 3, 4, 5, 6, 7, 8};

  @TempDir Path temp;
  private final FaultyIo io = FaultyIo.around(SystemIo.INSTANCE);

  private IoFile file() throws IOException {
    return io.open(temp.resolve("file"), Access.CREATE);
  }

  @Test
  void theNthCallFailsAndNoOther() throws IOException {
    io.inject(FaultPlan.nth(3, Fault.EIO));
    try (IoFile file = file()) {
      file.write(0, BYTES, 0, 8);
      assertThatThrownBy(() -> file.write(8, BYTES, 0, 8))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("file=" + temp.resolve("file") + " offset=8")
          .hasMessageContaining("Input/output error");
      file.write(16, BYTES, 0, 8);
      assertThat(file.size()).isEqualTo(24);
    }
    assertThat(io.calls()).isEqualTo(6);
    assertThat(io.openFiles()).isZero();
  }

  @Test
  void callsOfAKindAreCountedAlone() throws IOException {
    io.inject(FaultPlan.from(Kind.FORCE, 2, Fault.EIO));
    try (IoFile file = file()) {
      file.write(0, BYTES, 0, 8);
      file.force();
      assertThatThrownBy(file::force).hasMessageContaining("call=FORCE");
      assertThatThrownBy(file::force).hasMessageContaining("call=FORCE");
      io.heal();
      file.force();
    }
  }

  @Test
  void aShortWriteWritesHalf() throws IOException {
    io.inject(FaultPlan.nth(Kind.WRITE, 1, Fault.SHORT_WRITE));
    try (IoFile file = file()) {
      assertThatThrownBy(() -> file.write(0, BYTES, 0, 8)).hasMessageContaining("No space left");
      assertThat(file.size()).isEqualTo(4);
    }
  }

  @Test
  void aFullDiskSaysSo() throws IOException {
    io.inject(FaultPlan.from(1, Fault.ENOSPC));
    assertThat(io.usableSpace(temp)).isZero();
    assertThatThrownBy(() -> io.createDirectories(temp.resolve("d")))
        .isInstanceOf(IOException.class);
    assertThat(io.exists(temp)).isTrue();
    io.heal();
    io.leaveSpace(77);
    assertThat(io.usableSpace(temp)).isEqualTo(77);
  }

  @Test
  void theDeadDoNothingAndHoldNothing() throws IOException {
    Io.IoLock lock = io.lock(temp.resolve("lock"), "test");
    IoFile file = file();
    io.inject(FaultPlan.nth(Kind.WRITE, 1, Fault.KILL_AFTER));
    assertThatThrownBy(() -> file.write(0, BYTES, 0, 8)).hasMessageContaining("dead");
    assertThat(io.isDead()).isTrue();
    assertThatThrownBy(() -> file.write(0, BYTES, 0, 8)).hasMessageContaining("dead");
    assertThatThrownBy(() -> io.delete(temp.resolve("file"))).hasMessageContaining("dead");
    assertThatThrownBy(() -> io.clock().instant()).isInstanceOf(IllegalStateException.class);
    file.close();
    lock.close();
    assertThat(io.openFiles()).isZero();
    assertThat(Files.size(temp.resolve("file"))).isEqualTo(4);
    io.restart();
    io.lock(temp.resolve("lock"), "the next process").close();
  }

  @Test
  void randomFaultsAreTheSameForASeed() throws IOException {
    assertThat(failures(7)).isEqualTo(failures(7)).isNotEqualTo(failures(8));
    assertThat(failures(7)).hasSizeBetween(20, 80);
  }

  private List<Integer> failures(long seed) throws IOException {
    List<Integer> failed = new ArrayList<>();
    io.inject(FaultPlan.random(seed, 250, List.of(Fault.EIO)));
    for (int i = 0; i < 200; i++) {
      try {
        io.exists(temp);
      } catch (IOException e) {
        failed.add(i);
      }
    }
    io.heal();
    return failed;
  }

  @Test
  void oneThreadHasTheTimeOfItsClock() throws IOException {
    TestClock clock = new TestClock(Instant.EPOCH);
    FaultyIo alone = FaultyIo.inOneThread(SystemIo.INSTANCE, clock);
    assertThat(alone.hasThreads()).isFalse();
    assertThat(io.hasThreads()).isTrue();
    clock.advance(Duration.ofSeconds(5));
    clock.jump(Duration.ofSeconds(-3));
    assertThat(alone.currentTimeMillis()).isEqualTo(2000);
    assertThat(alone.nanoTime()).isEqualTo(5_000_000_000L);
    try (IoFile file = alone.open(temp.resolve("file"), Access.CREATE)) {
      file.write(0, BYTES, 0, 1);
    }
    assertThat(alone.lastModifiedMillis(temp.resolve("file"))).isEqualTo(2000);
  }
}
