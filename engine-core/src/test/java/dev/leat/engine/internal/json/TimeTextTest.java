package dev.leat.engine.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.leat.engine.internal.batch.Words;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {
  private static long micros(String text) {
    byte[] bytes = ("x" + text + "x").getBytes(StandardCharsets.UTF_8);
    return TimeText.micros(bytes, 1, bytes.length - 1);
  }

  private static long day(String text) {
    byte[] bytes = ("x" + text + "x").getBytes(StandardCharsets.UTF_8);
    return TimeText.epochDay(bytes, 1, bytes.length - 1);
  }

  @Test
  void everyDayIsThatOfJavaTime() {
    byte[] text = "0000-00-00".getBytes(StandardCharsets.UTF_8);
    LocalDate end = LocalDate.of(10_000, 1, 1);
    for (LocalDate date = LocalDate.of(0, 1, 1); date.isBefore(end); date = date.plusDays(1)) {
      write(text, 0, 4, date.getYear());
      write(text, 5, 2, date.getMonthValue());
      write(text, 8, 2, date.getDayOfMonth());
      if (TimeText.epochDay(text, 0, text.length) != date.toEpochDay()) {
        throw new AssertionError(date.toString());
      }
    }
  }

  private static void write(byte[] text, int at, int digits, int number) {
    int rest = number;
    for (int i = digits - 1; i >= 0; i--) {
      text[at + i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  @Test
  void randomDatesAreAcceptedAsByJavaTime() {
    Random random = new Random(3);
    for (int i = 0; i < 40_000; i++) {
      int year = random.nextInt(4) == 0 ? 100 * random.nextInt(100) : random.nextInt(10_000);
      int month = random.nextInt(14);
      int day = random.nextInt(33);
      String text = String.format(Locale.ROOT, "%04d-%02d-%02d", year, month, day);
      long expected;
      try {
        expected = LocalDate.of(year, month, day).toEpochDay();
      } catch (DateTimeException e) {
        expected = TimeText.INVALID;
      }
      assertThat(day(text)).as(text).isEqualTo(expected);
    }
  }

  @Test
  void randomInstantsAreThoseOfJavaTime() {
    Random random = new Random(5);
    for (int i = 0; i < 40_000; i++) {
      LocalDate date =
          LocalDate.ofEpochDay(-719_528 + (long) (random.nextDouble() * (2_932_897 + 719_528)));
      int nanos = random.nextInt(1_000_000_000);
      LocalTime time = LocalTime.ofSecondOfDay(random.nextInt(86_400));
      String fraction = String.format(Locale.ROOT, ".%09d", nanos);
      int digits = random.nextInt(10);
      fraction = digits == 0 ? "" : fraction.substring(0, digits + 1);
      int minutes = random.nextInt(2 * 1080 + 1) - 1080;
      int form = random.nextInt(4);
      minutes = form == 0 ? 0 : form == 1 ? minutes / 60 * 60 : minutes;
      String text =
          date
              + (random.nextBoolean() ? "T" : " ")
              + String.format(
                  Locale.ROOT, "%02d:%02d:%02d", time.getHour(), time.getMinute(), time.getSecond())
              + fraction
              + offset(form, minutes);
      String padded = (fraction + "000000000").replace(".", "").substring(0, 9);
      OffsetDateTime expected =
          OffsetDateTime.of(
              LocalDateTime.of(date, time.withNano(Integer.parseInt(padded))),
              ZoneOffset.ofTotalSeconds(minutes * 60));
      assertThat(micros(text)).as(text).isEqualTo(Words.ofInstant(expected.toInstant()));
    }
  }

  private static String offset(int form, int minutes) {
    String sign = minutes < 0 ? "-" : "+";
    int hour = Math.abs(minutes) / 60;
    int minute = Math.abs(minutes) % 60;
    return switch (form) {
      case 0 -> "Z";
      case 1 -> String.format(Locale.ROOT, "%s%02d", sign, hour);
      case 2 -> String.format(Locale.ROOT, "%s%02d:%02d", sign, hour, minute);
      default -> String.format(Locale.ROOT, "%s%02d%02d", sign, hour, minute);
    };
  }

  /** Whatever a random change makes of an instant: what we accept, java.time reads alike. */
  @Test
  void mutatedInstantsAreAcceptedOnlyIfJavaTimeDoes() {
    Random random = new Random(9);
    String alphabet = "0123456789-:TZ.+ ztZ/;";
    int accepted = 0;
    for (int i = 0; i < 40_000; i++) {
      StringBuilder text = new StringBuilder("2024-02-29T23:59:59.25-11:30");
      for (int changes = 1 + random.nextInt(2); changes > 0; changes--) {
        int at = random.nextInt(text.length());
        if (random.nextInt(4) == 0) {
          text.deleteCharAt(at);
        } else {
          text.setCharAt(at, alphabet.charAt(random.nextInt(alphabet.length())));
        }
      }
      long micros = micros(text.toString());
      if (micros != TimeText.INVALID) {
        accepted++;
        String iso =
            text.toString().replace(' ', 'T').replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2");
        if (text.length() - text.lastIndexOf(":") == 3
            && iso.indexOf('-', 10) < 0
            && iso.indexOf('+') < 0) {
          assertThat(iso).endsWith("Z");
        }
        assertThat(micros)
            .as(text.toString())
            .isEqualTo(Words.ofInstant(OffsetDateTime.parse(iso).toInstant()));
      }
    }
    assertThat(accepted).isGreaterThan(2_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Z",
        "2026-04-01",
        "2026-04-01T09:00Z",
        "2026-04-01T09:00:00",
        "2026-04-01T09:00:00z",
        "2026-04-01t09:00:00Z",
        "2026-04-01T24:00:00Z",
        "2026-04-01T23:60:00Z",
        "2026-04-01T23:59:60Z",
        "2026-04-01T09:00:00.Z",
        "2026-04-01T09:00:00.1234567890Z",
        "2026-04-01T09:00:00,5Z",
        "2026-04-01T09:00:00.5",
        "2026-04-01T09:00:00+18:01",
        "2026-04-01T09:00:00+05:60",
        "2026-04-01T09:00:00+5",
        "2026-04-01T09:00:00+05:3",
        "2026-04-01T09:00:00+053",
        "2026-04-01T09:00:00+05:",
        "2026-04-01T09:00:00+05:30:00",
        "2026-04-01T09:00:00ZZ",
        "2026-04-01T09:00:00Z[UTC]",
        "+2026-04-01T09:00:00Z",
        "-2026-04-01T09:00:00Z",
        "12026-04-01T09:00:00Z",
        "2026-00-01T09:00:00Z",
        "2026-13-01T09:00:00Z",
        "2026-04-00T09:00:00Z",
        "2026-04-31T09:00:00Z",
        "2026-02-29T09:00:00Z",
        "1900-02-29T09:00:00Z",
        "2026/04/01T09:00:00Z",
        "2026-04-01_09:00:00Z",
        " 2026-04-01T09:00:00Z",
        "2026-04-01T09:00:00Z ",
        "٢٠٢٦-04-01T09:00:00Z",
        "2026-04-01T-9:00:00Z",
        "2026-04-01T09:00:00--1",
        "2026-4-1T09:00:00Z"
      })
  void refuses(String text) {
    assertThat(micros(text)).isEqualTo(TimeText.INVALID);
  }

  @Test
  void cutsPartsOfAMicrosecondOffDownwards() {
    assertThat(micros("1969-12-31T23:59:59.9999999Z")).isEqualTo(-1);
    assertThat(micros("1970-01-01T00:00:00.0000019Z")).isEqualTo(1);
    assertThat(micros("1970-01-01T00:00:00-00:00")).isZero();
  }
}
