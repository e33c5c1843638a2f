package dev.leat.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How a listener is called, and what happens if it is slow or fails; see {@link View#subscribe}.
 * Refinements return a copy: {@code SubscriptionSettings.defaults().withQueueRows(1000)}.
 *
 * @param queueRows how many changes wait for the listener, in rows; when there are so many, or more
 *     with the changes of the last epoch, no more are queued. 1 to 10,000,000, default 65,536
 * @param maxWait when the queue is full, how long the engine waits for the listener before it takes
 *     the next epoch, and with it whoever appends more than fits the inbox; after that, the
 *     listener falls behind: when it has had what was queued, it gets the difference to the view as
 *     it is then, in one call. 0 to 1 hour, default 0: the engine never waits
 * @param attempts how often the listener is called with the same changes if it throws; then the
 *     subscription is given up, until {@link Subscription#restart}. 1 to 1,000,000, default 5
 * @param retryDelay time before the second attempt; each further one takes twice as long, at most
 *     30 seconds. Where the host steps and there is no executor, the next attempt comes with the
 *     next step instead. More than 0, at most 1 hour; default 100 ms
 * @param closeTimeout how long an engine that is closed waits for the listener to have everything.
 *     0 to 1 hour, default 10 seconds
 * @param policy which changes the listener is told; default {@link Policy#ALL}
 * @param executor calls the listener; null, the default, for a thread of the subscription's own or,
 *     with {@link Threading#HOST}, for the thread that steps
 */
public record SubscriptionSettings(
    int queueRows,
    Duration maxWait,
    int attempts,
    Duration retryDelay,
    Duration closeTimeout,
    Policy policy,
    @Nullable Executor executor) {
  /** Which changes of a view a listener is told; for views that shrink, such as alerts. */
  public enum Policy {
    /** All: the sum of what the listener was told is the view. */
    ALL,
    /** New rows and the new forms of changed ones; what is taken back is not told. */
    UPSERTS,
    /**
     * Entries: rows that come into the view, each once for as long as it stays. In a view with a
     * key, a changed row has been there before, and is none; a row that leaves and comes again is
     * one again. In a view without a key, each row that comes is one.
     *
     * <p>A listener that gets each epoch is told each entry exactly once, unless it throws: then
     * the same call is made again. One that falls behind is told, in the call of kind {@link
     * Changes.Kind#DIFFERENCE}, the rows that are there and were not there when it fell behind;
     * entries that ended before, and those of a key that was there both times, are not told. {@link
     * #withMaxWait} has the engine wait instead. A new subscription, after a restart of the program
     * too, begins with all rows that are there, as {@link Changes.Kind#SNAPSHOT}: which of them
     * were told before the listener must know itself, or be a {@link Sink}, which stores its place.
     */
    INSERTS
  }

  private static final int MAX_QUEUE_ROWS = 10_000_000;
  private static final int MAX_ATTEMPTS = 1_000_000;
  private static final Duration MAX_TIME = Duration.ofHours(1);

  public SubscriptionSettings {
    if (queueRows < 1 || queueRows > MAX_QUEUE_ROWS) {
      throw new IllegalArgumentException(
          "queue-rows must be from 1 to " + MAX_QUEUE_ROWS + ": queue-rows=" + queueRows);
    }
    if (attempts < 1 || attempts > MAX_ATTEMPTS) {
      throw new IllegalArgumentException(
          "attempts must be from 1 to " + MAX_ATTEMPTS + ": attempts=" + attempts);
    }
    Objects.requireNonNull(policy, "policy");
    requireTime("max-wait", maxWait);
    requireTime("retry-delay", retryDelay);
    requireTime("close-timeout", closeTimeout);
    if (retryDelay.isZero()) {
      throw new IllegalArgumentException("retry-delay must be more than zero");
    }
  }

  private static void requireTime(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.compareTo(MAX_TIME) > 0) {
      throw new IllegalArgumentException(
          name + " must not be negative, and at most an hour: " + name + "=" + value);
    }
  }

  /** The defaults. */
  public static SubscriptionSettings defaults() {
    return new SubscriptionSettings(
        65_536, Duration.ZERO, 5, Duration.ofMillis(100), Duration.ofSeconds(10), Policy.ALL, null);
  }

  /** A copy with another queue size. */
  public SubscriptionSettings withQueueRows(int value) {
    return new SubscriptionSettings(
        value, maxWait, attempts, retryDelay, closeTimeout, policy, executor);
  }

  /** A copy with another time that the engine waits for the listener. */
  public SubscriptionSettings withMaxWait(Duration value) {
    return new SubscriptionSettings(
        queueRows, value, attempts, retryDelay, closeTimeout, policy, executor);
  }

  /** A copy with another number of attempts. */
  public SubscriptionSettings withAttempts(int value) {
    return new SubscriptionSettings(
        queueRows, maxWait, value, retryDelay, closeTimeout, policy, executor);
  }

  /** A copy with another delay. */
  public SubscriptionSettings withRetryDelay(Duration value) {
    return new SubscriptionSettings(
        queueRows, maxWait, attempts, value, closeTimeout, policy, executor);
  }

  /** A copy with another time that closing waits. */
  public SubscriptionSettings withCloseTimeout(Duration value) {
    return new SubscriptionSettings(
        queueRows, maxWait, attempts, retryDelay, value, policy, executor);
  }

  /** A copy with another choice of changes. */
  public SubscriptionSettings withPolicy(Policy value) {
    return new SubscriptionSettings(
        queueRows, maxWait, attempts, retryDelay, closeTimeout, value, executor);
  }

  /** A copy with an executor of the host's. */
  public SubscriptionSettings withExecutor(Executor value) {
    return new SubscriptionSettings(
        queueRows,
        maxWait,
        attempts,
        retryDelay,
        closeTimeout,
        policy,
        Objects.requireNonNull(value, "executor"));
  }
}
