package dev.leat.engine.iceberg.internal.parquet;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class MicrosTest {
  @Test
  void allThatFitsALongIsThere() {
    for (long micros :
        new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1_000_001, -1, 0, 1, Long.MAX_VALUE}) {
      assertThat(Micros.of(Instant.EPOCH.plus(micros, ChronoUnit.MICROS))).isEqualTo(micros);
      assertThat(Micros.of(Duration.of(micros, ChronoUnit.MICROS))).isEqualTo(micros);
    }
    assertThat(Micros.of(Instant.parse("0001-01-01T00:00:00Z")))
        .isEqualTo(-62_135_596_800_000_000L);
    assertThat(Micros.of(Instant.parse("9999-12-31T23:59:59.999999Z")))
        .isEqualTo(253_402_300_799_999_999L);
  }
}
