package dev.leat.engine.plan;

import dev.leat.engine.EngineException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a stream are repetitions: those whose key another row had that came in within a
 * time before, and was not itself a repetition. A row with a null in its key is none.
 *
 * @param key the columns that tell rows apart; at least one
 * @param horizon for how long a key is known, in the time of the log: two rows that came in so far
 *     apart still count as near; a millisecond to ten years, whole microseconds
 */
public record Deduplication(List<String> key, Duration horizon) {
  private static final Duration MIN_HORIZON = Duration.ofMillis(1);
  private static final Duration MAX_HORIZON = Duration.ofDays(3653);
  private static final int NANOS_PER_MICRO = 1000;

  private record Unit(long micros, String sign) {}

  private static final List<Unit> UNITS =
      List.of(
          new Unit(3_600_000_000L, "h"),
          new Unit(60_000_000L, "min"),
          new Unit(1_000_000L, "s"),
          new Unit(1000L, "ms"));

  public Deduplication {
    key = List.copyOf(key);
    Objects.requireNonNull(horizon, "horizon");
    if (key.isEmpty()) {
      throw new IllegalArgumentException("a deduplication needs at least one column");
    }
    if (horizon.compareTo(MIN_HORIZON) < 0
        || horizon.compareTo(MAX_HORIZON) > 0
        || horizon.toNanosPart() % NANOS_PER_MICRO != 0) {
      throw new IllegalArgumentException(
          "the horizon of a deduplication must be from a millisecond to ten years, in whole"
              + " microseconds: horizon="
              + horizon);
    }
  }

  /** Adds to the text of an input which of its rows are left out; nothing if none are. */
  static Canonical write(@Nullable Deduplication deduplication, Canonical input) {
    return deduplication == null
        ? input
        : input
            .word("deduplicated")
            .names(deduplication.key())
            .word(Long.toString(deduplication.horizonMicros()));
  }

  /** Checks that an input can be deduplicated by this. */
  void checkOn(Node.Input input) {
    String place = "deduplicate on " + input.word();
    if (input.kind() != Node.InputKind.STREAM) {
      throw new EngineException(
          EngineException.Kind.INVALID,
          place + ": only streams have repetitions; what is put into a table twice is there once");
    }
    for (Field field : input.schema().select(key, place).fields()) {
      if (field.type().kind() == Type.Kind.ARRAY) {
        throw new EngineException(
            EngineException.Kind.INVALID, place + ": an array cannot be a key: " + field);
      }
    }
  }

  /** The horizon in microseconds. */
  public long horizonMicros() {
    return horizon.toNanos() / NANOS_PER_MICRO;
  }

  /** The horizon in words, for {@code explain()}: "24 h". */
  String horizonText() {
    return text(horizonMicros());
  }

  /** A time in words, for {@code explain()}: "24 h". */
  static String text(long micros) {
    for (Unit unit : UNITS) {
      if (micros % unit.micros() == 0) {
        return micros / unit.micros() + " " + unit.sign();
      }
    }
    return micros + " us";
  }

  @Override
  public String toString() {
    return "deduplicated by " + key + " within " + horizonText();
  }
}
