package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import org.jspecify.annotations.Nullable;

/**
 * Selections of the rows for which a condition holds. The loops write every row and move on only
 * behind those that hold, so that they have no branches to mispredict; the target may be the
 * selection they read.
 */
public final class Selections {
  private Selections() {}

  /**
   * The rows for which a condition is true, and not null, and did not fail.
   *
   * @param condition a kernel of booleans
   * @param selection ascending rows; null for rows 0 to {@code count - 1}
   * @param out has room for {@code count} rows; may be the selection itself
   * @return how many there are
   */
  public static int select(
      Kernel condition,
      Batch batch,
      int @Nullable [] selection,
      int count,
      RowErrors errors,
      int[] out) {
    Column column = condition.evaluate(batch, selection, count, errors);
    return whereTrue(column, selection, count, errors, out);
  }

  /**
   * Where a boolean is true, and did not fail. The word of a null is 0, like that of false.
   *
   * @param out has room for {@code count} rows; may be the selection itself
   * @return how many there are
   */
  public static int whereTrue(
      Column column, int @Nullable [] selection, int count, RowErrors errors, int[] out) {
    return withoutFailed(out, whereWord(column.words(), selection, count, 0, out), errors);
  }

  /** Where a boolean is false or null. */
  static int whereNotTrue(
      Column column, int @Nullable [] selection, int count, RowErrors errors, int[] out) {
    return withoutFailed(out, whereWord(column.words(), selection, count, 1, out), errors);
  }

  /** Where a boolean is true or null. */
  static int whereNotFalse(
      Column column, int @Nullable [] selection, int count, RowErrors errors, int[] out) {
    long[] nulls = column.nulls();
    if (nulls == null) {
      return whereTrue(column, selection, count, errors, out);
    }
    long[] words = column.words();
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[kept] = row;
      kept += (int) (words[row] | Nulls.bit(nulls, row));
    }
    return withoutFailed(out, kept, errors);
  }

  /** Where a column is null. */
  static int whereNull(
      Column column, int @Nullable [] selection, int count, RowErrors errors, int[] out) {
    long[] nulls = column.nulls();
    if (nulls == null) {
      return 0;
    }
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[kept] = row;
      kept += (int) Nulls.bit(nulls, row);
    }
    return withoutFailed(out, kept, errors);
  }

  private static int whereWord(
      long[] words, int @Nullable [] selection, int count, int flip, int[] out) {
    int kept = 0;
    if (selection == null) {
      for (int row = 0; row < count; row++) {
        out[kept] = row;
        kept += (int) words[row] ^ flip;
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[kept] = row;
        kept += (int) words[row] ^ flip;
      }
    }
    return kept;
  }

  private static int withoutFailed(int[] rows, int count, RowErrors errors) {
    return errors.isEmpty() ? count : errors.exclude(rows, count, rows);
  }

  /** A buffer with room for a number of rows: the old one if it is large enough. */
  static int[] room(int[] buffer, int count) {
    return buffer.length >= count ? buffer : new int[Math.max(count, 2 * buffer.length)];
  }
}
