package dev.leat.engine.internal.checkpoint;

import java.util.UUID;

/**
 * What a checkpoint says of itself.
 *
 * @param log the id of the log whose records made the state
 * @param position the last position that is in it
 * @param createdMillis when it was taken, in milliseconds since 1970
 * @param version the library that wrote it, for people; at most 28 bytes of UTF-8 are kept
 */
public record CheckpointHeader(UUID log, long position, long createdMillis, String version) {}
