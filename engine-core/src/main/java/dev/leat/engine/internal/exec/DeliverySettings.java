package dev.leat.engine.internal.exec;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * How a listener is called.
 *
 * @param queueRows changes kept for it, after which no more are queued
 * @param maxWait how long the engine waits for it then, before it goes on
 * @param attempts how often it is called with the same changes if it throws
 * @param retryDelay before the second attempt
 * @param closeTimeout how long a closing engine waits for it
 * @param executor calls it; null for a thread of its own, or where the host steps, for the thread
 *     that steps
 */
public record DeliverySettings(
    int queueRows,
    Duration maxWait,
    int attempts,
    Duration retryDelay,
    Duration closeTimeout,
    @Nullable Executor executor) {}
