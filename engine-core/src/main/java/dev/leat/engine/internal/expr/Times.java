package dev.leat.engine.internal.expr;

import dev.leat.engine.plan.TruncUnit;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Dates as days and instants as microseconds since 1970, UTC. */
final class Times {
  static final long MICROS = 1_000_000L;
  static final long MICROS_PER_DAY = 86_400 * MICROS;

  private static final long MIN_DAY = LocalDate.MIN.toEpochDay();
  private static final long MAX_DAY = LocalDate.MAX.toEpochDay();
  private static final String NO_DATE = "the date is out of range";
  private static final String NO_INSTANT = "the instant is out of range";

  /** 1970-01-01 was a Thursday, three days after the start of its week. */
  private static final int DAYS_INTO_WEEK = 3;

  /**
   * Days from 0000-03-01 to 1970-01-01, and in 400 years. Years that start in March have their leap
   * day at the end.
   */
  private static final long DAYS_TO_1970 = 719_468;

  private static final long DAYS_PER_ERA = 146_097;

  private Times() {}

  private static boolean isDay(long day) {
    return day >= MIN_DAY && day <= MAX_DAY;
  }

  static boolean addDays(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    boolean bad = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long days = b[row];
      long day = a[row] + days;
      bad |= !isDay(day) || !isFewDays(days);
      out[row] = day;
    }
    return bad;
  }

  static @Nullable String checkAddDays(long day, long days) {
    return isFewDays(days) && isDay(day + days) ? null : NO_DATE;
  }

  static boolean subtractDays(
      long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    boolean bad = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long days = b[row];
      long day = a[row] - days;
      bad |= !isDay(day) || !isFewDays(days);
      out[row] = day;
    }
    return bad;
  }

  static @Nullable String checkSubtractDays(long day, long days) {
    return isFewDays(days) && isDay(day - days) ? null : NO_DATE;
  }

  /** So few that adding them to a date cannot overflow a long. */
  private static boolean isFewDays(long days) {
    return days >= MIN_DAY - MAX_DAY && days <= MAX_DAY - MIN_DAY;
  }

  static boolean epochSeconds(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Math.floorDiv(in[row], MICROS);
    }
    return false;
  }

  static boolean toDates(long[] in, long[] out, int @Nullable [] selection, int count) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = Math.floorDiv(in[row], MICROS_PER_DAY);
    }
    return false;
  }

  static boolean toInstants(long[] in, long[] out, int @Nullable [] selection, int count) {
    boolean bad = false;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long day = in[row];
      bad |= checkInstant(day) != null;
      out[row] = day * MICROS_PER_DAY;
    }
    return bad;
  }

  static @Nullable String checkInstant(long day) {
    long limit = Long.MAX_VALUE / MICROS_PER_DAY;
    return day >= -limit && day <= limit ? null : NO_INSTANT;
  }

  /**
   * Cuts instants down to a unit. The instants of a batch are mostly close together, so the unit of
   * the one before is tried first.
   */
  static boolean truncate(
      long[] in, long[] out, int @Nullable [] selection, int count, TruncUnit unit) {
    long start = 0;
    long end = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      long micros = in[row];
      if (micros < start || micros >= end) {
        start = start(micros, unit);
        if (start > micros) {
          return truncateSome(in, out, selection, count, unit);
        }
        // At the end of time the next unit does not start any more.
        end = micros > Long.MAX_VALUE - 2 * 366 * MICROS_PER_DAY ? start : next(start, unit);
      }
      out[row] = start;
    }
    return false;
  }

  /** The same where some of them are too close to the beginning of time. */
  private static boolean truncateSome(
      long[] in, long[] out, int @Nullable [] selection, int count, TruncUnit unit) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = checkTruncate(in[row], unit) == null ? start(in[row], unit) : 0;
    }
    return true;
  }

  static @Nullable String checkTruncate(long micros, TruncUnit unit) {
    // A start before the beginning of time wraps around, and comes out behind the instant.
    return start(micros, unit) <= micros ? null : NO_INSTANT;
  }

  /** The start of the unit in which an instant lies. */
  static long start(long micros, TruncUnit unit) {
    return switch (unit) {
      case SECOND -> floor(micros, MICROS);
      case MINUTE -> floor(micros, 60 * MICROS);
      case HOUR -> floor(micros, 3600 * MICROS);
      case DAY -> floor(micros, MICROS_PER_DAY);
      case WEEK -> {
        long day = Math.floorDiv(micros, MICROS_PER_DAY);
        yield (day - Math.floorMod(day + DAYS_INTO_WEEK, 7)) * MICROS_PER_DAY;
      }
      case MONTH -> monthStart(micros, 1);
      case QUARTER -> monthStart(micros, 3);
      case YEAR -> monthStart(micros, 12);
    };
  }

  /** The start of the next unit, if it is not too close to the end of time. */
  static long next(long start, TruncUnit unit) {
    return switch (unit) {
      case SECOND -> start + MICROS;
      case MINUTE -> start + 60 * MICROS;
      case HOUR -> start + 3600 * MICROS;
      case DAY -> start + MICROS_PER_DAY;
      case WEEK -> start + 7 * MICROS_PER_DAY;
      // Somewhere in the next one, whose start is then looked for.
      case MONTH -> start(start + 31 * MICROS_PER_DAY, unit);
      case QUARTER -> start(start + 92 * MICROS_PER_DAY, unit);
      case YEAR -> start(start + 366 * MICROS_PER_DAY, unit);
    };
  }

  private static long floor(long micros, long unit) {
    return micros - Math.floorMod(micros, unit);
  }

  /** The start of the month in which an instant lies, or of a group of months of the year. */
  private static long monthStart(long micros, int months) {
    long days = Math.floorDiv(micros, MICROS_PER_DAY) + DAYS_TO_1970;
    long era = Math.floorDiv(days, DAYS_PER_ERA);
    int dayOfEra = (int) (days - era * DAYS_PER_ERA);
    // Every 4 years a leap day, but not every 100, but every 400: take them out, then years have
    // 365 days.
    int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
    int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
    // From March the months have 31, 30, 31, 30, 31 days, over and over: 153 in five.
    int fromMarch = (5 * dayOfYear + 2) / 153;
    int month = fromMarch < 10 ? fromMarch + 2 : fromMarch - 10;
    long year = 400 * era + yearOfEra + (month < 2 ? 1 : 0);
    return monthDay(year, month - month % months) * MICROS_PER_DAY;
  }

  /** The day, from 1970, on which a month starts; January is 0. */
  private static long monthDay(long year, int month) {
    long marchYear = month < 2 ? year - 1 : year;
    int fromMarch = month < 2 ? month + 10 : month - 2;
    long days =
        365 * marchYear
            + Math.floorDiv(marchYear, 4)
            - Math.floorDiv(marchYear, 100)
            + Math.floorDiv(marchYear, 400);
    return days + (153 * fromMarch + 2) / 5 - DAYS_TO_1970;
  }
}
