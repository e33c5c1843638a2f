package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.EngineException;
import dev.leat.engine.EngineException.Kind;
import io.airlift.compress.MalformedInputException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.apache.iceberg.io.IOUtil;
import org.apache.iceberg.io.SeekableInputStream;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.format.converter.ParquetMetadataConverter;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.jspecify.annotations.Nullable;

/** The pages of one column of a row group, read at once and decompressed one by one. */
final class ChunkPages implements PageReader {
  private static final ParquetMetadataConverter CONVERTER = new ParquetMetadataConverter();

  /** A page as it is in the file, behind its header. */
  private record RawPage(PageHeader header, byte[] bytes) {}

  /** The columns of a row group. */
  record OfBlock(long getRowCount, Map<ColumnDescriptor, ChunkPages> columns)
      implements PageReadStore {
    @Override
    public PageReader getPageReader(ColumnDescriptor descriptor) {
      return Objects.requireNonNull(columns.get(descriptor), () -> "no column " + descriptor);
    }
  }

  private final ColumnChunkMetaData chunk;
  private final String location;
  private final Deque<RawPage> data = new ArrayDeque<>();
  private @Nullable RawPage dictionary;

  private ChunkPages(ColumnChunkMetaData chunk, String location) {
    this.chunk = chunk;
    this.location = location;
  }

  /**
   * Reads a column of a row group.
   *
   * @param location for messages
   */
  static ChunkPages read(SeekableInputStream in, ColumnChunkMetaData chunk, String location)
      throws IOException {
    byte[] bytes = new byte[Math.toIntExact(chunk.getTotalSize())];
    in.seek(chunk.getStartingPos());
    IOUtil.readFully(in, bytes, 0, bytes.length);
    ChunkPages pages = new ChunkPages(chunk, location);
    ByteArrayInputStream stream = new ByteArrayInputStream(bytes);
    long values = 0;
    while (values < chunk.getValueCount()) {
      PageHeader header = Util.readPageHeader(stream);
      RawPage page = new RawPage(header, stream.readNBytes(header.getCompressed_page_size()));
      pages.check(page);
      switch (header.getType()) {
        case DICTIONARY_PAGE -> pages.dictionary = page;
        case DATA_PAGE -> {
          values += header.getData_page_header().getNum_values();
          pages.data.add(page);
        }
        case DATA_PAGE_V2 -> {
          values += header.getData_page_header_v2().getNum_values();
          pages.data.add(page);
        }
        case INDEX_PAGE -> {
          // Nothing in it is needed.
        }
      }
    }
    return pages;
  }

  private void check(RawPage page) {
    boolean isWhole = page.bytes.length == page.header.getCompressed_page_size();
    if (isWhole && page.header.isSetCrc()) {
      CRC32 crc = new CRC32();
      crc.update(page.bytes);
      isWhole = (int) crc.getValue() == page.header.getCrc();
    }
    if (!isWhole) {
      throw new EngineException(
          Kind.CORRUPT,
          "a data file is damaged; restore it, or the table to an earlier state: location="
              + location
              + " column="
              + chunk.getPath());
    }
  }

  @Override
  public @Nullable DictionaryPage readDictionaryPage() {
    RawPage page = dictionary;
    if (page == null) {
      return null;
    }
    DictionaryPageHeader header = page.header.getDictionary_page_header();
    byte[] plain = decompressed(page.bytes, page.header.getUncompressed_page_size());
    return new DictionaryPage(
        BytesInput.from(plain),
        header.getNum_values(),
        CONVERTER.getEncoding(header.getEncoding()));
  }

  @Override
  public long getTotalValueCount() {
    return chunk.getValueCount();
  }

  @Override
  public @Nullable DataPage readPage() {
    RawPage page = data.poll();
    if (page == null) {
      return null;
    }
    return page.header.isSetData_page_header() ? first(page) : second(page);
  }

  private DataPage first(RawPage page) {
    DataPageHeader header = page.header.getData_page_header();
    int size = page.header.getUncompressed_page_size();
    return new DataPageV1(
        BytesInput.from(decompressed(page.bytes, size)),
        header.getNum_values(),
        size,
        noStatistics(),
        CONVERTER.getEncoding(header.getRepetition_level_encoding()),
        CONVERTER.getEncoding(header.getDefinition_level_encoding()),
        CONVERTER.getEncoding(header.getEncoding()));
  }

  /** Levels come first in such a page, and are not compressed. */
  private DataPage second(RawPage page) {
    DataPageHeaderV2 header = page.header.getData_page_header_v2();
    int repetition = header.getRepetition_levels_byte_length();
    int levels = repetition + header.getDefinition_levels_byte_length();
    byte[] values = Arrays.copyOfRange(page.bytes, levels, page.bytes.length);
    if (header.isIs_compressed()) {
      values = decompressed(values, page.header.getUncompressed_page_size() - levels);
    }
    return DataPageV2.uncompressed(
        header.getNum_rows(),
        header.getNum_nulls(),
        header.getNum_values(),
        BytesInput.from(page.bytes, 0, repetition),
        BytesInput.from(page.bytes, repetition, levels - repetition),
        CONVERTER.getEncoding(header.getEncoding()),
        BytesInput.from(values),
        noStatistics());
  }

  private Statistics<?> noStatistics() {
    return Statistics.createStats(chunk.getPrimitiveType());
  }

  private byte[] decompressed(byte[] bytes, int size) {
    CompressionCodecName codec = chunk.getCodec();
    return switch (codec) {
      case UNCOMPRESSED -> bytes;
      case ZSTD -> {
        try {
          yield size == 0 ? bytes : ZstdCompressor.decompress(bytes, size);
        } catch (MalformedInputException e) {
          throw new EngineException(
              Kind.CORRUPT, "a data file is damaged: location=" + location, e);
        }
      }
      case GZIP -> {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
          yield in.readNBytes(size);
        } catch (IOException e) {
          throw new EngineException(
              Kind.CORRUPT, "a data file is damaged: location=" + location, e);
        }
      }
      default ->
          throw new EngineException(
              Kind.INVALID,
              "a data file was written by somebody else with a codec that is not read here; have"
                  + " the table's files rewritten with zstd: location="
                  + location
                  + " codec="
                  + codec);
    };
  }
}
