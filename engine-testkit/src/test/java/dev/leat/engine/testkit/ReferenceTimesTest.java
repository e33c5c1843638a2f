package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.ERROR;
import static dev.leat.engine.testkit.Rows.call;
import static dev.leat.engine.testkit.Rows.lit;
import static dev.leat.engine.testkit.Rows.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.TruncUnit;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferenceTimesTest {
  private static final Instant LAST = ReferenceValues.instant(Long.MAX_VALUE);
  private static final Instant FIRST = ReferenceValues.instant(Long.MIN_VALUE);

  private static Expr instant(String text) {
    return lit(Instant.parse(text));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-04-01T09:03:30.123456Z, SECOND, 2026-04-01T09:03:30Z",
    "2026-04-01T09:03:30.123456Z, MINUTE, 2026-04-01T09:03:00Z",
    "2026-04-01T09:03:30.123456Z, HOUR, 2026-04-01T09:00:00Z",
    "2026-04-01T09:03:30.123456Z, DAY, 2026-04-01T00:00:00Z",
    "2026-04-01T09:03:30.123456Z, WEEK, 2026-03-30T00:00:00Z",
    "2026-03-30T00:00:00Z, WEEK, 2026-03-30T00:00:00Z",
    "2026-03-29T23:59:59.999999Z, WEEK, 2026-03-23T00:00:00Z",
    "2026-06-30T09:03:30Z, MONTH, 2026-06-01T00:00:00Z",
    "2026-06-30T09:03:30Z, QUARTER, 2026-04-01T00:00:00Z",
    "2026-12-31T09:03:30Z, QUARTER, 2026-10-01T00:00:00Z",
    "2024-02-29T09:03:30Z, YEAR, 2024-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999999Z, SECOND, 1969-12-31T23:59:59Z",
    "1969-12-31T23:59:59.999999Z, DAY, 1969-12-31T00:00:00Z",
    "1969-12-31T23:59:59.999999Z, WEEK, 1969-12-29T00:00:00Z",
    "1904-02-29T12:00:00Z, YEAR, 1904-01-01T00:00:00Z",
    "-0044-03-15T12:00:00Z, QUARTER, -0044-01-01T00:00:00Z",
  })
  void instantsAreCutDownToAUnit(String text, TruncUnit unit, String expected) {
    assertThat(value(instant(text).dateTrunc(unit))).isEqualTo(Instant.parse(expected));
  }

  @Test
  void theFirstInstantsHaveNoUnitToStart() {
    assertThat(value(lit(FIRST).dateTrunc(TruncUnit.SECOND))).isEqualTo(ERROR);
    assertThat(value(lit(LAST).dateTrunc(TruncUnit.YEAR)))
        .isEqualTo(Instant.parse("+294247-01-01T00:00:00Z"));
  }

  @Test
  void instantsAndDurationsAreMicrosecondsIn64Bits() {
    Expr start = instant("2026-04-01T09:00:00Z");
    Expr end = instant("2026-04-01T09:05:20.5Z");
    assertThat(value(end.minus(start))).isEqualTo(Duration.ofMillis(320_500));
    assertThat(value(start.minus(end))).isEqualTo(Duration.ofMillis(-320_500));
    assertThat(value(start.plus(Duration.ofHours(1))))
        .isEqualTo(Instant.parse("2026-04-01T10:00:00Z"));
    assertThat(value(start.minus(Duration.ofHours(10))))
        .isEqualTo(Instant.parse("2026-03-31T23:00:00Z"));
    assertThat(value(lit(LAST).plus(Duration.ofNanos(1000)))).isEqualTo(ERROR);
    assertThat(value(lit(LAST).minus(FIRST))).isEqualTo(ERROR);
    assertThat(value(lit(FIRST).minus(lit(FIRST)))).isEqualTo(Duration.ZERO);
  }

  @Test
  void durationsAreScaledByIntegers() {
    Expr length = lit(Duration.ofNanos(-7_000));
    assertThat(value(length.times(3))).isEqualTo(Duration.ofNanos(-21_000));
    assertThat(value(length.dividedBy(2))).isEqualTo(Duration.ofNanos(-3_000));
    assertThat(value(length.dividedBy(0))).isEqualTo(ERROR);
    assertThat(value(length.abs())).isEqualTo(Duration.ofNanos(7_000));
    assertThat(value(length.negate())).isEqualTo(Duration.ofNanos(7_000));
    assertThat(value(length.plus(Duration.ofSeconds(1)))).isEqualTo(Duration.ofNanos(999_993_000));
    Expr longest = lit(ReferenceValues.duration(Long.MIN_VALUE));
    assertThat(value(longest.negate())).isEqualTo(ERROR);
    assertThat(value(longest.dividedBy(-1))).isEqualTo(ERROR);
    assertThat(value(longest.times(2))).isEqualTo(ERROR);
  }

  @Test
  void datesCountDays() {
    Expr date = lit(LocalDate.parse("2024-02-29"));
    assertThat(value(date.plus(1))).isEqualTo(LocalDate.parse("2024-03-01"));
    assertThat(value(date.minus(366L))).isEqualTo(LocalDate.parse("2023-02-28"));
    assertThat(value(date.minus(LocalDate.parse("2023-02-28")))).isEqualTo(366L);
    assertThat(value(date.plus(Long.MAX_VALUE))).isEqualTo(ERROR);
    assertThat(value(date.minus(Long.MIN_VALUE))).isEqualTo(ERROR);
    assertThat(value(lit(LocalDate.MAX).plus(1))).isEqualTo(ERROR);
  }

  @Test
  void secondsAreRoundedDown() {
    assertThat(value(instant("1970-01-01T00:00:01.999999Z").epochSeconds())).isEqualTo(1L);
    assertThat(value(instant("1969-12-31T23:59:59.999999Z").epochSeconds())).isEqualTo(-1L);
    assertThat(value(lit(Duration.ofMillis(-1500)).epochSeconds())).isEqualTo(-2L);
    assertThat(value(call(Op.EPOCH_SECONDS, Duration.ofMillis(1500)))).isEqualTo(1L);
  }
}
