package dev.leat.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.leat.engine.internal.log.LogSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EngineSettingsTest {
  private static final EngineSettings DEFAULTS = EngineSettings.defaults();

  @Test
  void boundsAreCheckedWithTheNameOfTheSetting() {
    assertRefused("group-commit", () -> DEFAULTS.withGroupCommit(Duration.ZERO));
    assertRefused("group-commit", () -> DEFAULTS.withGroupCommit(Duration.ofDays(1).plusNanos(1)));
    assertRefused("epoch-rows", () -> DEFAULTS.withEpochRows(0));
    assertRefused("epoch-rows", () -> DEFAULTS.withEpochRows(1_000_001));
    assertRefused("ledger-rows", () -> DEFAULTS.withLedgerRows(0));
    assertRefused("segment-bytes", () -> DEFAULTS.withSegmentBytes((1 << 20) - 1));
    assertRefused("segment-bytes", () -> DEFAULTS.withSegmentBytes((64L << 30) + 1));
    assertRefused("min-free-bytes", () -> DEFAULTS.withMinFreeBytes(0));
    assertRefused("min-free-bytes", () -> DEFAULTS.withMinFreeBytes(Long.MAX_VALUE));
    CheckpointSettings checkpoints = DEFAULTS.checkpoints();
    assertRefused("checkpoint-interval", () -> checkpoints.withInterval(Duration.ZERO));
    assertRefused("checkpoint-interval", () -> checkpoints.withInterval(Duration.ofDays(366)));
    assertRefused("checkpoint-log-bytes", () -> checkpoints.withLogBytes(0));
    assertRefused("checkpoint-log-bytes", () -> checkpoints.withLogBytes(Long.MAX_VALUE));
    assertRefused("keep-for", () -> Retention.of(Duration.ofNanos(-1)));
    assertRefused("max-bytes", () -> Retention.ofBytes((128L << 20) - 1));
  }

  private static void assertRefused(String name, Runnable change) {
    assertThatIllegalArgumentException().isThrownBy(change::run).withMessageContaining(name + "=");
  }

  @Test
  void whatIsAcceptedHereTheLogAccepts() {
    EngineSettings most =
        DEFAULTS
            .withGroupCommit(Duration.ofDays(1))
            .withSegmentBytes(64L << 30)
            .withMinFreeBytes(Long.MAX_VALUE / 2)
            .withRetention(Retention.ofBytes(128L << 20));
    LogSettings log =
        LogSettings.defaults()
            .withSyncDelay(most.groupCommit())
            .withGroupCommit(most.groupCommit())
            .withSegmentBytes(most.segmentBytes())
            .withMinFreeBytes(most.minFreeBytes())
            .withRetention(most.retention().keepFor(), most.retention().maxBytes());
    assertThat(log.segmentBytes()).isEqualTo(64L << 30);
    assertThat(log.maxBytes()).isEqualTo(128L << 20);
  }

  @Test
  void aRetentionSaysHowLongAndHowMuch() {
    assertThat(DEFAULTS.retention()).isEqualTo(Retention.everything());
    assertThat(Retention.everything().keepFor()).isEqualTo(LogSettings.FOREVER);
    assertThat(Retention.everything().maxBytes()).isEqualTo(LogSettings.UNLIMITED);
    assertThat(Retention.onlyForRecovery().keepFor()).isZero();
    assertThat(Retention.of(Duration.ofDays(7)).withMaxBytes(1L << 30))
        .isEqualTo(new Retention(Duration.ofDays(7), 1L << 30));
  }
}
