package dev.leat.engine.iceberg.planted.internal.write;

import org.apache.iceberg.parquet.ParquetSchemaUtil;

/** Breaks a rule: what Iceberg has for Parquet belongs where Parquet does. */
final class UsesIcebergsParquet {
  Class<?> used() {
    return ParquetSchemaUtil.class;
  }
}
