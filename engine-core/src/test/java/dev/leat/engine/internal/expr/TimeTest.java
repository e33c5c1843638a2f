package dev.leat.engine.internal.expr;

import static dev.leat.engine.internal.expr.Table.col;
import static dev.leat.engine.internal.expr.Table.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.TruncUnit;
import dev.leat.engine.plan.Type;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TimeTest {
  private static final Instant LAST = Words.toInstant(Long.MAX_VALUE);
  private static final Instant FIRST = Words.toInstant(Long.MIN_VALUE);

  private static Instant at(String text) {
    return Instant.parse(text);
  }

  private static Instant expected(Instant instant, TruncUnit unit) {
    LocalDate day = instant.atOffset(ZoneOffset.UTC).toLocalDate();
    return switch (unit) {
      case SECOND -> instant.truncatedTo(ChronoUnit.SECONDS);
      case MINUTE -> instant.truncatedTo(ChronoUnit.MINUTES);
      case HOUR -> instant.truncatedTo(ChronoUnit.HOURS);
      case DAY -> instant.truncatedTo(ChronoUnit.DAYS);
      case WEEK -> midnight(day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)));
      case MONTH -> midnight(day.withDayOfMonth(1));
      case QUARTER ->
          midnight(LocalDate.of(day.getYear(), (day.getMonthValue() - 1) / 3 * 3 + 1, 1));
      case YEAR -> midnight(day.withDayOfYear(1));
    };
  }

  private static Instant midnight(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  @Test
  void truncates() {
    Table table =
        Table.of(Type.INSTANT)
            .row(at("2024-05-15T13:47:59.123456Z"))
            .row(at("1969-12-31T23:59:59.999999Z"))
            .row((Object) null)
            .row(at("1970-01-01T00:00:00Z"));
    assertThat(table.eval(col("a").dateTrunc(TruncUnit.WEEK)))
        .containsExactly(
            at("2024-05-13T00:00:00Z"),
            at("1969-12-29T00:00:00Z"),
            null,
            at("1969-12-29T00:00:00Z"));
    assertThat(table.eval(col("a").dateTrunc(TruncUnit.QUARTER)))
        .containsExactly(
            at("2024-04-01T00:00:00Z"),
            at("1969-10-01T00:00:00Z"),
            null,
            at("1970-01-01T00:00:00Z"));
  }

  @Test
  void truncatesLikeTheCalendar() {
    SplittableRandom random = new SplittableRandom(3);
    for (TruncUnit unit : TruncUnit.values()) {
      Table table = Table.of(Type.INSTANT);
      long word = 0;
      for (int i = 0; i < 3000; i++) {
        word =
            switch (random.nextInt(3)) {
              case 0 -> random.nextLong() / 2;
              case 1 -> word + random.nextLong(-5_000_000_000_000L, 5_000_000_000_000L);
              default -> Words.ofInstant(expected(Words.toInstant(word), unit)) - random.nextInt(2);
            };
        table.row(Words.toInstant(word));
      }
      Kernel kernel =
          ExprCompiler.compile(col("a").dateTrunc(unit), table.schema, table.dictionary);
      long[] words = kernel.evaluate(table.batch, null, 3000, new RowErrors()).words();
      for (int row = 0; row < 3000; row++) {
        Instant instant = Words.toInstant(table.batch.column(0).word(row));
        assertThat(Words.toInstant(words[row]))
            .as("%s of %s", unit, instant)
            .isEqualTo(expected(instant, unit));
      }
    }
  }

  @Test
  void truncatingAtTheEndsOfTime() {
    Table table = Table.of(Type.INSTANT).row(FIRST).row(LAST).row(Instant.EPOCH);
    for (TruncUnit unit : TruncUnit.values()) {
      assertThat(table.eval(col("a").dateTrunc(unit)))
          .as("%s", unit)
          .containsExactly(
              failed("the instant is out of range: date_trunc(a, '" + unit + "')"),
              expected(LAST, unit),
              Instant.EPOCH.equals(expected(Instant.EPOCH, unit))
                  ? Instant.EPOCH
                  : expected(Instant.EPOCH, unit));
    }
  }

  @Test
  void epochSecondsAreRoundedDown() {
    Table table =
        Table.of(Type.INSTANT, Type.DURATION)
            .row(at("1970-01-01T00:00:01.999999Z"), Duration.ofMillis(-1))
            .row(at("1969-12-31T23:59:59.999999Z"), null)
            .row(FIRST, Duration.ofSeconds(7));
    assertThat(table.eval(col("a").epochSeconds()))
        .containsExactly(1L, -1L, Math.floorDiv(Long.MIN_VALUE, 1_000_000L));
    assertThat(table.eval(col("b").epochSeconds())).containsExactly(-1L, null, 7L);
  }

  @Test
  void instantsAndDurations() {
    Table table =
        Table.of(Type.INSTANT, Type.DURATION, Type.INSTANT)
            .row(at("2024-01-01T00:00:00Z"), Duration.ofHours(1), at("2024-01-02T00:00:00Z"))
            .row(LAST, Duration.ofNanos(1000), FIRST)
            .row(null, Duration.ZERO, LAST);
    assertThat(table.eval(col("a").plus(col("b"))))
        .containsExactly(at("2024-01-01T01:00:00Z"), failed("overflow: (a + b)"), null);
    assertThat(table.eval(col("a").minus(col("b"))))
        .containsExactly(at("2023-12-31T23:00:00Z"), LAST.minusNanos(1000), null);
    assertThat(table.eval(col("a").minus(col("c"))))
        .containsExactly(Duration.ofDays(-1), failed("overflow: (a - c)"), null);
  }

  @Test
  void durationsAreScaled() {
    Table table =
        Table.of(Type.DURATION, Type.INT)
            .row(Duration.ofSeconds(3), 2)
            .row(Duration.ofSeconds(3), 0)
            .row(Words.toDuration(Long.MIN_VALUE), -1);
    assertThat(table.eval(col("a").times(col("b"))))
        .containsExactly(Duration.ofSeconds(6), Duration.ZERO, failed("overflow: (a * b)"));
    assertThat(table.eval(col("a").dividedBy(col("b"))))
        .containsExactly(
            Duration.ofMillis(1500),
            failed("division by zero: (a / b)"),
            failed("overflow: (a / b)"));
    assertThat(table.eval(col("a").negate()).get(0)).isEqualTo(Duration.ofSeconds(-3));
    assertThat(table.eval(col("a").abs()).get(2)).isEqualTo(failed("overflow: abs(a)"));
  }

  @Test
  void datesAndDays() {
    long all = LocalDate.MAX.toEpochDay() - LocalDate.MIN.toEpochDay();
    Table table =
        Table.of(Type.DATE, Type.LONG)
            .row(LocalDate.of(2024, 2, 28), 2L)
            .row(LocalDate.MAX, 1L)
            .row(LocalDate.MIN, all)
            .row(LocalDate.MIN, Long.MAX_VALUE)
            .row(LocalDate.MIN, Long.MIN_VALUE)
            .row(null, Long.MAX_VALUE)
            .row(LocalDate.EPOCH, null);
    Table.Failed plus = failed("the date is out of range: (a + b)");
    assertThat(table.eval(col("a").plus(col("b"))))
        .containsExactly(LocalDate.of(2024, 3, 1), plus, LocalDate.MAX, plus, plus, null, null);
    Table.Failed minus = failed("the date is out of range: (a - b)");
    assertThat(table.eval(col("a").minus(col("b"))))
        .containsExactly(
            LocalDate.of(2024, 2, 26), LocalDate.MAX.minusDays(1), minus, minus, minus, null, null);
    Table dates =
        Table.of(Type.DATE, Type.DATE)
            .row(LocalDate.of(2024, 3, 1), LocalDate.of(2024, 2, 28))
            .row(LocalDate.MIN, LocalDate.MAX);
    assertThat(dates.eval(col("a").minus(col("b")))).isEqualTo(List.of(2L, -all));
  }
}
