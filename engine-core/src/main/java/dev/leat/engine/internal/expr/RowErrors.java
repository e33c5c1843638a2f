package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Bits;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Rows of a batch for which an expression failed, each with the first reason that was given. */
public final class RowErrors {
  private long[] failed = new long[1];
  private @Nullable String[] reasons = new String[0];
  private int size;

  /** Takes a failed row and its reason. */
  public interface Visitor {
    void failed(int row, String reason);
  }

  /** Marks a row as failed; where it has failed before, the earlier reason stays. */
  public void fail(int row, String reason) {
    if (row >= reasons.length) {
      reasons = Arrays.copyOf(reasons, Math.max(64, row + 1 + (row >> 1)));
      failed = Arrays.copyOf(failed, Bits.wordsFor(reasons.length));
    }
    if (!Bits.get(failed, row)) {
      Bits.set(failed, row);
      reasons[row] = reason;
      size++;
    }
  }

  /** Has no row failed? */
  public boolean isEmpty() {
    return size == 0;
  }

  /** How many rows failed. */
  public int size() {
    return size;
  }

  /** Did a row fail? */
  public boolean isFailed(int row) {
    return row < reasons.length && Bits.get(failed, row);
  }

  /**
   * Why a row failed.
   *
   * @throws IllegalArgumentException if it did not
   */
  public String reason(int row) {
    String reason = row < reasons.length ? reasons[row] : null;
    if (reason == null) {
      throw new IllegalArgumentException("this row did not fail: row=" + row);
    }
    return reason;
  }

  /** The first failed row at an index or behind it, or -1 where there is none. */
  public int next(int from) {
    int block = from >>> 6;
    if (block >= failed.length) {
      return -1;
    }
    long bits = failed[block] & (-1L << from);
    while (bits == 0) {
      block++;
      if (block == failed.length) {
        return -1;
      }
      bits = failed[block];
    }
    return (block << 6) + Long.numberOfTrailingZeros(bits);
  }

  /** Visits the failed rows in ascending order. */
  public void forEach(Visitor visitor) {
    for (int row = next(0); row >= 0; row = next(row + 1)) {
      visitor.failed(row, reason(row));
    }
  }

  /** Forgets all failures. */
  public void clear() {
    if (size == 0) {
      return;
    }
    for (int row = next(0); row >= 0; row = next(row + 1)) {
      reasons[row] = null;
    }
    Arrays.fill(failed, 0);
    size = 0;
  }

  /**
   * Copies a selection without the rows that failed.
   *
   * @param selection ascending rows; null for rows 0 to {@code count - 1}
   * @param out takes the rows that are left; may be the selection itself
   * @return how many are left
   */
  public int exclude(int @Nullable [] selection, int count, int[] out) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[kept] = row;
      kept += isFailed(row) ? 0 : 1;
    }
    return kept;
  }
}
