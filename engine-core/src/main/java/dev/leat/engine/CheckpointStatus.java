package dev.leat.engine;

import dev.leat.engine.internal.exec.CheckpointFacts;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What is known of an engine's checkpoints: of the newest one, and how taking them went since the
 * engine was opened.
 *
 * @param position of the newest one; {@link Position#START} if there is none
 * @param createdAt when it was taken
 * @param bytes the size of its file
 * @param captureTime how long the engine stood still for it; zero if it is from before the engine
 *     was opened
 * @param writeTime how long it took in all; zero if it is from before the engine was opened
 * @param taken how many were taken
 * @param failed how many could not be taken
 * @param lastFailure why the last of these could not
 */
public record CheckpointStatus(
    Position position,
    Optional<Instant> createdAt,
    long bytes,
    Duration captureTime,
    Duration writeTime,
    long taken,
    long failed,
    Optional<String> lastFailure) {
  static CheckpointStatus of(CheckpointFacts facts) {
    return new CheckpointStatus(
        new Position(facts.position()),
        facts.position() == 0
            ? Optional.empty()
            : Optional.of(Instant.ofEpochMilli(facts.createdMillis())),
        facts.bytes(),
        Duration.ofNanos(facts.captureNanos()),
        Duration.ofNanos(facts.nanos()),
        facts.taken(),
        facts.failed(),
        Optional.ofNullable(facts.lastFailure()));
  }
}
