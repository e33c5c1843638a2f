package dev.leat.engine.internal.exec;

import java.util.Optional;

/**
 * How a sink is doing.
 *
 * @param committed the position that it stored last; -1 if none
 * @param through it has been offered all changes up to here
 * @param queuedRows changes that are not committed
 * @param isSetAside does it take no more changes until the engine is opened again?
 * @param failure why the last attempt failed, if it did
 */
public record SinkFacts(
    long committed, long through, long queuedRows, boolean isSetAside, Optional<String> failure) {}
