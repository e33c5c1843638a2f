/**
 * Relations as Iceberg tables, and tables as streams; begin with {@link
 * dev.leat.engine.iceberg.IcebergSink} and {@link dev.leat.engine.iceberg.IcebergSource}. What is
 * in {@code internal} is no API.
 */
package dev.leat.engine.iceberg;
