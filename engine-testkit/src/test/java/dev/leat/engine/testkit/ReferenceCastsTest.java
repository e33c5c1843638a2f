package dev.leat.engine.testkit;

import static dev.leat.engine.testkit.Rows.ERROR;
import static dev.leat.engine.testkit.Rows.lit;
import static dev.leat.engine.testkit.Rows.nil;
import static dev.leat.engine.testkit.Rows.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.plan.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

class ReferenceCastsTest {
  private static final Type MONEY = Type.decimal(5, 2);

  private static Object cast(Object value, Type type) {
    return value(lit(value).cast(type));
  }

  private static BigDecimal dec(String text) {
    return new BigDecimal(text);
  }

  @Test
  void integersAreCutTowardsZero() {
    assertThat(cast(-2.9, Type.INT)).isEqualTo(-2);
    assertThat(cast(2.9f, Type.LONG)).isEqualTo(2L);
    assertThat(cast(dec("-2.99"), Type.INT)).isEqualTo(-2);
    assertThat(cast(2147483647.9, Type.INT)).isEqualTo(Integer.MAX_VALUE);
    assertThat(cast(-0x1p63, Type.LONG)).isEqualTo(Long.MIN_VALUE);
  }

  @Test
  void whatDoesNotFitIsAnError() {
    assertThat(cast(2147483648.0, Type.INT)).isEqualTo(ERROR);
    assertThat(cast(2147483648L, Type.INT)).isEqualTo(ERROR);
    assertThat(cast(0x1p63, Type.LONG)).isEqualTo(ERROR);
    assertThat(cast(Double.NaN, Type.LONG)).isEqualTo(ERROR);
    assertThat(cast(Double.POSITIVE_INFINITY, MONEY)).isEqualTo(ERROR);
    assertThat(cast(dec("9223372036854775808"), Type.LONG)).isEqualTo(ERROR);
    assertThat(cast(1000, MONEY)).isEqualTo(ERROR);
    assertThat(cast(999.995, MONEY)).isEqualTo(ERROR);
  }

  @Test
  void decimalsAreRounded() {
    assertThat(cast(1.005, MONEY)).isEqualTo(dec("1.01"));
    assertThat(cast(-1.005, MONEY)).isEqualTo(dec("-1.01"));
    assertThat(cast(dec("2.344"), MONEY)).isEqualTo(dec("2.34"));
    assertThat(cast(7, MONEY)).isEqualTo(dec("7.00"));
    assertThat(cast(1e-300, MONEY)).isEqualTo(dec("0.00"));
  }

  @Test
  void floatsTakeTheNearest() {
    assertThat(cast((1L << 53) + 1, Type.DOUBLE)).isEqualTo(9007199254740992.0);
    assertThat(cast(16777217, Type.FLOAT)).isEqualTo(16777216f);
    assertThat(cast(0.1, Type.FLOAT)).isEqualTo(0.1f);
    assertThat(cast(-1e-60, Type.FLOAT)).isEqualTo(0f);
    assertThat(cast(1e300, Type.FLOAT)).isEqualTo(Float.POSITIVE_INFINITY);
    assertThat(cast(0.1f, Type.DOUBLE)).isEqualTo((double) 0.1f);
    assertThat(cast(dec("0.1"), Type.DOUBLE)).isEqualTo(0.1);
  }

  @Test
  void everythingHasAText() {
    assertThat(cast(true, Type.STRING)).isEqualTo("true");
    assertThat(cast(-5, Type.STRING)).isEqualTo("-5");
    assertThat(cast(1e7, Type.STRING)).isEqualTo("1.0E7");
    assertThat(cast(0.1f, Type.STRING)).isEqualTo("0.1");
    assertThat(cast(-0.0, Type.STRING)).isEqualTo("0.0");
    assertThat(cast(dec("0.0000001"), Type.STRING)).isEqualTo("0.0000001");
    assertThat(cast(Instant.parse("2026-04-01T09:00:00.5Z"), Type.STRING))
        .isEqualTo("2026-04-01T09:00:00.500Z");
    assertThat(cast(LocalDate.parse("2026-04-01"), Type.STRING)).isEqualTo("2026-04-01");
    assertThat(cast(Duration.ofMillis(90_500), Type.STRING)).isEqualTo("PT1M30.5S");
    assertThat(value(nil(Type.LONG).cast(Type.STRING))).isNull();
  }

  @Test
  void textIsParsedWithoutSpacesAround() {
    assertThat(cast(" TRUE ", Type.BOOLEAN)).isEqualTo(true);
    assertThat(cast("False", Type.BOOLEAN)).isEqualTo(false);
    assertThat(cast("+12 ", Type.INT)).isEqualTo(12);
    assertThat(cast("-9223372036854775808", Type.LONG)).isEqualTo(Long.MIN_VALUE);
    assertThat(cast("1.005", MONEY)).isEqualTo(dec("1.01"));
    assertThat(cast("1e2", MONEY)).isEqualTo(dec("100.00"));
    assertThat(cast("-1.5e3", Type.DOUBLE)).isEqualTo(-1500.0);
    assertThat(cast("1.0E10", Type.DOUBLE)).isEqualTo(1e10);
    assertThat(cast("-0", Type.FLOAT)).isEqualTo(0f);
    assertThat(cast(".5", Type.DOUBLE)).isEqualTo(0.5);
    assertThat(cast("NaN", Type.DOUBLE)).isEqualTo(Double.NaN);
    assertThat(cast("-Infinity", Type.FLOAT)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(cast("1e999", Type.DOUBLE)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(cast("2026-04-01", Type.DATE)).isEqualTo(LocalDate.parse("2026-04-01"));
    assertThat(cast("PT1.5S", Type.DURATION)).isEqualTo(Duration.ofMillis(1500));
    assertThat(cast("-PT0.0000005S", Type.DURATION)).isEqualTo(Duration.ofNanos(-1000));
  }

  @Test
  void instantsAreParsedWithTheirOffset() {
    Instant nine = Instant.parse("2026-04-01T09:00:00Z");
    assertThat(cast("2026-04-01T09:00:00Z", Type.INSTANT)).isEqualTo(nine);
    assertThat(cast("2026-04-01T11:00:00+02:00", Type.INSTANT)).isEqualTo(nine);
    assertThat(cast("2026-04-01T09:00Z", Type.INSTANT)).isEqualTo(nine);
    assertThat(cast("2026-04-01T09:00:00.0000019Z", Type.INSTANT)).isEqualTo(nine.plusNanos(1000));
    assertThat(cast("1969-12-31T23:59:59.9999999Z", Type.INSTANT))
        .isEqualTo(Instant.EPOCH.minusNanos(1000));
    assertThat(cast("2026-04-01 09:00:00Z", Type.INSTANT)).isEqualTo(ERROR);
    assertThat(cast("2026-04-01T09:00:00", Type.INSTANT)).isEqualTo(ERROR);
    assertThat(cast("+999999-04-01T09:00:00Z", Type.INSTANT)).isEqualTo(ERROR);
  }

  @Test
  void otherTextIsAnError() {
    assertThat(cast("yes", Type.BOOLEAN)).isEqualTo(ERROR);
    assertThat(cast("", Type.INT)).isEqualTo(ERROR);
    assertThat(cast("1.0", Type.LONG)).isEqualTo(ERROR);
    assertThat(cast("\t1", Type.LONG)).isEqualTo(ERROR);
    assertThat(cast("2147483648", Type.INT)).isEqualTo(ERROR);
    assertThat(cast("1f", Type.DOUBLE)).isEqualTo(ERROR);
    assertThat(cast("0x1p3", Type.DOUBLE)).isEqualTo(ERROR);
    assertThat(cast("+Infinity", Type.DOUBLE)).isEqualTo(ERROR);
    assertThat(cast("5.", Type.FLOAT)).isEqualTo(ERROR);
    assertThat(cast("1e101", Type.decimal(38, 0))).isEqualTo(ERROR);
    assertThat(cast("0e-101", Type.decimal(38, 0))).isEqualTo(ERROR);
    assertThat(cast("0e-100", Type.decimal(38, 0))).isEqualTo(dec("0"));
    assertThat(cast("1000", MONEY)).isEqualTo(ERROR);
    assertThat(cast("2026-02-29", Type.DATE)).isEqualTo(ERROR);
    assertThat(cast("1 day", Type.DURATION)).isEqualTo(ERROR);
    assertThat(cast("PT9223372036855S", Type.DURATION)).isEqualTo(ERROR);
  }

  @Test
  void theOthers() {
    assertThat(cast(true, Type.INT)).isEqualTo(1);
    assertThat(cast(false, Type.LONG)).isEqualTo(0L);
    assertThat(cast(Instant.parse("1969-12-31T23:59:59.999999Z"), Type.DATE))
        .isEqualTo(LocalDate.parse("1969-12-31"));
    assertThat(cast(LocalDate.parse("1969-12-31"), Type.INSTANT))
        .isEqualTo(Instant.parse("1969-12-31T00:00:00Z"));
    assertThat(cast(LocalDate.MAX, Type.INSTANT)).isEqualTo(ERROR);
  }
}
