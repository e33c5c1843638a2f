package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.plan.Type;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * A column of strings, bytes or wide decimals. The engine has codes for these values already, and
 * the place of a code in the dictionary is found by the code: a value is looked at when it comes
 * for the first time in a row group, and not again.
 *
 * <p><b>Values are told apart by themselves</b>, which costs a hash of each, where there are no
 * codes, because they are copied from other files, and after codes got another meaning within a row
 * group: then for the first row of each code only.
 */
final class BytesColumn extends FlatColumn {
  private final Type.@Nullable Kind kind;
  private final int fixedLength;
  private final boolean isSigned;
  private final WordTable table = new WordTable();
  private final PageBytes dictionary = new PageBytes();
  private final PageBytes plain = new PageBytes();

  /** Where the values begin in the dictionary's bytes; one more, where the next one will. */
  private int[] starts = new int[64];

  /** The last page that a value of the dictionary was seen in. */
  private int[] seen = new int[64];

  private int[] places = new int[64];
  private int dictionarySize;
  private int page;
  private long plainBytes;
  private boolean isPlain;
  private boolean hasPage;
  private @Nullable Object codes;
  private @Nullable Map<ByteBuffer, Integer> byValue;

  /** A column of changes, or, without a kind, of values that are copied. */
  BytesColumn(ColumnDescriptor leaf, Type.@Nullable Kind kind) {
    super(leaf);
    this.kind = kind;
    PrimitiveType type = leaf.getPrimitiveType();
    boolean isFixed = type.getPrimitiveTypeName() == PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
    this.fixedLength = isFixed ? type.getTypeLength() : -1;
    this.isSigned = type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation;
  }

  @Override
  void beginChunk() {
    table.clear();
    dictionary.clear();
    dictionarySize = 0;
    starts[0] = 0;
    Arrays.fill(seen, 0);
    page = 1;
    isPlain = false;
    hasPage = false;
    codes = null;
    byValue = null;
  }

  @Override
  void add(SinkChanges changes, int row, int column) throws IOException {
    if (isPlain) {
      addPlain(bytes(changes, row, column));
      return;
    }
    if (changes.codes() != codes) {
      nextCodes(changes.codes());
    }
    int code = changes.codeAt(row, column);
    int place = table.find(code);
    if (place < 0) {
      byte[] value = bytes(changes, row, column);
      place = placeOf(value);
      if (place < 0) {
        addPlain(value);
        return;
      }
      table.put(code, place);
    }
    addPlace(place);
  }

  /** What codes stood for is not known any more; which values there are is. */
  private void nextCodes(Object next) {
    if (codes != null) {
      table.clear();
      findByValue();
    }
    codes = next;
  }

  private Map<ByteBuffer, Integer> findByValue() {
    Map<ByteBuffer, Integer> all = byValue;
    if (all == null) {
      all = new HashMap<>();
      for (int place = 0; place < dictionarySize; place++) {
        byte[] copy = Arrays.copyOfRange(dictionary.array(), valueAt(place), starts[place + 1]);
        all.put(ByteBuffer.wrap(copy), place);
      }
      byValue = all;
    }
    return all;
  }

  private byte[] bytes(SinkChanges changes, int row, int column) {
    if (kind == Type.Kind.STRING) {
      return changes.stringAt(row, column).getBytes(StandardCharsets.UTF_8);
    }
    if (kind == Type.Kind.DECIMAL) {
      return ColumnCells.fixed(changes.decimalAt(row, column), fixedLength);
    }
    if (changes.valueAt(row, column) instanceof byte[] value) {
      return value;
    }
    throw new IllegalStateException("neither a string nor bytes: column=" + leaf());
  }

  @Override
  void add(ColumnReader from) throws IOException {
    Binary value = from.getBinary();
    byte[] bytes = value.getBytesUnsafe();
    if (isPlain) {
      addPlain(bytes);
      return;
    }
    Integer known = findByValue().get(ByteBuffer.wrap(bytes));
    int place = known == null ? placeOf(bytes) : known;
    if (place < 0) {
      addPlain(bytes);
    } else {
      addPlace(place);
    }
  }

  /**
   * The place of a value whose code is new.
   *
   * @return -1 if there is no room for it; the page is plain then
   */
  private int placeOf(byte[] value) throws IOException {
    if (byValue != null) {
      Integer known = byValue.get(ByteBuffer.wrap(value));
      if (known != null) {
        return known;
      }
    }
    if ((long) dictionary.size() + lengthBytes() + value.length > PAGE_BYTES) {
      completePage();
      isPlain = true;
      return -1;
    }
    int place = dictionarySize++;
    put(value, 0, value.length, dictionary);
    if (dictionarySize == starts.length) {
      starts = Arrays.copyOf(starts, 2 * dictionarySize);
      seen = Arrays.copyOf(seen, 2 * dictionarySize);
    }
    starts[dictionarySize] = dictionary.size();
    if (byValue != null) {
      byValue.put(ByteBuffer.wrap(value.clone()), place);
    }
    return place;
  }

  private int lengthBytes() {
    return fixedLength < 0 ? Integer.BYTES : 0;
  }

  private int valueAt(int place) {
    return starts[place] + lengthBytes();
  }

  private void put(byte[] from, int offset, int length, PageBytes to) {
    if (fixedLength < 0) {
      to.putInt(length);
    }
    to.putBytes(from, offset, length);
  }

  private void addPlace(int place) {
    int at = values();
    if (at == places.length) {
      places = Arrays.copyOf(places, Math.min(PAGE_ROWS, 2 * at));
    }
    places[at] = place;
    plainBytes += starts[place + 1] - starts[place];
  }

  private void addPlain(byte[] value) throws IOException {
    if (values() > 0 && (long) plain.size() + value.length > 2L * PAGE_BYTES) {
      completePage();
    }
    put(value, 0, value.length, plain);
  }

  @Override
  boolean isPageFull() {
    return plain.size() >= PAGE_BYTES;
  }

  @Override
  long openBytes() {
    if (isPlain) {
      return plain.size();
    }
    return (long) values() * HybridRuns.width(dictionarySize - 1) / Byte.SIZE;
  }

  @Override
  Encoding writeValues(PageBytes to, Statistics<?> statistics) {
    int count = values();
    if (count == 0) {
      return Encoding.PLAIN;
    }
    if (!isPlain && !hasPage) {
      hasPage = true;
      isPlain = !isWorthwhile(dictionary, dictionarySize, count, plainBytes);
      if (isPlain) {
        for (int i = 0; i < count; i++) {
          int start = starts[places[i]];
          plain.putBytes(dictionary.array(), start, starts[places[i] + 1] - start);
        }
        dictionarySize = 0;
      }
    }
    plainBytes = 0;
    if (isPlain) {
      addPlainTo(statistics, count);
      to.putBytes(plain.array(), 0, plain.size());
      plain.clear();
      return Encoding.PLAIN;
    }
    addPlacesTo(statistics, count);
    int width = HybridRuns.width(dictionarySize - 1);
    to.putByte(width);
    HybridRuns.write(places, count, width, to);
    page++;
    return DICTIONARY;
  }

  /** Looks at each different value of the page once. */
  private void addPlacesTo(Statistics<?> statistics, int count) {
    Bounds bounds = new Bounds(dictionary.array(), isSigned);
    for (int i = 0; i < count; i++) {
      int place = places[i];
      if (seen[place] != page) {
        seen[place] = page;
        bounds.add(valueAt(place), starts[place + 1]);
      }
    }
    bounds.addTo(statistics);
  }

  private void addPlainTo(Statistics<?> statistics, int count) {
    Bounds bounds = new Bounds(plain.array(), isSigned);
    int at = 0;
    for (int i = 0; i < count; i++) {
      int length = fixedLength;
      if (length < 0) {
        length = plain.intAt(at);
        at += Integer.BYTES;
      }
      bounds.add(at, at + length);
      at += length;
    }
    bounds.addTo(statistics);
  }

  @Override
  @Nullable PageBytes dictionary() {
    return dictionarySize == 0 ? null : dictionary;
  }

  @Override
  int dictionarySize() {
    return dictionarySize;
  }

  /** The least and the largest of values in an array: by bytes, or as numbers of one length. */
  private static final class Bounds {
    private final byte[] bytes;
    private final boolean isSigned;
    private int leastFrom = -1;
    private int leastTo;
    private int largestFrom;
    private int largestTo;

    private Bounds(byte[] bytes, boolean isSigned) {
      this.bytes = bytes;
      this.isSigned = isSigned;
    }

    private void add(int from, int to) {
      boolean isFirst = leastFrom < 0;
      if (isFirst || compare(from, to, leastFrom, leastTo) < 0) {
        leastFrom = from;
        leastTo = to;
      }
      if (isFirst || compare(from, to, largestFrom, largestTo) > 0) {
        largestFrom = from;
        largestTo = to;
      }
    }

    private int compare(int from, int to, int otherFrom, int otherTo) {
      if (isSigned && bytes[from] != bytes[otherFrom]) {
        return Byte.compare(bytes[from], bytes[otherFrom]);
      }
      return Arrays.compareUnsigned(bytes, from, to, bytes, otherFrom, otherTo);
    }

    private void addTo(Statistics<?> statistics) {
      if (leastFrom >= 0) {
        statistics.updateStats(copy(leastFrom, leastTo));
        statistics.updateStats(copy(largestFrom, largestTo));
      }
    }

    private Binary copy(int from, int to) {
      return Binary.fromConstantByteArray(Arrays.copyOfRange(bytes, from, to));
    }
  }
}
