package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.plan.JoinedColumns;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the columns of pairs of rows, of a batch of one side and of what is kept of the other. A
 * kept row has no words for its key: they are those of the batch's row.
 */
final class PairColumns {
  /** How many pairs are gathered at once: the kept rows are then near for all columns. */
  private static final int PAIRS_AT_ONCE = 128;

  private static final long[] NO_ROW = new long[0];

  private enum From {
    /** Nobody reads it. */
    NOTHING,
    /** The batch's row, null where that is missing. */
    ROW,
    /** The batch's row, which has the same key as a kept one, null where that is missing. */
    KEY_OF_KEPT,
    /** The batch's row, also where it is missing: the key of both. */
    KEY_OF_BOTH,
    /** The kept row, null where that is missing. */
    KEPT
  }

  private final JoinSide asking;
  private final JoinSide kept;
  private final From[] from;

  /** By column of the pair: the column of the batch, or among the kept ones. */
  private final int[] column;

  private final long[][] pages = new long[PAIRS_AT_ONCE][];
  private final int[] offsets = new int[PAIRS_AT_ONCE];

  /**
   * Columns of pairs.
   *
   * @param isAskingLeft is the side whose batch it is the left one?
   * @param isRead for each column, whether it is gathered
   */
  PairColumns(
      List<JoinedColumns.Source> sources,
      JoinSide asking,
      JoinSide kept,
      boolean isAskingLeft,
      boolean[] isRead) {
    this.asking = asking;
    this.kept = kept;
    this.from = new From[isRead.length];
    this.column = new int[isRead.length];
    for (int c = 0; c < isRead.length; c++) {
      JoinedColumns.Source source = sources.get(c);
      int own = isAskingLeft ? source.left() : source.right();
      int other = isAskingLeft ? source.right() : source.left();
      if (!isRead[c]) {
        from[c] = From.NOTHING;
      } else if (own >= 0) {
        from[c] = other >= 0 ? From.KEY_OF_BOTH : From.ROW;
        column[c] = own;
      } else if (kept.keyIndex(other) >= 0) {
        from[c] = From.KEY_OF_KEPT;
        column[c] = asking.keyColumn(kept.keyIndex(other));
      } else {
        from[c] = From.KEPT;
        column[c] = kept.kept().keptIndex(other);
        assert column[c] >= 0 : "a column that is read is not kept: " + other;
      }
    }
  }

  /** Puts the columns of pairs into rows of a batch, from a row on, which has room for them. */
  void gather(RowPairs pairs, int first, int end, Batch out, int at) {
    for (int c = 0; c < from.length; c++) {
      if (from[c] != From.NOTHING && from[c] != From.KEPT) {
        gatherRows(pairs, first, end, c, out.column(c), at);
      }
    }
    gatherKept(pairs, first, end, out, at, null);
  }

  /**
   * Puts them into the rows of the batch's own numbers; what is of that is shared. Each row comes
   * once at most, and none is missing.
   *
   * @param own columns for what cannot be shared
   */
  void share(RowPairs pairs, Column[] own, Batch out) {
    Batch batch = asking.batch();
    for (int c = 0; c < from.length; c++) {
      switch (from[c]) {
        case ROW, KEY_OF_BOTH -> out.share(c, batch.column(column[c]));
        case KEY_OF_KEPT -> {
          out.share(c, own[c]);
          own[c].reset(batch.rows());
          shareKey(pairs, batch.column(column[c]), own[c]);
        }
        case KEPT -> {
          out.share(c, own[c]);
          own[c].reset(batch.rows());
        }
        case NOTHING -> out.share(c, own[c]);
      }
    }
    gatherKept(pairs, 0, pairs.count(), out, 0, pairs.rows());
  }

  private static void shareKey(RowPairs pairs, Column key, Column to) {
    for (int i = 0; i < pairs.count(); i++) {
      int row = pairs.rows()[i];
      if (pairs.places()[i] < 0) {
        to.setNull(row);
      } else {
        to.copy(row, key, row);
      }
    }
  }

  private void gatherRows(RowPairs pairs, int first, int end, int c, Column to, int at) {
    Column source = asking.batch().column(column[c]);
    long[] words = source.words();
    long[] out = to.words();
    int[] rows = pairs.rows();
    int[] places = pairs.places();
    boolean hasNulls = source.nulls() != null;
    From kind = from[c];
    for (int i = first; i < end; i++) {
      int row = rows[i] < 0 ? ~rows[i] : rows[i];
      boolean isMissing =
          (kind == From.ROW && rows[i] < 0) || (kind == From.KEY_OF_KEPT && places[i] < 0);
      int target = at + i - first;
      if (isMissing || (hasNulls && source.isNull(row))) {
        to.setNull(target);
      } else {
        out[target] = words[row];
      }
    }
  }

  /** Gathers what is kept, to rows in a row, or to given ones. */
  private void gatherKept(
      RowPairs pairs, int first, int end, Batch out, int at, int @Nullable [] targets) {
    GroupRows rows = kept.kept().rows();
    int[] places = pairs.places();
    for (int start = first; start < end; start += PAIRS_AT_ONCE) {
      int size = Math.min(PAIRS_AT_ONCE, end - start);
      for (int i = 0; i < size; i++) {
        int place = places[start + i];
        pages[i] = place < 0 ? NO_ROW : rows.page(place);
        offsets[i] = place < 0 ? 0 : rows.offset(place);
      }
      for (int c = 0; c < from.length; c++) {
        if (from[c] == From.KEPT) {
          gatherKept(column[c], size, out.column(c), at + start - first, targets, start);
        }
      }
    }
  }

  private void gatherKept(
      int keptColumn, int size, Column to, int at, int @Nullable [] targets, int start) {
    KeyLayout layout = kept.kept().kept();
    long[] out = to.words();
    for (int i = 0; i < size; i++) {
      int target = targets == null ? at + i : targets[start + i];
      if (pages[i] == NO_ROW || layout.isNull(pages[i], offsets[i], keptColumn)) {
        to.setNull(target);
      } else {
        out[target] = pages[i][offsets[i] + keptColumn];
      }
    }
  }
}
