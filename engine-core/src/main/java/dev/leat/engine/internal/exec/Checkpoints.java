package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.checkpoint.CheckpointStore;
import dev.leat.engine.internal.io.Io;

/**
 * Where checkpoints are kept and when they are taken.
 *
 * @param io tells the time
 * @param intervalNanos the longest time between two, if anything came in
 * @param logBytes so many bytes of new records make one due sooner
 */
public record Checkpoints(CheckpointStore store, Io io, long intervalNanos, long logBytes) {}
