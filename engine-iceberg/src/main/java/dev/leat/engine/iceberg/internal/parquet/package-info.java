/**
 * Data files: the columns of a relation as Parquet's, written straight from the words of changes,
 * and read back, without Hadoop. {@link dev.leat.engine.iceberg.internal.parquet.TableShape} says
 * which column of a relation is which of a table. Parquet's own classes are named here only.
 */
package dev.leat.engine.iceberg.internal.parquet;
