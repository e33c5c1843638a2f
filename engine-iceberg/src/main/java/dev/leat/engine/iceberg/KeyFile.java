package dev.leat.engine.iceberg;

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
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
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
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * The columns of the key of a Parquet file, row by row. Of Parquet it uses footers, headers of
 * pages and readers of columns, which need no Hadoop; Parquet's reader of files does. Any encoding,
 * zstd, gzip or nothing: what we and others write for tables like ours.
 */
final class KeyFile {
  private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);
  private static final int TAIL_BYTES = Integer.BYTES + MAGIC.length;

  private final InputFile file;
  private final RowKeys keys;
  private final List<Integer> fieldIds;

  /**
   * A file.
   *
   * @param fieldIds Iceberg's numbers of the columns of the key, in their order
   */
  KeyFile(InputFile file, RowKeys keys, List<Integer> fieldIds) {
    this.file = file;
    this.keys = keys;
    this.fieldIds = fieldIds;
  }

  /**
   * Reads the keys of rows; {@link RowKeys#hash} has the key when the position is told.
   *
   * @param isWanted is told each position first, from 0
   */
  void read(LongPredicate isWanted, LongConsumer position) {
    try (SeekableInputStream in = file.newStream()) {
      ParquetMetadata footer = footer(in);
      MessageType schema = footer.getFileMetaData().getSchema();
      List<Type> found = new ArrayList<>();
      int[] leaves = new int[fieldIds.size()];
      for (int k = 0; k < leaves.length; k++) {
        Type field = field(schema, fieldIds.get(k));
        leaves[k] = field == null ? -1 : found.size();
        if (field != null) {
          found.add(field);
        }
      }
      MessageType projected = new MessageType(schema.getName(), found);
      long row = 0;
      for (BlockMetaData block : footer.getBlocks()) {
        @Nullable ColumnReader[] readers = readers(in, block, projected, footer, leaves);
        for (long r = 0; r < block.getRowCount(); r++) {
          key(readers);
          if (isWanted.test(row)) {
            position.accept(row);
          }
          row++;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file.location(), e);
    }
  }

  private static @Nullable Type field(MessageType schema, int id) {
    for (Type field : schema.getFields()) {
      if (field.getId() != null && field.getId().intValue() == id) {
        return field;
      }
    }
    return null;
  }

  private ParquetMetadata footer(SeekableInputStream in) throws IOException {
    long length = file.getLength();
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
              + file.location());
    }
    byte[] footer = new byte[bytes];
    in.seek(length - TAIL_BYTES - bytes);
    IOUtil.readFully(in, footer, 0, bytes);
    return new ParquetMetadataConverter()
        .fromParquetMetadata(Util.readFileMetaData(new ByteArrayInputStream(footer)));
  }

  private @Nullable ColumnReader[] readers(
      SeekableInputStream in,
      BlockMetaData block,
      MessageType projected,
      ParquetMetadata footer,
      int[] leaves)
      throws IOException {
    Map<ColumnPath, ColumnChunkMetaData> chunks = new HashMap<>();
    block.getColumns().forEach(chunk -> chunks.put(chunk.getPath(), chunk));
    Map<ColumnDescriptor, ChunkPages> pages = new HashMap<>();
    for (ColumnDescriptor column : projected.getColumns()) {
      ColumnChunkMetaData chunk = chunks.get(ColumnPath.get(column.getPath()));
      if (chunk == null) {
        throw new IOException("a column has no values: column=" + column);
      }
      pages.put(column, ChunkPages.read(in, chunk, file.location()));
    }
    ColumnReadStoreImpl store =
        new ColumnReadStoreImpl(
            new ChunkPages.OfBlock(block.getRowCount(), pages),
            new Unconverted(),
            projected,
            footer.getFileMetaData().getCreatedBy());
    @Nullable ColumnReader[] readers = new @Nullable ColumnReader[leaves.length];
    for (int k = 0; k < leaves.length; k++) {
      if (leaves[k] >= 0) {
        readers[k] = store.getColumnReader(projected.getColumns().get(leaves[k]));
      }
    }
    return readers;
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
        keys.add(k, reader);
      } else {
        hash.addNull();
      }
      reader.consume();
    }
    hash.finish();
  }

  /** Values are taken from the readers themselves. */
  private static final class Unconverted extends GroupConverter {
    @Override
    public Converter getConverter(int fieldIndex) {
      return new PrimitiveConverter() {};
    }

    @Override
    public void start() {
      // Nothing is built.
    }

    @Override
    public void end() {
      // Nothing is built.
    }
  }
}
