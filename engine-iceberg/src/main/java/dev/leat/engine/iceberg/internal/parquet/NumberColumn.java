package dev.leat.engine.iceberg.internal.parquet;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.jspecify.annotations.Nullable;

/**
 * A column of numbers, times, dates or truth values, as words: a fraction as its bits. The
 * dictionary is made when a page is complete.
 */
final class NumberColumn extends FlatColumn {
  private final PrimitiveTypeName type;
  private final Type.@Nullable Kind kind;
  private final WordTable table = new WordTable();
  private final PageBytes dictionary = new PageBytes();
  private long[] words = new long[64];
  private int[] places = new int[0];
  private int dictionarySize;
  private boolean isPlain;
  private boolean hasPage;

  /** A column of changes, or, without a kind, of values that are copied. */
  NumberColumn(ColumnDescriptor leaf, Type.@Nullable Kind kind) {
    super(leaf);
    this.type = leaf.getPrimitiveType().getPrimitiveTypeName();
    this.kind = kind;
  }

  @Override
  void beginChunk() {
    table.clear();
    dictionary.clear();
    dictionarySize = 0;
    isPlain = type == PrimitiveTypeName.BOOLEAN;
    hasPage = false;
  }

  @Override
  void add(SinkChanges changes, int row, int column) {
    if (kind == Type.Kind.DOUBLE) {
      add(Double.doubleToRawLongBits(changes.doubleAt(row, column)));
    } else if (kind == Type.Kind.FLOAT) {
      add(Float.floatToRawIntBits((float) changes.doubleAt(row, column)));
    } else {
      add(changes.longAt(row, column));
    }
  }

  @Override
  void add(ColumnReader from) {
    add(
        switch (type) {
          case BOOLEAN -> from.getBoolean() ? 1 : 0;
          case INT32 -> from.getInteger();
          case INT64 -> from.getLong();
          case FLOAT -> Float.floatToRawIntBits(from.getFloat());
          case DOUBLE -> Double.doubleToRawLongBits(from.getDouble());
          default -> throw notANumber();
        });
  }

  private IllegalStateException notANumber() {
    return new IllegalStateException("not a number: column=" + leaf());
  }

  @Override
  void add(long word) {
    int at = values();
    if (at == words.length) {
      words = Arrays.copyOf(words, Math.min(PAGE_ROWS, 2 * at));
    }
    words[at] = word;
  }

  @Override
  boolean isPageFull() {
    return false;
  }

  private int width() {
    return type == PrimitiveTypeName.INT32 || type == PrimitiveTypeName.FLOAT
        ? Integer.BYTES
        : Long.BYTES;
  }

  @Override
  long openBytes() {
    if (type == PrimitiveTypeName.BOOLEAN) {
      return values() / Byte.SIZE;
    }
    return isPlain || !hasPage
        ? (long) values() * width()
        : (long) values() * HybridRuns.width(dictionarySize - 1) / Byte.SIZE;
  }

  @Override
  Encoding writeValues(PageBytes to, Statistics<?> statistics) {
    int count = values();
    if (count == 0) {
      return Encoding.PLAIN;
    }
    addTo(statistics, count);
    if (!isPlain) {
      isPlain = !findPlaces(count);
      hasPage = true;
    }
    if (!isPlain) {
      int width = HybridRuns.width(dictionarySize - 1);
      to.putByte(width);
      HybridRuns.write(places, count, width, to);
      return DICTIONARY;
    }
    if (type == PrimitiveTypeName.BOOLEAN) {
      writeBits(count, to);
    } else {
      for (int i = 0; i < count; i++) {
        put(words[i], to);
      }
    }
    return Encoding.PLAIN;
  }

  private void put(long word, PageBytes to) {
    if (width() == Integer.BYTES) {
      to.putInt((int) word);
    } else {
      to.putLong(word);
    }
  }

  private void writeBits(int count, PageBytes to) {
    for (int i = 0; i < count; i += Byte.SIZE) {
      int bits = 0;
      for (int bit = 0; bit < Byte.SIZE && i + bit < count; bit++) {
        bits |= (int) words[i + bit] << bit;
      }
      to.putByte(bits);
    }
  }

  /**
   * Finds the places of the page's values in the dictionary; new ones are added.
   *
   * @return false if the page is better written plain, and the dictionary is as it was
   */
  private boolean findPlaces(int count) {
    if (places.length < count) {
      places = new int[words.length];
    }
    int known = dictionarySize;
    int limit = PAGE_BYTES / width();
    for (int i = 0; i < count; i++) {
      int place = table.find(words[i]);
      if (place < 0) {
        place = dictionarySize;
        if (place == limit) {
          return forget(known);
        }
        table.put(words[i], place);
        put(words[i], dictionary);
        dictionarySize++;
      }
      places[i] = place;
    }
    long plain = (long) count * width();
    return hasPage || isWorthwhile(dictionary, dictionarySize, count, plain) || forget(known);
  }

  private boolean forget(int known) {
    dictionarySize = known;
    dictionary.truncate(known * width());
    return false;
  }

  @Override
  @Nullable PageBytes dictionary() {
    return dictionarySize == 0 ? null : dictionary;
  }

  @Override
  int dictionarySize() {
    return dictionarySize;
  }

  private void addTo(Statistics<?> statistics, int count) {
    switch (type) {
      case DOUBLE -> addDoubles(statistics, count);
      case FLOAT -> addFloats(statistics, count);
      default -> addLongs(statistics, count);
    }
  }

  private void addLongs(Statistics<?> statistics, int count) {
    long least = words[0];
    long largest = words[0];
    for (int i = 1; i < count; i++) {
      least = Math.min(least, words[i]);
      largest = Math.max(largest, words[i]);
    }
    switch (type) {
      case BOOLEAN -> {
        statistics.updateStats(least != 0);
        statistics.updateStats(largest != 0);
      }
      case INT32 -> {
        statistics.updateStats((int) least);
        statistics.updateStats((int) largest);
      }
      case INT64 -> {
        statistics.updateStats(least);
        statistics.updateStats(largest);
      }
      default -> throw notANumber();
    }
  }

  /**
   * Readers take both zeros for equal, so the least is the negative one and the largest the other.
   * What is no number is told, too: readers take no bounds from statistics with it, which is right,
   * as it is within none.
   */
  private void addDoubles(Statistics<?> statistics, int count) {
    double least = Double.POSITIVE_INFINITY;
    double largest = Double.NEGATIVE_INFINITY;
    boolean isNumber = true;
    for (int i = 0; i < count; i++) {
      double value = Double.longBitsToDouble(words[i]);
      isNumber &= !Double.isNaN(value);
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
    statistics.updateStats(least == 0 ? -0.0 : least);
    statistics.updateStats(isNumber ? largest == 0 ? 0.0 : largest : Double.NaN);
  }

  private void addFloats(Statistics<?> statistics, int count) {
    float least = Float.POSITIVE_INFINITY;
    float largest = Float.NEGATIVE_INFINITY;
    boolean isNumber = true;
    for (int i = 0; i < count; i++) {
      float value = Float.intBitsToFloat((int) words[i]);
      isNumber &= !Float.isNaN(value);
      least = Math.min(least, value);
      largest = Math.max(largest, value);
    }
    statistics.updateStats(least == 0 ? -0.0f : least);
    statistics.updateStats(isNumber ? largest == 0 ? 0.0f : largest : Float.NaN);
  }
}
