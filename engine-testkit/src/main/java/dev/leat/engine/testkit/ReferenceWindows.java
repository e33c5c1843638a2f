package dev.leat.engine.testkit;

import dev.leat.engine.plan.TimeWindow;
import dev.leat.engine.plan.Windowed;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Windows of time, by trying those that are near and looking whether they have the time. */
final class ReferenceWindows {
  private ReferenceWindows() {}

  /** A window from a start up to an end, in microseconds without limits. */
  private record Window(BigInteger start, BigInteger end) {
    boolean has(BigInteger time) {
      return start.compareTo(time) <= 0 && time.compareTo(end) < 0;
    }
  }

  /**
   * A row once for each of its windows.
   *
   * @throws RowError if it has no time
   * @throws ArithmeticException if a window begins or ends at no instant
   */
  static List<ReferenceRow> rows(Windowed node, ReferenceRow row) {
    Object value = row.value(node.input().schema().find(node.column()));
    if (value == null) {
      throw new RowError("no time");
    }
    List<ReferenceRow> rows = new ArrayList<>();
    for (Window window : of(node.window(), (Instant) value)) {
      List<@Nullable Object> values = new ArrayList<>(row.values());
      values.add(instant(window.start()));
      values.add(instant(window.end()));
      rows.add(new ReferenceRow(values));
    }
    return rows;
  }

  private static Instant instant(BigInteger micros) {
    return ReferenceValues.instant(micros.longValueExact());
  }

  private static List<Window> of(TimeWindow spec, Instant time) {
    BigInteger at = BigInteger.valueOf(ReferenceValues.micros(time));
    List<Window> near = spec.zone() == null ? near(spec, at) : near(spec, time, spec.zone());
    return near.stream().filter(window -> window.has(at)).toList();
  }

  private static List<Window> near(TimeWindow spec, BigInteger at) {
    BigInteger size = BigInteger.valueOf(ReferenceValues.micros(spec.size()));
    BigInteger step = BigInteger.valueOf(ReferenceValues.micros(spec.step()));
    BigInteger origin = BigInteger.valueOf(ReferenceValues.micros(spec.offset()));
    int count = size.divide(step).intValueExact();
    List<Window> windows = new ArrayList<>();
    if (spec.kind() == TimeWindow.Kind.CUMULATING) {
      BigInteger start = origin.add(floor(at.subtract(origin), size).multiply(size));
      for (int i = 1; i <= count; i++) {
        windows.add(new Window(start, start.add(step.multiply(BigInteger.valueOf(i)))));
      }
      return windows;
    }
    BigInteger latest = floor(at.subtract(origin), step);
    for (int i = -count; i <= 1; i++) {
      BigInteger start = origin.add(latest.add(BigInteger.valueOf(i)).multiply(step));
      windows.add(new Window(start, start.add(size)));
    }
    return windows;
  }

  private static BigInteger floor(BigInteger a, BigInteger b) {
    return new BigDecimal(a).divide(new BigDecimal(b), 0, RoundingMode.FLOOR).toBigInteger();
  }

  private static List<Window> near(TimeWindow spec, Instant time, ZoneId zone) {
    long days = spec.size().toDays();
    LocalDate today = LocalDate.ofInstant(time, zone);
    List<Window> windows = new ArrayList<>();
    for (long day = -2 * days - 1; day <= 2 * days + 1; day++) {
      LocalDate start = today.plusDays(day);
      if (start.toEpochDay() % days == 0) {
        windows.add(new Window(start(spec, start, zone), start(spec, start.plusDays(days), zone)));
      }
    }
    return windows;
  }

  private static BigInteger start(TimeWindow spec, LocalDate day, ZoneId zone) {
    Instant start = day.atStartOfDay().plus(spec.offset()).atZone(zone).toInstant();
    return BigInteger.valueOf(start.getEpochSecond())
        .multiply(BigInteger.valueOf(1_000_000))
        .add(BigInteger.valueOf(start.getNano() / 1000));
  }
}
