package dev.leat.engine.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.io.InputFile;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads one Parquet file as columns of values with their levels, without Hadoop. Columns are found
 * by their numbers, as Iceberg wants it: a column that was renamed is still that one, and one that
 * the table got later is not there.
 */
final class DataFileReader implements AutoCloseable {
  /** One group of rows. */
  interface RowGroup {
    /**
     * Takes the rows.
     *
     * @param readers of each wanted column, in order; null where the file has none
     */
    void rows(@Nullable ColumnReader[] readers, long rows);
  }

  private final ParquetFileReader reader;
  private final MessageType found;
  private final String createdBy;
  private final String location;

  DataFileReader(InputFile file) {
    this.location = file.location();
    ParquetReadOptions options =
        new ParquetReadOptions.Builder(new PlainParquetConfiguration())
            .withCodecFactory(new ZstdCodecs())
            .withAllocator(HeapByteBufferAllocator.getInstance())
            .withUseHadoopVectoredIo(false)
            .build();
    try {
      this.reader = ParquetFileReader.open(new ParquetInput(file), options);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + location, e);
    }
    this.found = reader.getFileMetaData().getSchema();
    this.createdBy = reader.getFileMetaData().getCreatedBy();
  }

  /**
   * The file's columns for those of a table; null where there is none.
   *
   * @return nothing if one of them has another type or other levels than the table's
   */
  private @Nullable List<@Nullable ColumnDescriptor> match(MessageType wanted) {
    Map<Integer, ColumnDescriptor> byNumber = new HashMap<>();
    for (ColumnDescriptor leaf : found.getColumns()) {
      Type.ID id = leaf.getPrimitiveType().getId();
      if (id != null) {
        byNumber.put(id.intValue(), leaf);
      }
    }
    List<@Nullable ColumnDescriptor> matched = new ArrayList<>();
    for (ColumnDescriptor leaf : wanted.getColumns()) {
      ColumnDescriptor there = byNumber.get(leaf.getPrimitiveType().getId().intValue());
      if (there == null) {
        if (leaf.getMaxDefinitionLevel() == 0) {
          return null;
        }
      } else if (there.getMaxDefinitionLevel() != leaf.getMaxDefinitionLevel()
          || there.getMaxRepetitionLevel() != leaf.getMaxRepetitionLevel()
          || !there
              .getPrimitiveType()
              .getPrimitiveTypeName()
              .equals(leaf.getPrimitiveType().getPrimitiveTypeName())
          || there.getPrimitiveType().getTypeLength() != leaf.getPrimitiveType().getTypeLength()) {
        return null;
      }
      matched.add(there);
    }
    return matched;
  }

  /** Can it be read as a table's columns, value by value, and with the codecs that are there? */
  boolean isReadableAs(MessageType wanted) {
    for (BlockMetaData block : reader.getFooter().getBlocks()) {
      if (!block.getColumns().stream().allMatch(c -> ZstdCodecs.isKnown(c.getCodec()))) {
        return false;
      }
    }
    return match(wanted) != null;
  }

  /** Reads all rows. */
  void read(MessageType wanted, RowGroup to) {
    List<@Nullable ColumnDescriptor> columns = match(wanted);
    if (columns == null) {
      throw new IllegalStateException("not readable as " + wanted + ": " + location);
    }
    try {
      for (PageReadStore pages = reader.readNextRowGroup();
          pages != null;
          pages = reader.readNextRowGroup()) {
        try (PageReadStore open = pages) {
          ColumnReadStoreImpl store =
              new ColumnReadStoreImpl(open, new NoGroup(), found, createdBy);
          @Nullable ColumnReader[] readers = new @Nullable ColumnReader[columns.size()];
          for (int c = 0; c < readers.length; c++) {
            ColumnDescriptor column = columns.get(c);
            readers[c] = column == null ? null : store.getColumnReader(column);
          }
          to.rows(readers, open.getRowCount());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + location, e);
    }
  }

  @Override
  public void close() {
    try {
      reader.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot let go of " + location, e);
    }
  }

  /** Values are taken from the readers of columns, not handed to converters. */
  private static final class NoGroup extends GroupConverter {
    @Override
    public Converter getConverter(int field) {
      return new AnyConverter();
    }

    @Override
    public void start() {
      // No rows are put together.
    }

    @Override
    public void end() {
      // No rows are put together.
    }
  }

  /** Is asked as a group for lists, and as a value for their leaves. */
  private static final class AnyConverter extends GroupConverter {
    @Override
    public boolean isPrimitive() {
      return false;
    }

    @Override
    public PrimitiveConverter asPrimitiveConverter() {
      return new PrimitiveConverter() {};
    }

    @Override
    public Converter getConverter(int field) {
      return new AnyConverter();
    }

    @Override
    public void start() {
      // No rows are put together.
    }

    @Override
    public void end() {
      // No rows are put together.
    }
  }
}
