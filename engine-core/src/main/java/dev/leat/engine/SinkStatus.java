package dev.leat.engine;

import java.util.Optional;

/**
 * How a sink is doing.
 *
 * @param committed the position that it stored last; empty if none yet
 * @param queuedRows changes in memory that are not committed
 * @param isSetAside was it too slow? Then it takes no more changes until the engine is opened again
 * @param failure why the last attempt failed; empty if it did not
 */
public record SinkStatus(
    Optional<Position> committed, long queuedRows, boolean isSetAside, Optional<String> failure) {}
