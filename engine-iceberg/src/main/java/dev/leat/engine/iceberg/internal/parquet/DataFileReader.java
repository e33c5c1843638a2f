package dev.leat.engine.iceberg.internal.parquet;

import static org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit.MICROS;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.DOUBLE;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FLOAT;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT32;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.ColumnPath;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Reads one Parquet file as columns of values with their levels, without Hadoop. Columns are found
 * by their numbers, as Iceberg wants it: a column that was renamed is still that one, and one that
 * the table got later is not there.
 */
public final class DataFileReader implements AutoCloseable {
  /** One group of rows. */
  interface RowGroup {
    /**
     * Takes the rows.
     *
     * @param readers of each wanted column, in order; null where the file has none
     */
    void rows(@Nullable ColumnReader[] readers, long rows);
  }

  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int TAIL_BYTES = Integer.BYTES + MAGIC.length;
  private static final Set<CompressionCodecName> CODECS =
      Set.of(
          CompressionCodecName.ZSTD, CompressionCodecName.GZIP, CompressionCodecName.UNCOMPRESSED);

  private final SeekableInputStream in;
  private final ParquetMetadata footer;
  private final MessageType found;
  private final String location;

  public DataFileReader(InputFile file) {
    this.location = file.location();
    this.in = file.newStream();
    boolean isOpen = false;
    try {
      this.footer = footer(file.getLength());
      isOpen = true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + location, e);
    } finally {
      if (!isOpen) {
        close();
      }
    }
    this.found = footer.getFileMetaData().getSchema();
  }

  private ParquetMetadata footer(long length) throws IOException {
    byte[] tail = new byte[TAIL_BYTES];
    boolean isParquet = length >= TAIL_BYTES + MAGIC.length;
    if (isParquet) {
      in.seek(length - TAIL_BYTES);
      IOUtil.readFully(in, tail, 0, TAIL_BYTES);
      isParquet = Arrays.equals(tail, Integer.BYTES, TAIL_BYTES, MAGIC, 0, MAGIC.length);
    }
    int bytes = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (!isParquet || bytes < 0 || bytes > length - TAIL_BYTES) {
      throw new EngineException(
          Kind.CORRUPT,
          "a data file is damaged; restore it, or the table to an earlier state: location="
              + location);
    }
    byte[] read = new byte[bytes];
    in.seek(length - TAIL_BYTES - bytes);
    IOUtil.readFully(in, read, 0, bytes);
    return new ParquetMetadataConverter()
        .fromParquetMetadata(Util.readFileMetaData(new ByteArrayInputStream(read)));
  }

  private Map<Integer, ColumnDescriptor> byNumber() {
    Map<Integer, ColumnDescriptor> leaves = new HashMap<>();
    for (ColumnDescriptor leaf : found.getColumns()) {
      Type.ID id = leaf.getPrimitiveType().getId();
      if (id != null) {
        leaves.put(id.intValue(), leaf);
      }
    }
    return leaves;
  }

  /**
   * The file's columns for those of a table; null where there is none.
   *
   * @return nothing if one of them does not fit the table's
   */
  private @Nullable List<@Nullable ColumnDescriptor> match(
      MessageType wanted, BiPredicate<ColumnDescriptor, ColumnDescriptor> fits) {
    Map<Integer, ColumnDescriptor> byNumber = byNumber();
    if (byNumber.isEmpty()) {
      return null; // Columns without numbers: Iceberg would find them by their names.
    }
    List<@Nullable ColumnDescriptor> matched = new ArrayList<>();
    for (ColumnDescriptor leaf : wanted.getColumns()) {
      ColumnDescriptor there = byNumber.get(leaf.getPrimitiveType().getId().intValue());
      if (there == null ? leaf.getMaxDefinitionLevel() == 0 : !fits.test(there, leaf)) {
        return null;
      }
      matched.add(there);
    }
    return matched;
  }

  /** Are values and levels the same, so that they can be copied? */
  private static boolean isSame(ColumnDescriptor there, ColumnDescriptor wanted) {
    return there.getMaxDefinitionLevel() == wanted.getMaxDefinitionLevel()
        && there.getMaxRepetitionLevel() == wanted.getMaxRepetitionLevel()
        && primitive(there) == primitive(wanted)
        && there.getPrimitiveType().getTypeLength() == wanted.getPrimitiveType().getTypeLength();
  }

  /** Are values the same or of a narrower type, as a table's columns may be widened later? */
  private static boolean hasValues(ColumnDescriptor there, ColumnDescriptor wanted) {
    LogicalTypeAnnotation logical = there.getPrimitiveType().getLogicalTypeAnnotation();
    boolean isDecimal = logical instanceof DecimalLogicalTypeAnnotation;
    boolean isSameType =
        primitive(there) == primitive(wanted)
            || isDecimal
            || (primitive(there) == INT32 && primitive(wanted) == INT64 && !isTime(logical))
            || (primitive(there) == FLOAT && primitive(wanted) == DOUBLE);
    boolean isInMicros =
        !(logical instanceof TimestampLogicalTypeAnnotation time) || time.getUnit() == MICROS;
    // In lists it cannot be told from the levels alone what may not be null.
    boolean hasLevels =
        there.getMaxRepetitionLevel() == wanted.getMaxRepetitionLevel()
            && (there.getMaxRepetitionLevel() == 0
                || there.getMaxDefinitionLevel() == wanted.getMaxDefinitionLevel());
    return hasLevels && isSameType && isInMicros;
  }

  private static boolean isTime(@Nullable LogicalTypeAnnotation logical) {
    return logical instanceof DateLogicalTypeAnnotation
        || logical instanceof TimeLogicalTypeAnnotation;
  }

  private static PrimitiveTypeName primitive(ColumnDescriptor column) {
    return column.getPrimitiveType().getPrimitiveTypeName();
  }

  /** Moves readers behind the row that they stand before. */
  static void skip(@Nullable ColumnReader[] readers) {
    for (ColumnReader reader : readers) {
      if (reader != null) {
        do {
          if (reader.getCurrentDefinitionLevel()
              == reader.getDescriptor().getMaxDefinitionLevel()) {
            reader.skip();
          }
          reader.consume();
        } while (reader.getCurrentRepetitionLevel() > 0);
      }
    }
  }

  /** Can it be read as a table's columns, value by value, and with the codecs that are there? */
  boolean isReadableAs(MessageType wanted) {
    return hasKnownCodecs() && match(wanted, DataFileReader::isSame) != null;
  }

  /** The same for a file whose columns may be of narrower types, or never null where they may. */
  public boolean hasValuesOf(TableShape wanted) {
    return hasKnownCodecs() && match(wanted.parquet(), DataFileReader::hasValues) != null;
  }

  private boolean hasKnownCodecs() {
    return footer.getBlocks().stream()
        .flatMap(block -> block.getColumns().stream())
        .allMatch(column -> CODECS.contains(column.getCodec()));
  }

  /** Reads all rows, of what {@link #hasValuesOf} a table's columns. */
  void read(MessageType wanted, RowGroup to) {
    List<@Nullable ColumnDescriptor> columns = match(wanted, DataFileReader::hasValues);
    if (columns == null) {
      throw new IllegalStateException("not readable as " + wanted + ": " + location);
    }
    readAll(columns, to);
  }

  /**
   * Reads some columns of all rows, of whatever type they are in the file.
   *
   * @param numbers Iceberg's, of columns that are no lists
   */
  void read(List<Integer> numbers, RowGroup to) {
    Map<Integer, ColumnDescriptor> byNumber = byNumber();
    List<@Nullable ColumnDescriptor> columns = new ArrayList<>();
    numbers.forEach(number -> columns.add(byNumber.get(number)));
    readAll(columns, to);
  }

  private void readAll(List<@Nullable ColumnDescriptor> columns, RowGroup to) {
    try {
      for (BlockMetaData block : footer.getBlocks()) {
        ColumnReadStoreImpl store = store(block, columns);
        @Nullable ColumnReader[] readers = new @Nullable ColumnReader[columns.size()];
        for (int c = 0; c < readers.length; c++) {
          ColumnDescriptor column = columns.get(c);
          readers[c] = column == null ? null : store.getColumnReader(column);
        }
        to.rows(readers, block.getRowCount());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + location, e);
    }
  }

  private ColumnReadStoreImpl store(BlockMetaData block, List<@Nullable ColumnDescriptor> columns)
      throws IOException {
    Map<ColumnPath, ColumnChunkMetaData> chunks = new HashMap<>();
    block.getColumns().forEach(chunk -> chunks.put(chunk.getPath(), chunk));
    Map<ColumnDescriptor, ChunkPages> pages = new HashMap<>();
    for (ColumnDescriptor column : columns) {
      if (column == null) {
        continue;
      }
      ColumnChunkMetaData chunk = chunks.get(ColumnPath.get(column.getPath()));
      if (chunk == null) {
        throw new IOException("a column has no values: column=" + column);
      }
      pages.put(column, ChunkPages.read(in, chunk, location));
    }
    return new ColumnReadStoreImpl(
        new ChunkPages.OfBlock(block.getRowCount(), pages),
        new NoGroup(),
        found,
        footer.getFileMetaData().getCreatedBy());
  }

  @Override
  public void close() {
    try {
      in.close();
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
