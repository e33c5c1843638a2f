package dev.leat.engine.iceberg.internal.care;

/**
 * What compaction did.
 *
 * @param filesBefore so many files were replaced
 * @param filesAfter by so many
 * @param rows that are in them
 * @param leftAlone files that could not be put together
 */
public record CompactedFiles(int filesBefore, int filesAfter, long rows, int leftAlone) {}
