package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogResourcesTest {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path MAPPINGS = Path.of("/proc/self/maps");

  @TempDir Path directory;

  @Test
  void openingAndClosingLeavesNothingBehind() throws IOException {
    assumeThat(DESCRIPTORS).exists();
    openAndClose(5);
    long before = descriptors();
    openAndClose(50);
    assertThat(descriptors()).isLessThanOrEqualTo(before + 2);
    assertThat(Files.readString(MAPPINGS)).doesNotContain(directory.toString());
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("leat-log-sync"));
  }

  private void openAndClose(int times) {
    for (int i = 0; i < times; i++) {
      try (ChronicleLog log = LogFixture.open(directory)) {
        LogFixture.append(log, 20);
        log.replay(log.lastPosition(), (position, buffer, offset, length) -> {});
      }
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> paths = Files.list(DESCRIPTORS)) {
      return paths.count();
    }
  }
}
