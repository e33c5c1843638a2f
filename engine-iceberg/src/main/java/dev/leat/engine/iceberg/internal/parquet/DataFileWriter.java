package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.SinkChanges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.iceberg.Metrics;
import org.apache.iceberg.MetricsConfig;
import org.apache.iceberg.SchemaParser;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.ParquetUtil;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * Writes one Parquet file, columns straight from the words of changes; see {@link FlatColumn}.
 * Arrays go through Parquet's writers of columns, which need no Hadoop; those of rows and codecs
 * do.
 *
 * <p><b>Size.</b> A file has reached its size if that is so of what it would be if it were
 * completed now. Open pages and dictionaries count with what compression made of those before them;
 * where that says that the file is full, they are completed and it is looked again.
 */
public final class DataFileWriter {
  private static final ParquetProperties PROPERTIES = ParquetProperties.builder().build();
  private static final int COLUMN_INDEX_TRUNCATE_LENGTH =
      ParquetProperties.DEFAULT_COLUMN_INDEX_TRUNCATE_LENGTH;
  private static final long MAX_ROW_GROUP_BYTES = 64L << 20;

  /** How far below its size a file is full. */
  private static final double NEARLY = 0.98;

  /** After so many rows at most it is looked how large the file is. */
  private static final long LOOK_ROWS = 4096;

  /**
   * A file that is complete.
   *
   * @param splits where it can be cut
   */
  public record Written(String location, long bytes, Metrics metrics, List<Long> splits) {}

  private final OutputFile file;
  private final org.apache.iceberg.Schema schema;
  private final MessageType type;
  private final ZstdCompressor compressor = new ZstdCompressor();
  private final ParquetFileWriter writer;
  private final FlatColumn[] flat;
  private final int[] flatPlaces;
  private final int[] nestedPlaces;
  private final @Nullable MessageType nestedType;
  private final ColumnCells[] cells;
  private ColumnChunkPageWriteStore pages;
  private @Nullable ColumnWriteStore nestedStore;
  private ColumnWriter[] nested = {};
  private int[] written = {};
  private long targetBytes;
  private long rowGroupBytes = MAX_ROW_GROUP_BYTES;
  private long rows;
  private long completeRows;
  private long nextLook = 1;
  private boolean isFull;

  /** A file of changes. */
  public DataFileWriter(OutputFile file, TableShape shape, long targetBytes) {
    this(file, shape.schema(), shape.parquet(), shape, targetBytes);
  }

  /** A file of rows that are copied from others. */
  public DataFileWriter(
      OutputFile file, org.apache.iceberg.Schema schema, MessageType type, long targetBytes) {
    this(file, schema, type, null, targetBytes);
  }

  private DataFileWriter(
      OutputFile file,
      org.apache.iceberg.Schema schema,
      MessageType type,
      @Nullable TableShape shape,
      long targetBytes) {
    this.file = file;
    this.schema = schema;
    this.type = type;
    this.targetBytes = targetBytes;
    List<ColumnDescriptor> leaves = type.getColumns();
    flatPlaces = places(leaves, true);
    nestedPlaces = places(leaves, false);
    flat = new FlatColumn[flatPlaces.length];
    if (shape == null) {
      cells = new ColumnCells[0];
      for (int i = 0; i < flat.length; i++) {
        flat[i] = FlatColumn.copied(leaves.get(flatPlaces[i]));
      }
    } else {
      written = shape.written().stream().mapToInt(Integer::intValue).toArray();
      cells = new ColumnCells[nestedPlaces.length];
      for (int i = 0; i < flat.length; i++) {
        int place = flatPlaces[i];
        flat[i] = FlatColumn.of(shape.source().field(written[place]), leaves.get(place));
      }
      for (int i = 0; i < cells.length; i++) {
        int place = nestedPlaces[i];
        cells[i] = new ColumnCells(shape.source().field(written[place]), leaves.get(place));
      }
    }
    nestedType = nestedPlaces.length == 0 ? null : nestedType();
    writer = open();
    pages = newPages();
    beginGroup();
  }

  private static int[] places(List<ColumnDescriptor> leaves, boolean isFlat) {
    return IntStream.range(0, leaves.size())
        .filter(leaf -> FlatColumn.fits(leaves.get(leaf)) == isFlat)
        .toArray();
  }

  private MessageType nestedType() {
    List<Type> fields =
        type.getFields().stream()
            .filter(field -> !field.isPrimitive() || !isFlat(field.getName()))
            .toList();
    return new MessageType(type.getName(), fields);
  }

  private boolean isFlat(String column) {
    return FlatColumn.fits(type.getColumnDescription(new String[] {column}));
  }

  private ParquetFileWriter open() {
    try {
      ParquetFileWriter to =
          new ParquetFileWriter(
              new ParquetOutput(file),
              type,
              ParquetFileWriter.Mode.CREATE,
              Math.min(rowGroupBytes, targetBytes),
              0,
              COLUMN_INDEX_TRUNCATE_LENGTH,
              ParquetProperties.DEFAULT_STATISTICS_TRUNCATE_LENGTH,
              ParquetProperties.DEFAULT_PAGE_WRITE_CHECKSUM_ENABLED);
      to.start();
      return to;
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private UncheckedIOException cannotWrite(IOException e) {
    return new UncheckedIOException("cannot write " + file.location(), e);
  }

  private ColumnChunkPageWriteStore newPages() {
    return new ColumnChunkPageWriteStore(
        compressor, type, HeapByteBufferAllocator.getInstance(), COLUMN_INDEX_TRUNCATE_LENGTH);
  }

  private void beginGroup() {
    for (FlatColumn column : flat) {
      column.begin(pages.getPageWriter(column.leaf()));
    }
    if (nestedType != null) {
      ColumnWriteStore store = PROPERTIES.newColumnWriteStore(nestedType, pages, pages);
      nestedStore = store;
      nested =
          nestedType.getColumns().stream().map(store::getColumnWriter).toArray(ColumnWriter[]::new);
    }
  }

  public String location() {
    return file.location();
  }

  /** How many rows it has; the last one is at the position before that. */
  public long rows() {
    return completeRows + rows;
  }

  /** Has it reached its size? */
  public boolean isFull() {
    return isFull;
  }

  /** Sets the size at which it is full. */
  public void setTargetBytes(long bytes) {
    targetBytes = bytes;
    nextLook = Math.min(nextLook, rows() + 1);
  }

  /** Sets the size at which a group of rows is complete; 64 MiB if nobody does. */
  void setRowGroupBytes(long bytes) {
    rowGroupBytes = bytes;
    nextLook = Math.min(nextLook, rows() + 1);
  }

  /** Writes a row. */
  public void write(SinkChanges changes, int row) {
    try {
      for (int c = 0; c < flat.length; c++) {
        flat[c].write(changes, row, written[flatPlaces[c]]);
      }
      for (int c = 0; c < nested.length; c++) {
        cells[c].write(changes, row, written[nestedPlaces[c]], nested[c]);
      }
      endRow();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /**
   * Copies the row that readers of all columns stand before, and moves them behind it.
   *
   * @param defaults of the last columns, which are numbers, where a row has none; less than 0 for
   *     nothing
   */
  void copy(@Nullable ColumnReader[] readers, long... defaults) {
    int numbers = readers.length - defaults.length;
    try {
      for (int c = 0; c < flat.length; c++) {
        int place = flatPlaces[c];
        ColumnReader from = readers[place];
        flat[c].copy(from, place < numbers ? -1 : defaults[place - numbers]);
        if (from != null) {
          from.consume();
        }
      }
      for (int c = 0; c < nested.length; c++) {
        ColumnReader from = readers[nestedPlaces[c]];
        if (from == null) {
          nested[c].writeNull(0, 0);
        } else {
          do {
            ColumnCells.copy(from, nested[c]);
            from.consume();
          } while (from.getCurrentRepetitionLevel() > 0);
        }
      }
      endRow();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void endRow() throws IOException {
    if (nestedStore != null) {
      nestedStore.endRecord();
    }
    rows++;
    if (rows() >= nextLook) {
      look();
    }
  }

  /** Completes a row group if it is large enough, and looks when to look again. */
  private void look() throws IOException {
    long bytes = bytes();
    if (bytes >= targetBytes) {
      for (FlatColumn column : flat) {
        column.settle(compressor);
      }
      bytes = bytes();
      isFull = bytes >= targetBytes * NEARLY;
    }
    if (!isFull && bytes - writer.getPos() >= rowGroupBytes) {
      flush();
      pages = newPages();
      beginGroup();
    }
    long limit = Math.min(targetBytes, writer.getPos() + rowGroupBytes);
    double left = Math.max(0, limit - bytes) / Math.max(1.0, (double) bytes / rows());
    nextLook = rows() + Math.max(1, Math.min(LOOK_ROWS, (long) (left / 2)));
  }

  /** About how many bytes the file has, with what is in memory still. */
  public long bytes() {
    try {
      long bytes = writer.getPos();
      for (FlatColumn column : flat) {
        bytes += column.bytes();
      }
      return nestedStore == null ? bytes : bytes + nestedStore.getBufferedSize();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private void flush() throws IOException {
    if (rows == 0) {
      return;
    }
    writer.startBlock(rows);
    for (FlatColumn column : flat) {
      column.completeChunk();
    }
    if (nestedStore != null) {
      nestedStore.flush();
    }
    pages.flushToFileWriter(writer);
    writer.endBlock();
    if (nestedStore != null) {
      nestedStore.close();
    }
    pages.close();
    completeRows += rows;
    rows = 0;
  }

  /** Completes the file; it survives a power cut then. */
  public Written finish(MetricsConfig config) {
    try {
      flush();
      writer.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
      ParquetMetadata footer = writer.getFooter();
      return new Written(
          file.location(),
          writer.getPos(),
          ParquetUtil.footerMetrics(footer, Stream.empty(), config),
          ParquetUtil.getSplitOffsets(footer));
    } catch (IOException e) {
      throw cannotWrite(e);
    } finally {
      compressor.release();
    }
  }

  /** Lets go of a file that is not complete. */
  public void abandon() {
    compressor.release();
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot let go of " + file.location(), e);
    }
  }
}
