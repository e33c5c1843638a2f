package dev.leat.engine.internal.exec;

/**
 * How changes are brought to a sink.
 *
 * @param commitNanos a commit is due when the first change that is not committed is so old; {@code
 *     Long.MAX_VALUE} if only checkpoints make one due
 * @param queueRows changes that may wait; half as many make a commit due
 * @param maxWaitNanos how long a step waits for room before the sink is set aside
 * @param closeNanos how long closing waits for the last commit
 * @param continuesChangedQuery may it go on with rows of another query behind those it has?
 */
public record SinkRules(
    long commitNanos,
    int queueRows,
    long maxWaitNanos,
    long closeNanos,
    boolean continuesChangedQuery) {}
