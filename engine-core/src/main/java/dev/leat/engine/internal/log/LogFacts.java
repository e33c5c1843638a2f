package dev.leat.engine.internal.log;

import java.util.UUID;

/**
 * What a log says of itself to whoever does not open it.
 *
 * @param id see {@link EventLog#id}
 * @param firstPosition see {@link EventLog#firstPosition}
 */
public record LogFacts(UUID id, long firstPosition) {}
