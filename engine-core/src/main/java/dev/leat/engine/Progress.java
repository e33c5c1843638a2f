package dev.leat.engine;

/**
 * How far something long has come.
 *
 * @param bytes read so far
 * @param accepted rows taken so far
 * @param rejected rows that went to the ledger so far
 */
public record Progress(long bytes, long accepted, long rejected) {}
