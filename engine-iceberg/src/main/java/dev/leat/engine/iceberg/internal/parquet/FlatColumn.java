package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.plan.Field;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * One column of a file that is not an array: collects the values of a page, then writes it.
 *
 * <p><b>Encodings</b> are those that every reader knows: pages of places in a dictionary, which is
 * made anew for each row group, and plain pages where it would not pay or has become too large. So
 * it does not after the first page if both together take more than the values themselves; and it is
 * too large beyond a mebibyte, like Parquet's own. Pages that were written with it stay as they
 * are.
 *
 * <p><b>Statistics</b> are of values, not of rows: of a page with a dictionary each different value
 * is looked at once.
 */
abstract class FlatColumn {
  /** A page is complete with so many rows; readers skip rows by pages. */
  static final int PAGE_ROWS = 20_000;

  /** A plain page is complete with so many bytes, and a dictionary has no more. */
  static final int PAGE_BYTES = 1 << 20;

  /** As Parquet says it in pages of the first version, which every reader knows. */
  @SuppressWarnings("deprecation")
  static final Encoding DICTIONARY = Encoding.PLAIN_DICTIONARY;

  /** Of levels that are not there. */
  @SuppressWarnings("deprecation")
  private static final Encoding NO_LEVELS = Encoding.BIT_PACKED;

  /** Of fewer bytes one cannot say how well those that come will be compressed. */
  private static final int TELLING_BYTES = 1 << 11;

  private final ColumnDescriptor leaf;
  private final int present;
  private final PageBytes bytes = new PageBytes();
  private @Nullable PageWriter pages;

  /** Where values are missing in this page: 0 or 1 a row; not kept while none is. */
  private int[] levels = new int[0];

  private int rows;
  private int nulls;

  /** How much smaller pages become. */
  private double pageRatio = 1;

  private double dictionaryRatio = 1;

  FlatColumn(ColumnDescriptor leaf) {
    this.leaf = leaf;
    this.present = leaf.getMaxDefinitionLevel();
  }

  /** A column of changes. */
  static FlatColumn of(Field field, ColumnDescriptor leaf) {
    return isOfBytes(leaf)
        ? new BytesColumn(leaf, field.type().kind())
        : new NumberColumn(leaf, field.type().kind());
  }

  /** A column that is copied from other files. */
  static FlatColumn copied(ColumnDescriptor leaf) {
    return isOfBytes(leaf) ? new BytesColumn(leaf, null) : new NumberColumn(leaf, null);
  }

  private static boolean isOfBytes(ColumnDescriptor leaf) {
    PrimitiveTypeName name = leaf.getPrimitiveType().getPrimitiveTypeName();
    return name == PrimitiveTypeName.BINARY || name == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
  }

  /** Can a column be one of these? Parts of lists are not, nor are times of an old kind. */
  static boolean fits(ColumnDescriptor leaf) {
    return leaf.getPath().length == 1
        && leaf.getMaxRepetitionLevel() == 0
        && leaf.getPrimitiveType().getPrimitiveTypeName() != PrimitiveTypeName.INT96;
  }

  final ColumnDescriptor leaf() {
    return leaf;
  }

  /** Begins with a row group. */
  final void begin(PageWriter to) {
    pages = to;
    beginChunk();
  }

  /** Adds the value of a row. */
  final void write(SinkChanges changes, int row, int column) throws IOException {
    if (present > 0 && changes.isNull(row, column)) {
      addNull();
    } else {
      add(changes, row, column);
      addPresent();
    }
  }

  /**
   * Adds the value that a reader stands before, or none where there is no reader.
   *
   * @param number that is added where there is no value; less than 0 for none
   */
  final void copy(@Nullable ColumnReader from, long number) throws IOException {
    if (from != null && from.getCurrentDefinitionLevel() == present) {
      add(from);
      addPresent();
    } else if (number < 0) {
      addNull();
    } else {
      add(number);
      addPresent();
    }
  }

  private void addNull() throws IOException {
    if (nulls == 0) {
      makeRoom();
      Arrays.fill(levels, 0, rows, 1);
    }
    setLevel(0);
    nulls++;
    rows++;
    if (rows == PAGE_ROWS) {
      completePage();
    }
  }

  private void addPresent() throws IOException {
    if (nulls > 0) {
      setLevel(1);
    }
    rows++;
    if (rows == PAGE_ROWS || isPageFull()) {
      completePage();
    }
  }

  private void setLevel(int level) {
    makeRoom();
    levels[rows] = level;
  }

  private void makeRoom() {
    if (rows >= levels.length) {
      levels = Arrays.copyOf(levels, Math.max(64, 2 * rows));
    }
  }

  /** How many values the page has. */
  final int values() {
    return rows - nulls;
  }

  /** Writes the page, if it has rows. */
  final void completePage() throws IOException {
    if (rows == 0) {
      return;
    }
    bytes.clear();
    if (present > 0) {
      int lengthAt = bytes.size();
      bytes.putInt(0);
      if (nulls == 0) {
        HybridRuns.run(1, rows, 1, bytes);
      } else {
        HybridRuns.write(levels, rows, 1, bytes);
      }
      bytes.setInt(lengthAt, bytes.size() - lengthAt - Integer.BYTES);
    }
    Statistics<?> statistics = Statistics.createStats(leaf.getPrimitiveType());
    statistics.incrementNumNulls(nulls);
    Encoding encoding = writeValues(bytes, statistics);
    PageWriter to = Objects.requireNonNull(pages);
    long before = to.getMemSize();
    to.writePage(
        bytes.toInput(),
        rows,
        rows,
        statistics,
        NO_LEVELS,
        present > 0 ? Encoding.RLE : NO_LEVELS,
        encoding);
    if (bytes.size() >= TELLING_BYTES) {
      pageRatio = (double) (to.getMemSize() - before) / bytes.size();
    }
    rows = 0;
    nulls = 0;
  }

  /** Writes what is left of a row group. */
  final void completeChunk() throws IOException {
    completePage();
    PageBytes dictionary = dictionary();
    if (dictionary != null) {
      Objects.requireNonNull(pages)
          .writeDictionaryPage(
              new DictionaryPage(
                  BytesInput.from(dictionary.array(), 0, dictionary.size()),
                  dictionarySize(),
                  DICTIONARY));
    }
  }

  /** About how many bytes the row group's part of this column will take, with what is open. */
  final long bytes() {
    PageBytes dictionary = dictionary();
    double open = (openBytes() + rows / Byte.SIZE) * pageRatio;
    double place = dictionary == null ? 0 : dictionary.size() * dictionaryRatio;
    return Objects.requireNonNull(pages).getMemSize() + (long) (open + place);
  }

  /** Completes the page and looks how well the dictionary is compressed, to know it better. */
  final void settle(ZstdCompressor compressor) throws IOException {
    completePage();
    PageBytes dictionary = dictionary();
    if (dictionary != null && dictionary.size() >= TELLING_BYTES) {
      dictionaryRatio = (double) compressor.size(dictionary) / dictionary.size();
    }
  }

  /** Begins with a row group: without a dictionary. */
  abstract void beginChunk();

  /** Adds a value that is not null. Before the row is counted. */
  abstract void add(SinkChanges changes, int row, int column) throws IOException;

  /** Adds a value that is not null. Before the row is counted. */
  abstract void add(ColumnReader from) throws IOException;

  /** Adds a number, to a column of numbers. Before the row is counted. */
  void add(long number) {
    throw new IllegalStateException("not a column of numbers: column=" + leaf);
  }

  /** Must the page be completed whatever the number of its rows? */
  abstract boolean isPageFull();

  /** About how many bytes the values of the open page take. */
  abstract long openBytes();

  /**
   * Writes the values of the page, which is empty then. It may have no value.
   *
   * @param statistics gets the least and the largest of them
   */
  abstract Encoding writeValues(PageBytes to, Statistics<?> statistics);

  /** The dictionary as its page has it; nothing if none was used in this row group. */
  abstract @Nullable PageBytes dictionary();

  abstract int dictionarySize();

  /** Does a dictionary pay, by what the first page shows? */
  static boolean isWorthwhile(PageBytes dictionary, int size, int values, long plainBytes) {
    long places = (long) values * HybridRuns.width(size - 1) / Byte.SIZE;
    return dictionary.size() + places < plainBytes;
  }
}
