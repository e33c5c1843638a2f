package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;

/**
 * The null bitmaps of results. Loops over words do not look at nulls: the word of a null is 0 on
 * the way in, and what a loop makes of it is set to 0 again afterwards, at a cost in proportion to
 * the nulls.
 */
final class Nulls {
  private Nulls() {}

  /** How many rows a result column needs. */
  static int rows(Batch batch, int count) {
    return Math.max(batch.rows(), count);
  }

  /** Makes the rows null that are null in another column. */
  static void take(Column from, Column to, int rows) {
    long[] nulls = from.nulls();
    if (nulls == null) {
      return;
    }
    long[] target = to.writableNulls();
    int blocks = Bits.wordsFor(rows);
    for (int block = 0; block < blocks; block++) {
      target[block] |= nulls[block];
    }
  }

  /** Makes the failed rows null. */
  static void takeFailed(RowErrors errors, Column to, int rows) {
    for (int row = errors.next(0); row >= 0 && row < rows; row = errors.next(row + 1)) {
      to.setNull(row);
    }
  }

  /** Sets the words of the null rows to 0. */
  static void zero(Column column, int rows) {
    long[] nulls = column.nulls();
    if (nulls == null) {
      return;
    }
    long[] words = column.words();
    int blocks = Bits.wordsFor(rows);
    for (int block = 0; block < blocks; block++) {
      for (long bits = block(nulls, block, rows); bits != 0; bits &= bits - 1) {
        words[(block << 6) + Long.numberOfTrailingZeros(bits)] = 0;
      }
    }
  }

  /** One block of a bitmap, without what lies behind the last row. */
  static long block(long[] bits, int block, int rows) {
    int rest = rows - (block << 6);
    return rest >= 64 ? bits[block] : bits[block] & ((1L << rest) - 1);
  }

  /** The null bit of a row, 0 or 1. */
  static long bit(long[] bits, int row) {
    return bits[row >>> 6] >>> row & 1;
  }
}
