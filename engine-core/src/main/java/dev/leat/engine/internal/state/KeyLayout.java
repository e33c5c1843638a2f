package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
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

  private KeyLayout(int[] columns, boolean[] encoded, boolean nullable) {
    this.columns = columns;
    this.encoded = encoded;
    this.maskWords = nullable ? Bits.wordsFor(columns.length) : 0;
  }

  /** The layout of some columns, by index, of a schema. */
  public static KeyLayout of(Schema schema, int[] columns) {
    boolean nullable = IntStream.of(columns).anyMatch(c -> schema.field(c).nullable());
    boolean[] encoded = new boolean[columns.length];
    for (int k = 0; k < columns.length; k++) {
      encoded[k] = schema.field(columns[k]).type().isEncoded();
    }
    return new KeyLayout(columns.clone(), encoded, nullable);
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
    gather(batch, row, maskWords > 0, out);
  }

  /**
   * Copies a row of a batch into words.
   *
   * @param hasNulls what {@link #hasNulls} says of the batch, so that it is asked once and not for
   *     each row
   */
  public void gather(Batch batch, int row, boolean hasNulls, long[] out) {
    for (int k = 0; k < columns.length; k++) {
      out[k] = batch.column(columns[k]).word(row);
    }
    for (int m = 0; m < maskWords; m++) {
      out[columns.length + m] = hasNulls ? mask(batch, row, m) : 0;
    }
  }

  /**
   * Copies a row stored as words into the columns of a batch; the layout must be of all its
   * columns, in order.
   */
  public void scatter(long[] words, int from, Batch out, int row) {
    for (int c = 0; c < columns.length; c++) {
      if (isNull(words, from, c)) {
        out.column(c).setNull(row);
      } else {
        out.column(c).set(row, words[from + c]);
      }
    }
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
    return maskWords > 0 && (words[from + columns.length + (column >>> 6)] & (1L << column)) != 0;
  }

  /** Says in words being put together that a column is null. */
  public void setNull(long[] words, int from, int column) {
    words[from + column] = 0;
    words[from + columns.length + (column >>> 6)] |= 1L << column;
  }
}
