package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Schema;
import java.util.stream.IntStream;

/**
 * How some columns of a row are laid out as consecutive words, so that two rows are equal if their
 * words are: the columns' words, then bitmaps of which columns are null, if one can be.
 */
public final class KeyLayout {
  private final int[] columns;
  private final boolean[] encoded;
  private final int maskWords;

  /** The word of a null where there are no bitmaps; no column has it then. */
  private static final long NULL = -1;

  private final boolean marksNulls;

  private KeyLayout(int[] columns, boolean[] encoded, int maskWords) {
    this(columns, encoded, maskWords, false);
  }

  private KeyLayout(int[] columns, boolean[] encoded, int maskWords, boolean marksNulls) {
    this.columns = columns;
    this.encoded = encoded;
    this.maskWords = maskWords;
    this.marksNulls = marksNulls;
  }

  /** The layout of one column of codes, of which a row has one word: -1 where it is null. */
  static KeyLayout ofCode(int column) {
    return new KeyLayout(new int[] {column}, new boolean[] {true}, 0, true);
  }

  /** The layout of some columns, by index, of a schema. */
  public static KeyLayout of(Schema schema, int[] columns) {
    boolean nullable = IntStream.of(columns).anyMatch(c -> schema.field(c).nullable());
    return new KeyLayout(
        columns.clone(), encoded(schema, columns), nullable ? Bits.wordsFor(columns.length) : 0);
  }

  /**
   * The layout of some columns, by index, of a schema, none of which is null in any row that it is
   * used for.
   */
  static KeyLayout ofNotNull(Schema schema, int[] columns) {
    return new KeyLayout(columns.clone(), encoded(schema, columns), 0);
  }

  /** The layout of some columns, by index, of a schema, any of which may be null. */
  static KeyLayout ofNullable(Schema schema, int[] columns) {
    return new KeyLayout(columns.clone(), encoded(schema, columns), Bits.wordsFor(columns.length));
  }

  private static boolean[] encoded(Schema schema, int[] columns) {
    boolean[] encoded = new boolean[columns.length];
    for (int k = 0; k < columns.length; k++) {
      encoded[k] = schema.field(columns[k]).type().isEncoded();
    }
    return encoded;
  }

  /** The layout of all columns of a schema. */
  public static KeyLayout of(Schema schema) {
    return of(schema, IntStream.range(0, schema.size()).toArray());
  }

  public int columns() {
    return columns.length;
  }

  /** The index in the batch of a column of the layout. */
  public int column(int index) {
    return columns[index];
  }

  /** Are the words of a column of the layout codes of a dictionary? */
  public boolean isEncoded(int index) {
    return encoded[index];
  }

  public int maskWords() {
    return maskWords;
  }

  /** Can a null be in the word of its column, and not in a bitmap? */
  public boolean marksNulls() {
    return marksNulls;
  }

  /** Words in all. */
  public int stride() {
    return columns.length + maskWords;
  }

  /** Is any of its columns null in any row of a batch? If not, the bitmaps are zero. */
  public boolean hasNulls(Batch batch) {
    boolean any = false;
    for (int column : columns) {
      any |= batch.column(column).nulls() != null;
    }
    return any;
  }

  /** Copies a row of a batch into words. */
  public void gather(Batch batch, int row, long[] out) {
    gather(batch, row, out, 0);
  }

  /** Copies a row of a batch into words, from a place on. */
  public void gather(Batch batch, int row, long[] out, int from) {
    for (int k = 0; k < columns.length; k++) {
      out[from + k] = batch.column(columns[k]).word(row);
    }
    for (int m = 0; m < maskWords; m++) {
      out[from + columns.length + m] = mask(batch, row, m);
    }
  }

  /** Copies a row stored as words into the columns of a batch that the layout is of. */
  public void scatter(long[] words, int from, Batch out, int row) {
    for (int k = 0; k < columns.length; k++) {
      Column column = out.column(columns[k]);
      if (isNull(words, from, k)) {
        column.setNull(row);
      } else {
        column.set(row, words[from + k]);
      }
    }
  }

  /**
   * Copies rows of words, the first ones of each in this layout, to the same rows of the first
   * columns of a batch, which have no nulls in them yet.
   */
  public void scatter(long[] rows, int stride, int first, int end, Batch out) {
    boolean anyNull = anyNull(rows, stride, first, end);
    for (int k = 0; k < columns.length; k++) {
      Column column = out.column(k);
      long[] to = column.words();
      for (int row = first; row < end; row++) {
        to[row] = rows[row * stride + k];
      }
      for (int row = first; anyNull && row < end; row++) {
        if (isNull(rows, row * stride, k)) {
          column.setNull(row);
        }
      }
    }
  }

  private boolean anyNull(long[] rows, int stride, int first, int end) {
    if (maskWords == 0) {
      return columns.length == 1 && encoded[0];
    }
    long any = 0;
    for (int m = columns.length; m < columns.length + maskWords; m++) {
      for (int row = first; row < end; row++) {
        any |= rows[row * stride + m];
      }
    }
    return any != 0;
  }

  /** One of the bitmaps of a row. */
  long mask(Batch batch, int row, int word) {
    long mask = 0;
    int end = Math.min(columns.length, (word + 1) << 6);
    for (int k = word << 6; k < end; k++) {
      if (batch.column(columns[k]).isNull(row)) {
        mask |= 1L << k;
      }
    }
    return mask;
  }

  /** Is a column of stored words null? */
  public boolean isNull(long[] words, int from, int column) {
    return maskWords > 0
        ? (words[from + columns.length + (column >>> 6)] & (1L << column)) != 0
        : encoded[column] && words[from + column] == NULL;
  }

  /** Adds the codes that a stored row holds. */
  public void mark(long[] words, int from, CodeSet live) {
    for (int k = 0; k < columns.length; k++) {
      if (encoded[k] && !isNull(words, from, k)) {
        live.add(words[from + k]);
      }
    }
  }

  /** Says in words being put together that a column is null. */
  public void setNull(long[] words, int from, int column) {
    if (maskWords == 0) {
      words[from + column] = NULL;
      return;
    }
    words[from + column] = 0;
    words[from + columns.length + (column >>> 6)] |= 1L << column;
  }

  /**
   * Says in words being put together that a column is not null; its word is for the caller to set.
   */
  public void setNotNull(long[] words, int from, int column) {
    if (maskWords > 0) {
      words[from + columns.length + (column >>> 6)] &= ~(1L << column);
    }
  }
}
