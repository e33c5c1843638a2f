package dev.leat.engine;

/**
 * What became of some NDJSON.
 *
 * @param position at which all of it is in
 * @param bytes read
 * @param accepted rows taken
 * @param rejected rows that went to the ledger
 */
public record NdjsonResult(Position position, long bytes, long accepted, long rejected) {}
