package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.iceberg.internal.key.KeyHash;
import dev.leat.engine.iceberg.internal.key.RowKeys;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.column.ColumnReader;
import org.jspecify.annotations.Nullable;

/**
 * The columns of the key of a Parquet file, row by row. Any encoding, zstd, gzip or nothing: what
 * we and others write for tables like ours.
 */
public final class KeyFile {
  private final InputFile file;
  private final RowKeys keys;
  private final List<Integer> fieldIds;

  /**
   * A file.
   *
   * @param fieldIds Iceberg's numbers of the columns of the key, in their order
   */
  public KeyFile(InputFile file, RowKeys keys, List<Integer> fieldIds) {
    this.file = file;
    this.keys = keys;
    this.fieldIds = fieldIds;
  }

  /**
   * Reads the keys of rows; {@link RowKeys#hash} has the key when the position is told.
   *
   * @param isWanted is told each position first, from 0
   */
  public void read(LongPredicate isWanted, LongConsumer position) {
    long[] row = {0};
    try (DataFileReader reader = new DataFileReader(file)) {
      reader.read(
          fieldIds,
          (readers, rows) -> {
            for (long r = 0; r < rows; r++) {
              key(readers);
              if (isWanted.test(row[0])) {
                position.accept(row[0]);
              }
              row[0]++;
            }
          });
    }
  }

  private void key(@Nullable ColumnReader[] readers) {
    KeyHash hash = keys.hash();
    hash.begin();
    for (int k = 0; k < readers.length; k++) {
      ColumnReader reader = readers[k];
      if (reader == null) {
        hash.addNull(); // the column was added behind this file
        continue;
      }
      int present = reader.getDescriptor().getMaxDefinitionLevel();
      if (reader.getCurrentDefinitionLevel() == present) {
        add(k, reader);
      } else {
        hash.addNull();
      }
      reader.consume();
    }
    hash.finish();
  }

  private void add(int keyColumn, ColumnReader reader) {
    switch (reader.getDescriptor().getPrimitiveType().getPrimitiveTypeName()) {
      case BOOLEAN -> keys.add(keyColumn, reader.getBoolean() ? 1L : 0L);
      case INT32 -> keys.add(keyColumn, (long) reader.getInteger());
      case INT64 -> keys.add(keyColumn, reader.getLong());
      case FLOAT -> keys.add((double) reader.getFloat());
      case DOUBLE -> keys.add(reader.getDouble());
      case BINARY, FIXED_LEN_BYTE_ARRAY, INT96 ->
          keys.add(keyColumn, reader.getBinary().getBytes());
    }
  }
}
