/** Relations as Iceberg tables; begin with {@link dev.leat.engine.iceberg.IcebergSink}. */
package dev.leat.engine.iceberg;
