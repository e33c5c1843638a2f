package dev.leat.engine.internal.exec;

import org.jspecify.annotations.Nullable;

/**
 * What is known of the checkpoints of a running engine.
 *
 * @param position of the newest one, 0 if there is none
 * @param createdMillis when that was taken, in milliseconds since 1970
 * @param bytes the size of its file
 * @param captureNanos how long the engine stood still for it; 0 if another run of the engine took
 *     it
 * @param nanos how long it took to be written; 0 if another run of the engine took it
 * @param taken how many this run of the engine took
 * @param failed how often this run of the engine could not take one
 * @param lastFailure why not, the last time
 */
public record CheckpointFacts(
    long position,
    long createdMillis,
    long bytes,
    long captureNanos,
    long nanos,
    long taken,
    long failed,
    @Nullable String lastFailure) {
  static final CheckpointFacts NONE = new CheckpointFacts(0, 0, 0, 0, 0, 0, 0, null);

  CheckpointFacts withFailure(String reason) {
    return new CheckpointFacts(
        position, createdMillis, bytes, captureNanos, nanos, taken, failed + 1, reason);
  }
}
