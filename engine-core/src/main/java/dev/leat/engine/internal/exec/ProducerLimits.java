package dev.leat.engine.internal.exec;

/**
 * How many producers are known, and for how long.
 *
 * @param maxProducers if there are more, the one that was idle the longest is forgotten
 * @param horizonMicros who was idle for longer is forgotten
 */
public record ProducerLimits(int maxProducers, long horizonMicros) {}
