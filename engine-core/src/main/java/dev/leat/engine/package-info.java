/**
 * What a host program uses. A {@link dev.leat.engine.Pipeline} says what is to be computed, an
 * {@link dev.leat.engine.Engine} runs it; rows go in through its inputs, and come out of a {@link
 * dev.leat.engine.View}. Expressions and schemas, which a pipeline is written with, are in {@link
 * dev.leat.engine.plan}; what is in {@code internal} is no API.
 */
package dev.leat.engine;
