package dev.leat.engine.internal.batch;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One column of a batch: a 64-bit word for each row, and a bitmap of the rows that are null where
 * there is one. The word of a null is 0, so that rows can be compared word by word. Words mean what
 * {@link Words} says.
 *
 * <p><b>Ownership.</b> Whoever fills a column owns it; others read it until the owner's next step,
 * and may share it in a batch of their own. One thread.
 */
public final class Column {
  private static final long[] NONE = {};

  private long[] words = NONE;
  private long[] nullBits = NONE;
  private boolean hasNulls;

  /** Makes room for rows 0 to {@code rows - 1}, none of them null; the old content is gone. */
  public void reset(int rows) {
    if (words.length < rows) {
      words = new long[grown(words.length, rows)];
    }
    hasNulls = false;
  }

  /** Makes room for more rows and keeps what there is. */
  public void ensure(int rows) {
    if (words.length < rows) {
      words = Arrays.copyOf(words, grown(words.length, rows));
      if (hasNulls) {
        nullBits = Arrays.copyOf(nullBits, Bits.wordsFor(words.length));
      }
    }
  }

  private static int grown(int from, int needed) {
    return Math.max(needed, Math.max(16, from + (from >> 1)));
  }

  /** The words; may be longer than there are rows. */
  public long[] words() {
    return words;
  }

  /** The bitmap of null rows, or null where no row is. */
  public long @Nullable [] nulls() {
    return hasNulls ? nullBits : null;
  }

  /** The bitmap of null rows, to be written to; made, with no row null, if there was none. */
  public long[] writableNulls() {
    int needed = Bits.wordsFor(words.length);
    if (!hasNulls) {
      if (nullBits.length < needed) {
        nullBits = new long[needed];
      } else {
        Arrays.fill(nullBits, 0);
      }
      hasNulls = true;
    }
    return nullBits;
  }

  /** Says that no row is null that anyone will look at. */
  public void forgetNulls() {
    hasNulls = false;
  }

  /** Makes a row null. */
  public void setNull(int row) {
    Bits.set(writableNulls(), row);
    words[row] = 0;
  }

  /** Gives a row a value, where it may have been null before. */
  public void set(int row, long word) {
    words[row] = word;
    if (hasNulls) {
      Bits.clear(nullBits, row);
    }
  }

  /** Is a row null? */
  public boolean isNull(int row) {
    return hasNulls && Bits.get(nullBits, row);
  }

  /** The word of a row; 0 if it is null. */
  public long word(int row) {
    return words[row];
  }

  /** Takes over one row of another column. */
  public void copy(int row, Column from, int fromRow) {
    if (from.isNull(fromRow)) {
      setNull(row);
    } else {
      set(row, from.words[fromRow]);
    }
  }
}
