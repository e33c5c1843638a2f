package dev.leat.engine.iceberg.internal.parquet;

import java.time.Duration;
import java.time.Instant;

/**
 * Times in microseconds, all that fit a long. {@code ChronoUnit.MICROS.between} counts in
 * nanoseconds on JDK 17, and so fails of times before 1677 and after 2262.
 */
public final class Micros {
  private static final long PER_SECOND = 1_000_000L;

  private Micros() {}

  /** From 1970. */
  public static long of(Instant time) {
    return of(time.getEpochSecond(), time.getNano());
  }

  public static long of(Duration length) {
    return of(length.getSeconds(), length.getNano());
  }

  /** The least that fits begins in a second that does not. */
  private static long of(long seconds, int nanos) {
    return seconds < 0
        ? Math.addExact(Math.multiplyExact(seconds + 1, PER_SECOND), nanos / 1000 - PER_SECOND)
        : Math.addExact(Math.multiplyExact(seconds, PER_SECOND), nanos / 1000);
  }
}
