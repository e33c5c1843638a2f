package dev.leat.engine;

/**
 * What became of some NDJSON.
 *
 * @param position at which all of it is in
 * @param bytes read
 * @param accepted rows taken; none of a repetition
 * @param rejected rows that went to the ledger; none of a repetition
 * @param isDuplicate was it a repetition, which added nothing? See {@link ProducerSequence}
 */
public record NdjsonResult(
    Position position, long bytes, long accepted, long rejected, boolean isDuplicate) {}
