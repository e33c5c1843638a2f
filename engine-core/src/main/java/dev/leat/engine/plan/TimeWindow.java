package dev.leat.engine.plan;

import java.time.Duration;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which windows of time there are. They align to 1970-01-01T00:00Z, moved by an offset; a window
 * has its start and has not its end.
 *
 * @param kind how windows follow on each other
 * @param size from start to end; of cumulating windows that of the largest
 * @param step from a window to the next, of tumbling windows their size; the size is a multiple
 * @param offset moves all windows; shorter than the size, may be negative
 * @param zone whose days are meant, for tumbling windows of whole days; null for UTC
 */
public record TimeWindow(
    Kind kind, Duration size, Duration step, Duration offset, @Nullable ZoneId zone) {
  /** In how many windows a row may be: those of a day by the minute. */
  public static final int MAX_WINDOWS = 1440;

  private static final Duration MIN = Duration.ofNanos(1000);
  private static final Duration DAY = Duration.ofDays(1);

  /** How windows follow on each other. */
  public enum Kind {
    /** One behind the other: each time is in one. */
    TUMBLING,
    /** One begins with each step, so that they overlap: each time is in size/step. */
    HOPPING,
    /** With each step one ends, all beginning at the same time, up to the largest. */
    CUMULATING;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public TimeWindow {
    Objects.requireNonNull(kind, "kind");
    check("size", size);
    check("step", step);
    long sizeMicros = Lengths.micros(size);
    long stepMicros = Lengths.micros(step);
    if (kind == Kind.TUMBLING && sizeMicros != stepMicros) {
      throw new IllegalArgumentException(
          "a tumbling window steps by its size: size=" + size + " step=" + step);
    }
    if (sizeMicros % stepMicros != 0 || sizeMicros / stepMicros > MAX_WINDOWS) {
      throw new IllegalArgumentException(
          "the size of a window must be its step once to "
              + MAX_WINDOWS
              + " times: size="
              + size
              + " step="
              + step);
    }
    Objects.requireNonNull(offset, "offset");
    boolean isShorter = offset.compareTo(size) < 0 && offset.compareTo(size.negated()) > 0;
    if (!isShorter || !Lengths.isIn(offset.abs(), Duration.ZERO)) {
      throw new IllegalArgumentException(
          "the offset of a window must be shorter than it, in whole microseconds: offset="
              + offset
              + " size="
              + size);
    }
    if (zone != null && (kind != Kind.TUMBLING || sizeMicros % Lengths.micros(DAY) != 0)) {
      throw new IllegalArgumentException(
          "only tumbling windows of whole days can be those of a zone: kind="
              + kind
              + " size="
              + size
              + " zone="
              + zone);
    }
  }

  private static void check(String what, Duration length) {
    Objects.requireNonNull(length, what);
    if (!Lengths.isIn(length, MIN)) {
      throw new IllegalArgumentException(
          "windows last from a microsecond to ten years, in whole microseconds: "
              + what
              + "="
              + length);
    }
  }

  /** Windows one behind the other. */
  public static TimeWindow tumbling(Duration size) {
    return new TimeWindow(Kind.TUMBLING, size, size, Duration.ZERO, null);
  }

  /** Windows of a size of which one begins with each step. */
  public static TimeWindow hopping(Duration size, Duration step) {
    return new TimeWindow(Kind.HOPPING, size, step, Duration.ZERO, null);
  }

  /** Windows from the same beginning, of one step, two steps, and so on to the size. */
  public static TimeWindow cumulating(Duration size, Duration step) {
    return new TimeWindow(Kind.CUMULATING, size, step, Duration.ZERO, null);
  }

  /** The same windows, moved. */
  public TimeWindow offset(Duration by) {
    return new TimeWindow(kind, size, step, by, zone);
  }

  /** The same windows of whole days as a zone has them: some last 23 hours, some 25. */
  public TimeWindow in(ZoneId days) {
    return new TimeWindow(kind, size, step, offset, Objects.requireNonNull(days, "zone"));
  }

  public long sizeMicros() {
    return Lengths.micros(size);
  }

  public long stepMicros() {
    return Lengths.micros(step);
  }

  public long offsetMicros() {
    return Lengths.micros(offset);
  }

  /** In how many windows a time is at most. */
  public int windows() {
    return (int) (sizeMicros() / stepMicros());
  }

  void write(Canonical text) {
    text.word(kind.word())
        .word(Long.toString(sizeMicros()))
        .word(Long.toString(stepMicros()))
        .word(Long.toString(offsetMicros()));
    if (zone == null) {
      text.word("utc");
    } else {
      text.name(zone.getId());
    }
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(kind.word()).append(' ').append(Lengths.text(size));
    if (kind != Kind.TUMBLING) {
      text.append(" by ").append(Lengths.text(step));
    }
    if (!offset.isZero()) {
      text.append(" offset ").append(Lengths.text(offset));
    }
    return zone == null ? text.toString() : text.append(" in ").append(zone).toString();
  }
}
