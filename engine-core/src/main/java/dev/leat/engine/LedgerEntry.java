package dev.leat.engine;

/**
 * A row that is in no view, and why: it could not be decoded, or an expression failed for it.
 *
 * @param sequence counts entries from 1
 * @param position of the epoch that brought it
 * @param source where it was left out: "stream 'clicks'", "filter on stream 'clicks'"
 * @param reason why
 * @param row a copy of the row, cut off after 1,024 characters
 */
public record LedgerEntry(long sequence, long position, String source, String reason, String row) {}
