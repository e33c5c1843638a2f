package dev.leat.engine.iceberg.planted.internal.write;

import org.apache.parquet.column.ParquetProperties;

/** Breaks a rule: Parquet belongs to a package of its own. */
final class UsesParquet {
  ParquetProperties properties() {
    return ParquetProperties.builder().build();
  }
}
