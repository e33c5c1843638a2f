package dev.leat.engine.internal.checkpoint;

/**
 * What a checkpoint says of itself.
 *
 * @param position the last position that is in it
 * @param createdMillis when it was taken, in milliseconds since 1970
 * @param version the library that wrote it, for people; at most 32 bytes of UTF-8 are kept
 */
public record CheckpointHeader(long position, long createdMillis, String version) {}
