package dev.leat.engine;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Objects;

/**
 * How much of its log an engine keeps once nothing needs it to recover: for backfill of changed
 * pipelines, for replay, for looking back. Whole files of the log go, the oldest first, and never
 * before every checkpoint and sink has passed them.
 *
 * <p>{@link #everything()} is the default, so that nothing is lost that a pipeline of tomorrow
 * would have read; the log then grows until appending fails with {@code FULL} at {@link
 * EngineSettings#minFreeBytes}. A host that runs for long declares what it wants to keep.
 *
 * @param keepFor rows are kept at least so long after they came; zero or more, and for ever if it
 *     is more than a thousand years
 * @param maxBytes when the log has grown to so many bytes, its oldest files go though {@code
 *     keepFor} would keep them; if they are still needed, appending fails with {@code FULL} and
 *     says who needs them. At least 128 MiB
 */
public record Retention(Duration keepFor, long maxBytes) {
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();
  private static final long UNLIMITED = Long.MAX_VALUE;
  private static final long MIN_BYTES = 128L << 20;

  public Retention {
    Objects.requireNonNull(keepFor, "keepFor");
    if (keepFor.isNegative()) {
      throw new IllegalArgumentException("keep-for must not be negative: keep-for=" + keepFor);
    }
    if (maxBytes < MIN_BYTES) {
      throw new IllegalArgumentException(
          "max-bytes must be at least " + MIN_BYTES + ": max-bytes=" + maxBytes);
    }
  }

  /** Keeps every row for ever. */
  public static Retention everything() {
    return new Retention(FOREVER, UNLIMITED);
  }

  /** Keeps no more than what the engine needs to start again. */
  public static Retention onlyForRecovery() {
    return new Retention(Duration.ZERO, UNLIMITED);
  }

  /** Keeps rows for some time. */
  public static Retention of(Duration keepFor) {
    return new Retention(keepFor, UNLIMITED);
  }

  /** Keeps as many rows as fit into some bytes on disk. */
  public static Retention ofBytes(long maxBytes) {
    return new Retention(FOREVER, maxBytes);
  }

  /** A copy with a limit in bytes. */
  public Retention withMaxBytes(long value) {
    return new Retention(keepFor, value);
  }
}
