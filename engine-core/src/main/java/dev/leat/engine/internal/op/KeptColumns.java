package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Gathers columns of rows that are kept, by their places; where a place is -1 they are null. */
final class KeptColumns {
  /** How many rows are gathered at once: they are then near for all columns. */
  private static final int ROWS_AT_ONCE = 128;

  private static final long[] NO_ROW = {};

  private final GroupRows kept;
  private final KeyLayout layout;
  private int[] targets = new int[0];
  private int[] sources = new int[0];
  private final long[][] pages = new long[ROWS_AT_ONCE][];
  private final int[] offsets = new int[ROWS_AT_ONCE];

  /**
   * Of rows.
   *
   * @param layout how their columns lie in their words
   */
  KeptColumns(GroupRows kept, KeyLayout layout) {
    this.kept = kept;
    this.layout = layout;
  }

  /**
   * Has a column gathered, too.
   *
   * @param to which column of the batch it becomes
   * @param index of the column in the layout
   */
  void add(int to, int index) {
    assert index >= 0 : "a column that is read is not kept: " + to;
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
    for (int start = first; start < end && targets.length > 0; start += ROWS_AT_ONCE) {
      int size = Math.min(ROWS_AT_ONCE, end - start);
      boolean anyNull = find(places, start, size);
      for (int k = 0; k < targets.length; k++) {
        Column to = out.column(targets[k]);
        if (anyNull) {
          gatherNulls(sources[k], size, to, at + start - first, rows, start);
        } else if (rows == null) {
          gather(sources[k], size, to.words(), at + start - first);
        } else {
          gather(sources[k], size, to.words(), rows, start);
        }
      }
    }
  }

  /** Finds some rows; says whether one is missing, or may have a null. */
  private boolean find(int[] places, int start, int size) {
    boolean anyMissing = false;
    long nulls = 0;
    for (int i = 0; i < size; i++) {
      int place = places[start + i];
      if (place < 0) {
        anyMissing = true;
        pages[i] = NO_ROW;
        continue;
      }
      long[] page = kept.page(place);
      int offset = kept.offset(place);
      pages[i] = page;
      offsets[i] = offset;
      for (int m = 0; m < layout.maskWords(); m++) {
        nulls |= page[offset + layout.columns() + m];
      }
    }
    return anyMissing || nulls != 0 || layout.marksNulls();
  }

  private void gather(int source, int size, long[] to, int at) {
    for (int i = 0; i < size; i++) {
      to[at + i] = pages[i][offsets[i] + source];
    }
  }

  private void gather(int source, int size, long[] to, int[] rows, int start) {
    for (int i = 0; i < size; i++) {
      to[rows[start + i]] = pages[i][offsets[i] + source];
    }
  }

  private void gatherNulls(
      int source, int size, Column to, int at, int @Nullable [] rows, int start) {
    long[] out = to.words();
    for (int i = 0; i < size; i++) {
      int target = rows == null ? at + i : rows[start + i];
      if (pages[i] == NO_ROW || layout.isNull(pages[i], offsets[i], source)) {
        to.setNull(target);
      } else {
        out[target] = pages[i][offsets[i] + source];
      }
    }
  }
}
