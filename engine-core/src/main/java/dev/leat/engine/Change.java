package dev.leat.engine;

/**
 * One row of a change feed.
 *
 * @param row what was added or taken back
 * @param weight how often: +n for an insertion, -n for a retraction
 * @param <T> the type of the rows
 */
public record Change<T>(T row, long weight) {}
