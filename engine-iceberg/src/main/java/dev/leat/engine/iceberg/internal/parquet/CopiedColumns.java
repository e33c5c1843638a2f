package dev.leat.engine.iceberg.internal.parquet;

import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.apache.iceberg.Schema;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetSchemaUtil;
import org.apache.parquet.schema.MessageType;

/** The columns of a table, for rows that are copied from file to file, values with their levels. */
public final class CopiedColumns {
  private final Schema schema;
  private final MessageType type;

  public CopiedColumns(Schema schema) {
    this.schema = schema;
    this.type = ParquetSchemaUtil.convert(schema, "table");
  }

  /** Can a file be copied, value by value? */
  public boolean canBeCopiedFrom(DataFileReader file) {
    return file.isReadableAs(type);
  }

  /** A file for rows that are copied. */
  public DataFileWriter newFile(OutputFile file, long targetBytes) {
    return new DataFileWriter(file, schema, type, targetBytes);
  }

  /**
   * Copies rows.
   *
   * @param isWanted is asked for each position, in order
   * @param to the file for the next row, asked for each that is copied
   * @param defaults of a position, for the last columns where the file has no value
   */
  public void copy(
      DataFileReader from,
      IntPredicate isWanted,
      Supplier<DataFileWriter> to,
      IntFunction<long[]> defaults) {
    int[] position = {0};
    from.read(
        type,
        (readers, rows) -> {
          for (long row = 0; row < rows; row++) {
            int at = position[0]++;
            if (isWanted.test(at)) {
              to.get().copy(readers, defaults.apply(at));
            } else {
              DataFileReader.skip(readers);
            }
          }
        });
  }
}
