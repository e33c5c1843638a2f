package dev.leat.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * When an engine takes checkpoints. Opening it again replays what came after the newest, so the
 * more often they are taken, the sooner it is open, and the more is written: each holds all state.
 *
 * @param interval another one is taken after this time, if anything came in; 1 ms to 365 days,
 *     default 1 minute
 * @param logBytes so many bytes of new log make one due sooner, or an eighth of {@link
 *     Retention#maxBytes} if that is less; 1 to 4 EiB, default 256 MiB
 */
public record CheckpointSettings(Duration interval, long logBytes) {
  private static final Duration MIN_INTERVAL = Duration.ofMillis(1);
  private static final Duration MAX_INTERVAL = Duration.ofDays(365);
  private static final long MAX_LOG_BYTES = Long.MAX_VALUE / 2;
  private static final long DEFAULT_LOG_BYTES = 256L << 20;

  public CheckpointSettings {
    Objects.requireNonNull(interval, "interval");
    if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
      throw new IllegalArgumentException(
          "checkpoint-interval must be from 1 ms to 365 days: checkpoint-interval=" + interval);
    }
    if (logBytes < 1 || logBytes > MAX_LOG_BYTES) {
      throw new IllegalArgumentException(
          "checkpoint-log-bytes must be from 1 to "
              + MAX_LOG_BYTES
              + ": checkpoint-log-bytes="
              + logBytes);
    }
  }

  /** The defaults. */
  public static CheckpointSettings defaults() {
    return new CheckpointSettings(Duration.ofMinutes(1), DEFAULT_LOG_BYTES);
  }

  /** A copy with another interval. */
  public CheckpointSettings withInterval(Duration value) {
    return new CheckpointSettings(value, logBytes);
  }

  /** A copy with another size of log. */
  public CheckpointSettings withLogBytes(long value) {
    return new CheckpointSettings(interval, value);
  }
}
