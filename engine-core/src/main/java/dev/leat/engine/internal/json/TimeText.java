package dev.leat.engine.internal.json;

/**
 * Reads dates and instants from ASCII, strictly: each number has its full count of digits and lies
 * in its range. The calendar is that of ISO 8601, years 0000 to 9999. A test compares it with
 * {@code java.time}.
 */
final class TimeText {
  /** What stands for "cannot be read"; no date and no instant of these years has it. */
  static final long INVALID = Long.MIN_VALUE;

  /**
   * What {@link #two} gives for other than two digits; keeps all that is made from it below zero.
   */
  private static final int NO_DIGITS = -1_000_000;

  private static final int DATE_LENGTH = 10;
  private static final int SECONDS_LENGTH = 19;
  private static final int MAX_FRACTION_DIGITS = 9;
  private static final long DAYS_TO_1970 = 719_528;
  private static final int MAX_OFFSET_MINUTES = 18 * 60;

  /** Days before each month of a year that is no leap year. */
  private static final int[] DAYS_BEFORE_MONTH = {
    0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
  };

  private static final int[] DAYS_IN_MONTH = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

  private TimeText() {}

  /** Days since 1970-01-01 of a date like {@code 2026-04-01}, or {@link #INVALID}. */
  static long epochDay(byte[] text, int from, int to) {
    return to - from == DATE_LENGTH ? day(text, from) : INVALID;
  }

  /**
   * Microseconds since 1970-01-01T00:00Z, parts cut off downwards, of an instant like {@code
   * 2026-04-01T09:00:00.123Z}, or {@link #INVALID}. There may be a space in place of the T; the
   * fraction has 1 to 9 digits; the offset is Z, +hh, +hh:mm or +hhmm, of either sign, up to 18
   * hours.
   */
  static long micros(byte[] text, int from, int to) {
    if (to - from <= SECONDS_LENGTH) {
      return INVALID;
    }
    long day = day(text, from);
    int hour = two(text, from + 11);
    int minute = two(text, from + 14);
    int second = two(text, from + 17);
    byte separator = text[from + 10];
    if (day == INVALID
        || (hour | minute | second) < 0
        || hour > 23
        || minute > 59
        || second > 59
        || text[from + 13] != ':'
        || text[from + 16] != ':'
        || (separator != 'T' && separator != ' ')) {
      return INVALID;
    }
    long micros = (day * 86_400 + hour * 3600L + minute * 60L + second) * 1_000_000L;
    int at = from + SECONDS_LENGTH;
    if (text[at] == '.') {
      int end = fractionEnd(text, at + 1, to);
      if (end < 0) {
        return INVALID;
      }
      micros += fractionMicros(text, at + 1, end);
      at = end;
    }
    if (text[at] == 'Z') {
      return at + 1 == to ? micros : INVALID;
    }
    int offset = offsetMinutes(text, at, to);
    return offset == Integer.MIN_VALUE ? INVALID : micros - offset * 60_000_000L;
  }

  /** Where the fraction's digits end; -1 if there are none, too many, or nothing behind them. */
  private static int fractionEnd(byte[] text, int from, int to) {
    int at = from;
    while (at < to && text[at] >= '0' && text[at] <= '9') {
      at++;
    }
    return at == from || at - from > MAX_FRACTION_DIGITS || at == to ? -1 : at;
  }

  private static int fractionMicros(byte[] text, int from, int to) {
    int micros = 0;
    for (int i = 0; i < 6; i++) {
      micros = micros * 10 + (from + i < to ? text[from + i] - '0' : 0);
    }
    return micros;
  }

  /** The offset from UTC at the end of an instant; {@code Integer.MIN_VALUE} if it is none. */
  private static int offsetMinutes(byte[] text, int at, int to) {
    int length = to - at;
    int minuteAt = length == 6 && text[at + 3] == ':' ? at + 4 : at + 3;
    if ((text[at] != '+' && text[at] != '-') || (length != 3 && minuteAt + 2 != to)) {
      return Integer.MIN_VALUE;
    }
    int hours = two(text, at + 1);
    int minutes = length == 3 ? 0 : two(text, minuteAt);
    int offset = hours * 60 + minutes;
    if ((hours | minutes) < 0 || minutes > 59 || offset > MAX_OFFSET_MINUTES) {
      return Integer.MIN_VALUE;
    }
    return text[at] == '-' ? -offset : offset;
  }

  private static long day(byte[] text, int from) {
    int year = two(text, from) * 100 + two(text, from + 2);
    int month = two(text, from + 5);
    int day = two(text, from + 8);
    if ((year | month | day) < 0
        || text[from + 4] != '-'
        || text[from + 7] != '-'
        || month == 0
        || month > 12
        || day == 0) {
      return INVALID;
    }
    boolean isLeap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    if (day > DAYS_IN_MONTH[month] + (isLeap && month == 2 ? 1 : 0)) {
      return INVALID;
    }
    long daysBeforeYear = 365L * year + (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    int daysBefore = DAYS_BEFORE_MONTH[month] + (isLeap && month > 2 ? 1 : 0);
    return daysBeforeYear + daysBefore + day - 1 - DAYS_TO_1970;
  }

  /** The number of two digits; below zero if one of them is none. */
  private static int two(byte[] text, int at) {
    int tens = text[at] - '0';
    int ones = text[at + 1] - '0';
    boolean areDigits = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
    return areDigits ? tens * 10 + ones : NO_DIGITS;
  }
}
