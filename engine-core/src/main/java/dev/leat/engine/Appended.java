package dev.leat.engine;

/**
 * What became of an append that said who sent it; see {@link ProducerSequence}.
 *
 * @param position at which its rows are in; of a repetition, one at which those of the first are in
 * @param isDuplicate was it a repetition, which added nothing?
 */
public record Appended(Position position, boolean isDuplicate) {}
