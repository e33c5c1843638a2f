package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.EngineException;
import dev.leat.engine.internal.io.SystemIo;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real power cuts: an ext4 of its own, in a file, is shut down without a flush while another
 * process appends to a log in it. {@code mvn verify -Ppower -Dcycles=N}; needs Linux, root, loop
 * devices, {@code mkfs.ext4}, and {@code python3} or {@code perl} for one system call.
 */
@EnabledIfSystemProperty(named = "power.cycles", matches = "\\d+")
class PowerCutCyclesTest {
  private static final long IMAGE_BYTES = 1L << 30;
  private static final int KEPT_RECORDS = 400;
  private static final int MAX_ROWS_A_CYCLE = 300;
  private static final Pattern NUMBER = Pattern.compile("\\d+");
  private static final LogSettings SETTINGS =
      LogFixture.QUIET.withRetention(Duration.ZERO, LogSettings.UNLIMITED);

  /** EXT4_IOC_SHUTDOWN, which is _IOR('X', 125, __u32), with EXT4_GOING_FLAGS_NOLOGFLUSH. */
  private static final List<List<String>> SHUTDOWNS =
      List.of(
          List.of(
              "python3",
              "-c",
              "import fcntl, os, struct, sys; fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY),"
                  + " 0x8004587D, struct.pack('I', 2))"),
          List.of(
              "perl",
              "-e",
              "use Fcntl; sysopen(my $d, $ARGV[0], O_RDONLY) or die $!;"
                  + " my $f = pack('L', 2); ioctl($d, 0x8004587D, $f) or die $!;"));

  @TempDir Path work;
  private final Random random = new Random(1);
  private boolean isMounted;
  private long acknowledged;
  private long lost;
  private long doubled;

  @Test
  void noAcknowledgedRowIsLostOrDoubled() throws Exception {
    long cycles = Long.getLong("power.cycles", 50);
    List<String> shutdown = requireTools();
    Path image = work.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    run("mkfs.ext4", "-q", "-F", image.toString());
    Path mount = Files.createDirectory(work.resolve("mount"));
    try {
      mount(image, mount);
      for (int cycle = 0; cycle < cycles; cycle++) {
        appendUntilTheCut(mount, shutdown);
        unmount(mount);
        mount(image, mount);
        check(mount.resolve("data"), cycle % 2 == 0);
      }
    } finally {
      unmount(mount);
    }
    System.out.println(
        cycles
            + " cycles, "
            + acknowledged
            + " rows acknowledged, "
            + lost
            + " lost, "
            + doubled
            + " doubled");
    assertThat(acknowledged).isGreaterThan(cycles);
    assertThat(lost).isZero();
    assertThat(doubled).isZero();
  }

  private void appendUntilTheCut(Path mount, List<String> shutdown) throws Exception {
    try (LogProcess process = LogProcess.startKeeping(mount.resolve("data"), KEPT_RECORDS)) {
      process.awaitLine("open");
      long enough = acknowledged + 1 + random.nextInt(MAX_ROWS_A_CYCLE);
      boolean isCut = false;
      for (String line = process.readLine(); line != null; line = process.readLine()) {
        if (NUMBER.matcher(line).matches()) {
          acknowledged = Math.max(acknowledged, Long.parseLong(line));
          if (!isCut && acknowledged >= enough) {
            List<String> command = new ArrayList<>(shutdown);
            command.add(mount.toString());
            run(command.toArray(String[]::new));
            process.kill(); // and read on what it had said before
            isCut = true;
          }
        }
      }
      process.exitCode();
      assertThat(isCut).as("the process was alive when the power was cut").isTrue();
    }
  }

  /**
   * Half of the time in a copy, so that the next process recovers from the cut, and not this one.
   */
  private void check(Path directory, boolean inCopy) throws IOException {
    Path place = directory;
    if (inCopy) {
      place = work.resolve("copy");
      LogFixture.crashImage(directory, place);
    }
    try (ChronicleLog log = ChronicleLog.open(place, SETTINGS, SystemIo.INSTANCE)) {
      lost += Math.max(0, acknowledged - log.lastPosition());
      assertThat(log.firstPosition()).isLessThanOrEqualTo(Math.max(1, acknowledged - KEPT_RECORDS));
      long[] next = {log.firstPosition()};
      log.replay(
          next[0],
          (position, buffer, offset, length) -> {
            byte[] found = Arrays.copyOfRange(buffer, offset, offset + length);
            if (position < next[0]) {
              doubled++;
            } else if (position > next[0] || !Arrays.equals(found, LogFixture.payload(position))) {
              lost++;
            }
            next[0] = position + 1;
          });
      acknowledged = Math.max(acknowledged, log.lastPosition()); // opening made it durable
    } catch (EngineException e) {
      throw new AssertionError("after a cut at " + acknowledged, e);
    }
    if (inCopy) {
      LogFixture.deleteAll(place);
    }
  }

  private void mount(Path image, Path mount) throws IOException, InterruptedException {
    run("mount", "-o", "loop", image.toString(), mount.toString());
    isMounted = true;
  }

  private void unmount(Path mount) throws IOException, InterruptedException {
    if (isMounted) {
      run("umount", mount.toString());
      isMounted = false;
    }
  }

  private static List<String> requireTools() throws IOException, InterruptedException {
    if (!System.getProperty("os.name").equals("Linux")
        || !System.getProperty("user.name").equals("root")) {
      throw new IllegalStateException(
          "real power cuts need Linux, and root to mount a file system");
    }
    for (String tool : List.of("mkfs.ext4", "mount", "umount")) {
      if (!isThere(tool)) {
        throw new IllegalStateException("real power cuts need the command " + tool);
      }
    }
    for (List<String> shutdown : SHUTDOWNS) {
      if (isThere(shutdown.get(0))) {
        return shutdown;
      }
    }
    throw new IllegalStateException(
        "real power cuts need python3 or perl, to shut a file system down without a flush");
  }

  private static boolean isThere(String tool) throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", "command -v " + tool + " > /dev/null").start().waitFor()
        == 0;
  }

  private static void run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
      throw new IllegalStateException(String.join(" ", command) + " failed: " + output.strip());
    }
  }
}
