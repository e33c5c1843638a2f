/**
 * What a source does: it reads the history of a table, from its place on, into a stream ({@link
 * dev.leat.engine.iceberg.internal.source.SourceReading}).
 */
package dev.leat.engine.iceberg.internal.source;
