package dev.leat.engine.testkit;

import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.TruncUnit;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/** Arithmetic of instants, dates and durations. */
final class ReferenceTimes {
  private ReferenceTimes() {}

  static Object arithmetic(Op op, Object a, Object b) {
    if (a instanceof LocalDate date) {
      return dates(op, date, b);
    }
    long x = a instanceof Instant i ? ReferenceValues.micros(i) : micros(a);
    if (b instanceof Instant end) {
      return ReferenceValues.duration(Math.subtractExact(x, ReferenceValues.micros(end)));
    }
    long y = b instanceof Duration ? micros(b) : ((Number) b).longValue();
    long micros =
        switch (op) {
          case ADD -> Math.addExact(x, y);
          case SUBTRACT -> Math.subtractExact(x, y);
          case MULTIPLY -> Math.multiplyExact(x, y);
          case DIVIDE -> ReferenceNumbers.divide(x, y);
          default -> throw new IllegalArgumentException("no arithmetic of times: " + op);
        };
    return a instanceof Instant
        ? ReferenceValues.instant(micros)
        : (Object) ReferenceValues.duration(micros);
  }

  private static long micros(Object duration) {
    return ReferenceValues.micros((Duration) duration);
  }

  private static Object dates(Op op, LocalDate date, Object other) {
    if (other instanceof LocalDate start) {
      return ChronoUnit.DAYS.between(start, date);
    }
    long days = ((Number) other).longValue();
    return op == Op.ADD ? date.plusDays(days) : date.minusDays(days);
  }

  /** Midnight UTC; an error where it does not fit 64 bits of microseconds. */
  static Instant midnight(LocalDate date) {
    return fit(date.atStartOfDay(ZoneOffset.UTC).toInstant());
  }

  static LocalDate day(Instant instant) {
    return LocalDate.ofInstant(instant, ZoneOffset.UTC);
  }

  static Instant truncate(Instant instant, TruncUnit unit) {
    LocalDateTime time = LocalDateTime.ofInstant(instant, ZoneOffset.UTC);
    LocalDateTime day = time.truncatedTo(ChronoUnit.DAYS);
    LocalDateTime start =
        switch (unit) {
          case SECOND -> time.truncatedTo(ChronoUnit.SECONDS);
          case MINUTE -> time.truncatedTo(ChronoUnit.MINUTES);
          case HOUR -> time.truncatedTo(ChronoUnit.HOURS);
          case DAY -> day;
          case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
          case MONTH -> day.withDayOfMonth(1);
          case QUARTER -> day.withDayOfMonth(1).minusMonths((day.getMonthValue() - 1) % 3);
          case YEAR -> day.withDayOfYear(1);
        };
    return fit(start.toInstant(ZoneOffset.UTC));
  }

  /**
   * An instant in whole microseconds, rounded down; one that does not fit is an error of the row.
   */
  static Instant fit(Instant instant) {
    try {
      return ReferenceValues.instant(ReferenceValues.micros(instant));
    } catch (IllegalArgumentException e) {
      throw new RowError("not in the range of instants: " + instant, e);
    }
  }

  /**
   * A duration in whole microseconds, rounded down; one that does not fit is an error of the row.
   */
  static Duration fit(Duration duration) {
    try {
      return ReferenceValues.duration(ReferenceValues.micros(duration));
    } catch (IllegalArgumentException e) {
      throw new RowError("not in the range of durations: " + duration, e);
    }
  }
}
