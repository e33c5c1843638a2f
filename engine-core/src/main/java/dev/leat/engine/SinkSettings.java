package dev.leat.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/**
 * When a sink commits, and how far it may be behind. Refinements return a copy.
 *
 * <p>A commit is also made for each checkpoint of the engine, when it is closed, and when half of
 * the queue is full.
 *
 * @param commitInterval a commit is made when the oldest change that is not committed is so old;
 *     empty if not for its age. 1 ms to 1 day, default 10 seconds
 * @param queueRows how many changes may be in memory until they are committed, in rows; may be
 *     passed by one epoch. 2 to 100,000,000, default 1,000,000
 * @param maxWait when the queue is full, how long the engine waits before it takes the next epoch;
 *     if there is no room by then, the sink is set aside: it commits what it has, and goes on when
 *     the engine is opened again. 0 to 1 hour, default 30 seconds
 * @param closeTimeout how long an engine that is closed waits for the last commit. 0 to 1 hour,
 *     default 30 seconds
 * @param changedQuery what if the sink has rows of another query under this name; default REFUSE
 */
public record SinkSettings(
    Optional<Duration> commitInterval,
    int queueRows,
    Duration maxWait,
    Duration closeTimeout,
    ChangedQuery changedQuery) {
  private static final int MAX_QUEUE_ROWS = 100_000_000;
  private static final Duration MIN_INTERVAL = Duration.ofMillis(1);
  private static final Duration MAX_INTERVAL = Duration.ofDays(1);
  private static final Duration MAX_TIME = Duration.ofHours(1);

  /** What if the sink has rows of another query. */
  public enum ChangedQuery {
    /** The engine is not opened. */
    REFUSE,
    /** If rows are only added, those of the new query follow those of the old one. */
    CONTINUE
  }

  public SinkSettings {
    Objects.requireNonNull(commitInterval, "commitInterval");
    commitInterval.ifPresent(
        interval -> {
          if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
            throw new IllegalArgumentException(
                "commit-interval must be from 1 ms to 1 day: commit-interval=" + interval);
          }
        });
    if (queueRows < 2 || queueRows > MAX_QUEUE_ROWS) {
      throw new IllegalArgumentException(
          "queue-rows must be from 2 to " + MAX_QUEUE_ROWS + ": queue-rows=" + queueRows);
    }
    requireTime("max-wait", maxWait);
    requireTime("close-timeout", closeTimeout);
    Objects.requireNonNull(changedQuery, "changedQuery");
  }

  private static void requireTime(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException(
          name + " must not be negative, and at most an hour: " + name + "=" + value);
    }
  }

  /** The defaults. */
  public static SinkSettings defaults() {
    return new SinkSettings(
        Optional.of(Duration.ofSeconds(10)),
        1_000_000,
        Duration.ofSeconds(30),
        Duration.ofSeconds(30),
        ChangedQuery.REFUSE);
  }

  /** A copy with another time between commits. */
  public SinkSettings withCommitInterval(Duration value) {
    return new SinkSettings(Optional.of(value), queueRows, maxWait, closeTimeout, changedQuery);
  }

  /** A copy that commits with checkpoints, and before its queue is full, but not by time. */
  public SinkSettings committingWithCheckpoints() {
    return new SinkSettings(Optional.empty(), queueRows, maxWait, closeTimeout, changedQuery);
  }

  /** A copy with another bound for what is not committed. */
  public SinkSettings withQueueRows(int value) {
    return new SinkSettings(commitInterval, value, maxWait, closeTimeout, changedQuery);
  }

  /** A copy with another time that the engine waits for room. */
  public SinkSettings withMaxWait(Duration value) {
    return new SinkSettings(commitInterval, queueRows, value, closeTimeout, changedQuery);
  }

  /** A copy with another time that closing waits. */
  public SinkSettings withCloseTimeout(Duration value) {
    return new SinkSettings(commitInterval, queueRows, maxWait, value, changedQuery);
  }

  /** A copy that goes on behind the rows of an earlier query, where rows are only added. */
  public SinkSettings continuingChangedQuery() {
    return new SinkSettings(
        commitInterval, queueRows, maxWait, closeTimeout, ChangedQuery.CONTINUE);
  }
}
