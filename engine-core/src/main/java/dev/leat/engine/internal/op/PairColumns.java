package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.JoinedColumns;
import java.util.List;

/**
 * Gathers the columns of pairs of rows, of a batch of one side and of what is kept of the other. A
 * kept row has no words for its key: they are those of the batch's row.
 */
final class PairColumns {
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
  private final KeptColumns kept;
  private final From[] from;

  /** By column of the pair: the column of the batch. */
  private final int[] column;

  /**
   * Columns of pairs.
   *
   * @param isAskingLeft is the side whose batch it is the left one?
   * @param isRead for each column, whether it is gathered
   */
  PairColumns(
      List<JoinedColumns.Source> sources,
      JoinSide asking,
      JoinSide other,
      boolean isAskingLeft,
      boolean[] isRead) {
    this.asking = asking;
    this.kept = new KeptColumns(other.kept().rows(), other.kept().kept());
    this.from = new From[isRead.length];
    this.column = new int[isRead.length];
    for (int c = 0; c < isRead.length; c++) {
      JoinedColumns.Source source = sources.get(c);
      int ofAsking = isAskingLeft ? source.left() : source.right();
      int ofOther = isAskingLeft ? source.right() : source.left();
      if (!isRead[c]) {
        from[c] = From.NOTHING;
      } else if (ofAsking >= 0) {
        from[c] = ofOther >= 0 ? From.KEY_OF_BOTH : From.ROW;
        column[c] = ofAsking;
      } else if (other.keyIndex(ofOther) >= 0) {
        from[c] = From.KEY_OF_KEPT;
        column[c] = asking.keyColumn(other.keyIndex(ofOther));
      } else {
        from[c] = From.KEPT;
        kept.add(c, other.kept().keptIndex(ofOther));
      }
    }
  }

  /** Puts the columns of pairs into rows of a batch, from a row on, which has room for them. */
  void gather(RowPairs pairs, Batch out, int at) {
    for (int c = 0; c < from.length; c++) {
      if (from[c] != From.NOTHING && from[c] != From.KEPT) {
        gatherRows(pairs, c, out.column(c), at);
      }
    }
    kept.gather(pairs.places(), 0, pairs.count(), out, at, null);
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
    boolean isWhole = pairs.count() == batch.rows();
    kept.gather(pairs.places(), 0, pairs.count(), out, 0, isWhole ? null : pairs.rows());
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

  private void gatherRows(RowPairs pairs, int c, Column to, int at) {
    Column source = asking.batch().column(column[c]);
    long[] words = source.words();
    long[] out = to.words();
    int[] rows = pairs.rows();
    int[] places = pairs.places();
    boolean hasNulls = source.nulls() != null;
    From kind = from[c];
    for (int i = 0; i < pairs.count(); i++) {
      int row = RowPairs.rowOfKey(rows[i]);
      boolean isMissing =
          (kind == From.ROW && rows[i] < 0) || (kind == From.KEY_OF_KEPT && places[i] < 0);
      if (isMissing || (hasNulls && source.isNull(row))) {
        to.setNull(at + i);
      } else {
        out[at + i] = words[row];
      }
    }
  }
}
