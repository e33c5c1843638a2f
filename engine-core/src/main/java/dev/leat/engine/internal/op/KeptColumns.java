package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.RowsByKey;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers columns of rows that are kept, by their places; where a place is -1 they are null. */
final class KeptColumns {
  /** How many rows are gathered at once: they are then near for all columns. */
  private static final int ROWS_AT_ONCE = 128;

  private static final long[] NO_ROW = {};

  private final RowsByKey kept;
  private int[] targets = new int[0];
  private int[] sources = new int[0];
  private final long[][] pages = new long[ROWS_AT_ONCE][];
  private final int[] offsets = new int[ROWS_AT_ONCE];

  KeptColumns(RowsByKey kept) {
    this.kept = kept;
  }

  /**
   * Has a column gathered, too.
   *
   * @param to which column of the batch it becomes
   * @param column the index in the kept relation
   */
  void add(int to, int column) {
    int index = kept.keptIndex(column);
    assert index >= 0 : "a column that is read is not kept: " + column;
    targets = Arrays.copyOf(targets, targets.length + 1);
    sources = Arrays.copyOf(sources, targets.length);
    targets[targets.length - 1] = to;
    sources[targets.length - 1] = index;
  }

  /**
   * Gathers rows.
   *
   * @param places of rows, from one index to another
   * @param out has room for them
   * @param at the first row of the batch; not used where rows are given
   * @param rows the row of the batch for each place, or null for rows one behind the other
   */
  void gather(int[] places, int first, int end, Batch out, int at, int @Nullable [] rows) {
    GroupRows stored = kept.rows();
    for (int start = first; start < end && targets.length > 0; start += ROWS_AT_ONCE) {
      int size = Math.min(ROWS_AT_ONCE, end - start);
      for (int i = 0; i < size; i++) {
        int place = places[start + i];
        pages[i] = place < 0 ? NO_ROW : stored.page(place);
        offsets[i] = place < 0 ? 0 : stored.offset(place);
      }
      for (int k = 0; k < targets.length; k++) {
        Column to = out.column(targets[k]);
        if (rows == null) {
          gather(sources[k], size, to, at + start - first);
        } else {
          gather(sources[k], size, to, rows, start);
        }
      }
    }
  }

  private void gather(int source, int size, Column to, int at) {
    KeyLayout layout = kept.kept();
    long[] out = to.words();
    for (int i = 0; i < size; i++) {
      if (pages[i] == NO_ROW || layout.isNull(pages[i], offsets[i], source)) {
        to.setNull(at + i);
      } else {
        out[at + i] = pages[i][offsets[i] + source];
      }
    }
  }

  private void gather(int source, int size, Column to, int[] rows, int start) {
    KeyLayout layout = kept.kept();
    long[] out = to.words();
    for (int i = 0; i < size; i++) {
      if (pages[i] == NO_ROW || layout.isNull(pages[i], offsets[i], source)) {
        to.setNull(rows[start + i]);
      } else {
        out[rows[start + i]] = pages[i][offsets[i] + source];
      }
    }
  }
}
