package dev.leat.engine.internal.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogSettingsTest {
  private final LogSettings settings = LogSettings.defaults();

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    assertThat(settings)
        .isEqualTo(
            new LogSettings(
                Duration.ofMillis(10),
                Duration.ofMillis(10),
                1L << 30,
                32 << 20,
                256L << 20,
                LogSettings.FOREVER,
                LogSettings.UNLIMITED));
  }

  @Test
  void boundsAreCheckedWithTheNameOfTheSetting() {
    assertRefused("sync-delay", () -> settings.withSyncDelay(Duration.ZERO));
    assertRefused("group-commit", () -> settings.withGroupCommit(Duration.ofDays(2)));
    assertRefused("segment-bytes", () -> settings.withSegmentBytes(0));
    assertRefused("max-record-bytes", () -> settings.withMaxRecordBytes(Integer.MAX_VALUE));
    assertRefused("min-free-bytes", () -> settings.withMinFreeBytes(0));
    assertRefused("keep-for", () -> settings.withRetention(Duration.ofMillis(-1), 1L << 40));
    assertRefused("max-bytes", () -> settings.withRetention(Duration.ZERO, 16L << 20));
  }

  private static void assertRefused(String name, Runnable change) {
    assertThatIllegalArgumentException()
        .isThrownBy(change::run)
        .withMessageContaining(name)
        .withMessageContaining(name + "=");
  }
}
