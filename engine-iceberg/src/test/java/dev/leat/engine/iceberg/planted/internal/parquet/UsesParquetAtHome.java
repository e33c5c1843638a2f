package dev.leat.engine.iceberg.planted.internal.parquet;

import org.apache.parquet.column.ParquetProperties;

/** Breaks no rule. */
final class UsesParquetAtHome {
  ParquetProperties properties() {
    return ParquetProperties.builder().build();
  }
}
