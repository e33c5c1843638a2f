package dev.leat.engine.internal.log;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * The settings of a log on disk.
 *
 * @param syncDelay the longest time between two forced writes while records are appended and nobody
 *     waits for them. 10 ms suits acknowledgements at level synced; where only level logged is
 *     asked for, {@link #LAZY_SYNC_DELAY} saves the disk work. It bounds what a power cut takes
 * @param groupCommit the least time between two forced writes that waiting threads ask for, so that
 *     they share one; the first one after a pause is forced at once. Default 10 ms
 * @param segmentBytes the size at which a new segment is started, in bytes; default 1 GiB
 * @param maxRecordBytes the largest payload of one record, in bytes; default 32 MiB
 * @param minFreeBytes appending stops while the file system has less usable space than this, in
 *     bytes; default 256 MiB
 * @param keepFor how long a segment is kept after its last record, at the least, whether it is
 *     released or not; zero keeps only what is not released, and {@link #FOREVER}, the default, all
 * @param maxBytes the size of all segments, in bytes, at which released ones go though {@code
 *     keepFor} would keep them, and at which appending stops if none is released; default {@link
 *     #UNLIMITED}, else at least 16 MiB and four of the largest records
 */
public record LogSettings(
    Duration syncDelay,
    Duration groupCommit,
    long segmentBytes,
    int maxRecordBytes,
    long minFreeBytes,
    Duration keepFor,
    long maxBytes) {

  /** The {@code syncDelay} for a log whose records are acknowledged as soon as they are logged. */
  public static final Duration LAZY_SYNC_DELAY = Duration.ofSeconds(1);

  /** The {@code keepFor} of a log that keeps everything. */
  public static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  private static final Duration LONGEST = Duration.ofDays(366 * 1000L);

  /** The {@code maxBytes} of a log without a byte budget. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  private static final int MIB = 1 << 20;
  private static final Duration DEFAULT_SYNC = Duration.ofMillis(10);
  private static final long MAX_SEGMENT_BYTES = 64L << 30;

  /** Checks the bounds. */
  public LogSettings {
    requirePositive("sync-delay", syncDelay);
    requirePositive("group-commit", groupCommit);
    requireWithin("segment-bytes", segmentBytes, 1, MAX_SEGMENT_BYTES);
    requireWithin("max-record-bytes", maxRecordBytes, 1, RecordFormat.MAX_PAYLOAD_BYTES);
    requireWithin("min-free-bytes", minFreeBytes, MIB, Long.MAX_VALUE / 2);
    if (keepFor.isNegative()) {
      throw new IllegalArgumentException("keep-for must not be negative: keep-for=" + keepFor);
    }
    if (keepFor.compareTo(LONGEST) > 0) {
      keepFor = FOREVER; // and is never counted in milliseconds, which may be too many for a word
    }
    requireWithin("max-bytes", maxBytes, Math.max(16L * MIB, 4L * maxRecordBytes), UNLIMITED);
  }

  /** The defaults, for acknowledgements at level synced. */
  public static LogSettings defaults() {
    return new LogSettings(
        DEFAULT_SYNC, DEFAULT_SYNC, 1L << 30, 32 * MIB, 256L * MIB, FOREVER, UNLIMITED);
  }

  /** A copy with another {@code syncDelay}. */
  public LogSettings withSyncDelay(Duration value) {
    return new LogSettings(
        value, groupCommit, segmentBytes, maxRecordBytes, minFreeBytes, keepFor, maxBytes);
  }

  /** A copy with another {@code groupCommit}. */
  public LogSettings withGroupCommit(Duration value) {
    return new LogSettings(
        syncDelay, value, segmentBytes, maxRecordBytes, minFreeBytes, keepFor, maxBytes);
  }

  /** A copy with another {@code segmentBytes}. */
  public LogSettings withSegmentBytes(long value) {
    return new LogSettings(
        syncDelay, groupCommit, value, maxRecordBytes, minFreeBytes, keepFor, maxBytes);
  }

  /** A copy with another {@code maxRecordBytes}. */
  public LogSettings withMaxRecordBytes(int value) {
    return new LogSettings(
        syncDelay, groupCommit, segmentBytes, value, minFreeBytes, keepFor, maxBytes);
  }

  /** A copy with another {@code minFreeBytes}. */
  public LogSettings withMinFreeBytes(long value) {
    return new LogSettings(
        syncDelay, groupCommit, segmentBytes, maxRecordBytes, value, keepFor, maxBytes);
  }

  /** A copy with other limits of what is kept. */
  public LogSettings withRetention(Duration newKeepFor, long newMaxBytes) {
    return new LogSettings(
        syncDelay,
        groupCommit,
        segmentBytes,
        maxRecordBytes,
        minFreeBytes,
        newKeepFor,
        newMaxBytes);
  }

  /** Is anything ever deleted? */
  boolean deletes() {
    return hasBudget() || !keepFor.equals(FOREVER);
  }

  boolean hasBudget() {
    return maxBytes != UNLIMITED;
  }

  /** Are segments kept longer than they are needed, and not for ever? */
  boolean keepsForSomeTime() {
    return !keepFor.isZero() && !keepFor.equals(FOREVER);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isZero() || value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          name + " must be more than zero and at most a day: " + name + "=" + value);
    }
  }

  private static void requireWithin(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " must be from " + least + " to " + most + ": " + name + "=" + value);
    }
  }
}
