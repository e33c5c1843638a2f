package dev.leat.engine.plan;

import java.time.Duration;
import java.util.List;

/** Lengths of time as the plan has them: whole microseconds. */
final class Lengths {
  private static final int NANOS_PER_MICRO = 1000;

  /** The longest that a plan may name: ten years. */
  static final Duration MAX = Duration.ofDays(3653);

  private record Unit(long micros, String sign) {}

  private static final List<Unit> UNITS =
      List.of(
          new Unit(3_600_000_000L, "h"),
          new Unit(60_000_000L, "min"),
          new Unit(1_000_000L, "s"),
          new Unit(1000L, "ms"));

  private Lengths() {}

  /** Is it in whole microseconds, and from one length to ten years? */
  static boolean isIn(Duration length, Duration least) {
    return length.compareTo(least) >= 0
        && length.compareTo(MAX) <= 0
        && length.toNanosPart() % NANOS_PER_MICRO == 0;
  }

  /** A length in microseconds. */
  static long micros(Duration length) {
    return length.toNanos() / NANOS_PER_MICRO;
  }

  /** A length in words: "24 h". */
  static String text(Duration length) {
    return text(micros(length));
  }

  /** A length of microseconds in words: "24 h". */
  static String text(long micros) {
    if (micros == 0) {
      return "0 s";
    }
    for (Unit unit : UNITS) {
      if (micros % unit.micros() == 0) {
        return micros / unit.micros() + " " + unit.sign();
      }
    }
    return micros + " us";
  }
}
