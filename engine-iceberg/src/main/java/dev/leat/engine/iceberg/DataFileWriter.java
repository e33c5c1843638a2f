package dev.leat.engine.iceberg;

import dev.leat.engine.SinkChanges;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
import org.jspecify.annotations.Nullable;

/**
 * Writes one Parquet file, columns straight from the words of changes. It uses Parquet's writers of
 * columns, pages and files, which need no Hadoop, and not those of rows and codecs, which do.
 */
final class DataFileWriter {
  private static final ParquetProperties PROPERTIES = ParquetProperties.builder().build();
  private static final int COLUMN_INDEX_TRUNCATE_LENGTH =
      ParquetProperties.DEFAULT_COLUMN_INDEX_TRUNCATE_LENGTH;

  /**
   * A file that is complete.
   *
   * @param splits where it can be cut
   */
  record Written(String location, long bytes, Metrics metrics, List<Long> splits) {}

  private final OutputFile file;
  private final org.apache.iceberg.Schema schema;
  private final MessageType type;
  private final long rowGroupBytes;
  private final ZstdCompressor compressor = new ZstdCompressor();
  private final ParquetFileWriter writer;
  private final List<ColumnCells> cells = new ArrayList<>();
  private ColumnChunkPageWriteStore pages;
  private ColumnWriteStore columns;
  private ColumnWriter[] outs;
  private int[] written = {};
  private long rows;
  private long completeRows;

  /** A file of changes. */
  DataFileWriter(OutputFile file, TableShape shape, long rowGroupBytes) {
    this(file, shape.schema(), shape.parquet(), rowGroupBytes);
    written = shape.written().stream().mapToInt(Integer::intValue).toArray();
    List<ColumnDescriptor> leaves = type.getColumns();
    for (int c = 0; c < leaves.size(); c++) {
      cells.add(ColumnCells.of(shape.source().field(written[c]), leaves.get(c)));
    }
  }

  /** A file of rows that are copied from others. */
  DataFileWriter(
      OutputFile file, org.apache.iceberg.Schema schema, MessageType type, long rowGroupBytes) {
    this.file = file;
    this.schema = schema;
    this.type = type;
    this.rowGroupBytes = rowGroupBytes;
    try {
      writer =
          new ParquetFileWriter(
              new ParquetOutput(file),
              type,
              ParquetFileWriter.Mode.CREATE,
              rowGroupBytes,
              0,
              COLUMN_INDEX_TRUNCATE_LENGTH,
              ParquetProperties.DEFAULT_STATISTICS_TRUNCATE_LENGTH,
              ParquetProperties.DEFAULT_PAGE_WRITE_CHECKSUM_ENABLED);
      writer.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.location(), e);
    }
    pages = newPages();
    columns = PROPERTIES.newColumnWriteStore(type, pages, pages);
    outs = writers();
  }

  private ColumnChunkPageWriteStore newPages() {
    return new ColumnChunkPageWriteStore(
        compressor, type, HeapByteBufferAllocator.getInstance(), COLUMN_INDEX_TRUNCATE_LENGTH);
  }

  private ColumnWriter[] writers() {
    return type.getColumns().stream().map(columns::getColumnWriter).toArray(ColumnWriter[]::new);
  }

  String location() {
    return file.location();
  }

  /** How many rows it has; the last one is at the position before that. */
  long rows() {
    return completeRows + rows;
  }

  /** Writes a row. */
  void write(SinkChanges changes, int row) {
    for (int c = 0; c < outs.length; c++) {
      cells.get(c).write(changes, row, written[c], outs[c]);
    }
    columns.endRecord();
    rows++;
    flushIfFull();
  }

  /**
   * Copies the row that readers of all columns stand before, and moves them behind it.
   *
   * @param defaults of the last columns, which are numbers, where a row has none; less than 0 for
   *     nothing
   */
  void copy(@Nullable ColumnReader[] readers, long... defaults) {
    int numbers = outs.length - defaults.length;
    for (int c = 0; c < outs.length; c++) {
      ColumnReader from = readers[c];
      if (c >= numbers && isNull(from)) {
        number(outs[c], defaults[c - numbers]);
        if (from != null) {
          from.consume();
        }
      } else if (from == null) {
        outs[c].writeNull(0, 0);
      } else {
        do {
          ColumnCells.copy(from, outs[c]);
          from.consume();
        } while (from.getCurrentRepetitionLevel() > 0);
      }
    }
    columns.endRecord();
    rows++;
    flushIfFull();
  }

  private static boolean isNull(@Nullable ColumnReader reader) {
    return reader == null
        || reader.getCurrentDefinitionLevel() < reader.getDescriptor().getMaxDefinitionLevel();
  }

  private static void number(ColumnWriter out, long value) {
    if (value < 0) {
      out.writeNull(0, 0);
    } else {
      out.write(value, 0, 1);
    }
  }

  private void flushIfFull() {
    if (columns.getBufferedSize() >= rowGroupBytes) {
      flush();
      pages = newPages();
      columns = PROPERTIES.newColumnWriteStore(type, pages, pages);
      outs = writers();
    }
  }

  /** About how many bytes the file has, with what is in memory still. */
  long bytes() {
    try {
      return writer.getPos() + columns.getBufferedSize();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.location(), e);
    }
  }

  private void flush() {
    if (rows == 0) {
      return;
    }
    try {
      writer.startBlock(rows);
      columns.flush();
      pages.flushToFileWriter(writer);
      writer.endBlock();
      columns.close();
      pages.close();
      completeRows += rows;
      rows = 0;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.location(), e);
    }
  }

  /** Completes the file; it survives a power cut then. */
  Written finish(MetricsConfig config) {
    flush();
    try {
      writer.end(Map.of("iceberg.schema", SchemaParser.toJson(schema)));
      ParquetMetadata footer = writer.getFooter();
      return new Written(
          file.location(),
          writer.getPos(),
          ParquetUtil.footerMetrics(footer, Stream.empty(), config),
          ParquetUtil.getSplitOffsets(footer));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file.location(), e);
    } finally {
      compressor.release();
    }
  }

  /** Lets go of a file that is not complete. */
  void abandon() {
    compressor.release();
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot let go of " + file.location(), e);
    }
  }
}
