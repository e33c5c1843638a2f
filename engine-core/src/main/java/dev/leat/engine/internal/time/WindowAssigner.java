package dev.leat.engine.internal.time;

import dev.leat.engine.plan.TimeWindow;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * Tells in which windows a time is, in microseconds since 1970. Times that follow on each other are
 * mostly in the windows of the one before, which is seen without a division. One thread.
 */
public final class WindowAssigner {
  private static final long MICROS = 1_000_000;
  private static final long NANOS_OF_MICRO = 1000;
  private static final long DAY = 86_400 * MICROS;

  private final TimeWindow.Kind kind;
  private final long size;
  private final long step;

  /** From 0 to what windows align to. */
  private final long offset;

  private final int windows;
  private final @Nullable ZoneId zone;
  private final TimeWindow window;

  /** The times from here up to the end have the windows that were assigned last. */
  private long from;

  private long until;
  private long first;
  private int count;

  /** The windows that a plan speaks of. */
  public WindowAssigner(TimeWindow window) {
    this.window = window;
    this.kind = window.kind();
    this.size = window.sizeMicros();
    this.step = window.stepMicros();
    this.offset = Math.floorMod(window.offsetMicros(), aligned());
    this.windows = window.windows();
    this.zone = window.zone();
  }

  private long aligned() {
    return kind == TimeWindow.Kind.CUMULATING ? size : step;
  }

  /**
   * Finds the windows of a time.
   *
   * @return how many there are
   * @throws ArithmeticException if one of them begins or ends at no instant of 64 bits
   */
  public int assign(long time) {
    if (time < from || time >= until) {
      if (zone == null) {
        find(time);
      } else {
        findDays(time, zone);
      }
    }
    return count;
  }

  private void find(long time) {
    long behind = Math.floorMod(Math.floorMod(time, aligned()) - offset, aligned());
    long start = Math.subtractExact(time, behind);
    // Whether there is such an instant.
    Math.addExact(start, size);
    if (kind == TimeWindow.Kind.CUMULATING) {
      long passed = behind / step;
      from = start + passed * step;
      until = from + step;
      first = start;
      count = (int) (windows - passed);
    } else {
      first = Math.subtractExact(start, size - step);
      from = start;
      until = start + step;
      count = windows;
    }
  }

  /** Whole days of a zone, of which a change of clocks makes some shorter and some longer. */
  private void findDays(long time, ZoneId days) {
    LocalDateTime local = LocalDateTime.ofInstant(instant(time), days).minus(window.offset());
    long length = size / DAY;
    long day = Math.floorDiv(local.toLocalDate().toEpochDay(), length) * length;
    // Where clocks are set back over a boundary, its time of day comes twice.
    while (time < startOf(day, days)) {
      day -= length;
    }
    while (time >= startOf(day + length, days)) {
      day += length;
    }
    long start = startOf(day, days);
    until = startOf(day + length, days);
    from = start;
    first = start;
    count = 1;
  }

  private long startOf(long day, ZoneId days) {
    return micros(
        LocalDate.ofEpochDay(day).atStartOfDay().plus(window.offset()).atZone(days).toInstant());
  }

  private static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, MICROS), Math.floorMod(micros, MICROS) * NANOS_OF_MICRO);
  }

  private static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), MICROS), instant.getNano() / NANOS_OF_MICRO);
  }

  /**
   * Where the pane begins that has the time whose windows were found last: the times that are in
   * the same windows. Panes are as long as a step, so each window consists of whole ones.
   */
  public long pane() {
    return from;
  }

  /** Where a window begins of those that were found last. */
  public long start(int index) {
    return kind == TimeWindow.Kind.HOPPING ? first + index * step : first;
  }

  /** Where a window ends of those that were found last, in ascending order. */
  public long end(int index) {
    return switch (kind) {
      case TUMBLING -> until;
      case HOPPING -> first + index * step + size;
      case CUMULATING -> until + index * step;
    };
  }
}
