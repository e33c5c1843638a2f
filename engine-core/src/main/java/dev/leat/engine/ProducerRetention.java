package dev.leat.engine;

import java.time.Duration;
import java.util.Objects;

/**
 * How long an engine knows the last number of a producer; see {@link ProducerSequence}. Whoever is
 * forgotten is taken for a new producer: then a repetition adds its rows again.
 *
 * @param maxProducers if there are more, the one that was idle the longest is forgotten; 1 to
 *     1,000,000, default 100,000 (about 20 MB)
 * @param horizon a producer that was idle for longer is forgotten, in the time that the log keeps,
 *     unless its name begins with {@code source:}; a second to ten years, default 7 days
 */
public record ProducerRetention(int maxProducers, Duration horizon) {
  private static final int MAX_PRODUCERS = 1_000_000;
  private static final Duration MAX_HORIZON = Duration.ofDays(3653);

  public ProducerRetention {
    Objects.requireNonNull(horizon, "horizon");
    if (maxProducers < 1 || maxProducers > MAX_PRODUCERS) {
      throw new IllegalArgumentException(
          "max-producers must be from 1 to " + MAX_PRODUCERS + ": max-producers=" + maxProducers);
    }
    if (horizon.compareTo(Duration.ofSeconds(1)) < 0 || horizon.compareTo(MAX_HORIZON) > 0) {
      throw new IllegalArgumentException(
          "the horizon of producers must be from a second to ten years: producer-horizon="
              + horizon);
    }
  }

  /** The defaults. */
  public static ProducerRetention defaults() {
    return new ProducerRetention(100_000, Duration.ofDays(7));
  }
}
