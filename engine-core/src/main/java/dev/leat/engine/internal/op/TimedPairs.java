package dev.leat.engine.internal.op;

import com.carrotsearch.hppc.IntArrayList;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.state.TimedRows;
import dev.leat.engine.plan.JoinedColumns;
import java.util.List;

/**
 * Gathers the columns of pairs of a row of this epoch and a row that the other side keeps, and of
 * rows of that side alone. Kept rows have all columns, those of the key among them.
 */
final class TimedPairs {
  private static final int NONE = -1;

  private final TimedSide asking;
  private final KeptColumns besides;
  private final KeptColumns alone;

  /** By column: that of the batch of the side that asks; -1 where it is the kept row's. */
  private final int[] ofAsking;

  private final boolean[] isRead;

  /** By column: has a kept row alone no value? */
  private final boolean[] isMissing;

  /**
   * Columns of pairs.
   *
   * @param isAskingLeft is the side whose batch it is the left one?
   * @param isRead for each column, whether it is gathered
   */
  TimedPairs(
      List<JoinedColumns.Source> sources,
      TimedSide asking,
      TimedSide kept,
      boolean isAskingLeft,
      boolean[] isRead) {
    this.asking = asking;
    TimedRows rows = kept.rows();
    this.besides = new KeptColumns(rows.rows(), rows.kept());
    this.alone = new KeptColumns(rows.rows(), rows.kept());
    this.isRead = isRead.clone();
    this.ofAsking = new int[isRead.length];
    this.isMissing = new boolean[isRead.length];
    for (int c = 0; c < isRead.length; c++) {
      JoinedColumns.Source source = sources.get(c);
      ofAsking[c] = isAskingLeft ? source.left() : source.right();
      int ofKept = isAskingLeft ? source.right() : source.left();
      isMissing[c] = ofKept < 0;
      if (isRead[c] && ofAsking[c] < 0) {
        besides.add(c, rows.keptIndex(ofKept));
      }
      if (isRead[c] && ofKept >= 0) {
        alone.add(c, rows.keptIndex(ofKept));
      }
    }
  }

  /**
   * Puts the columns of some pairs into rows of a batch, from a row on, which has room for them.
   */
  void gather(RowPairs pairs, int first, int end, Batch out, int at) {
    int[] rows = pairs.rows();
    for (int c = 0; c < isRead.length; c++) {
      if (isRead[c] && ofAsking[c] != NONE) {
        Column from = asking.open().column(ofAsking[c]);
        Column to = out.column(c);
        for (int i = first; i < end; i++) {
          to.copy(at + i - first, from, rows[i]);
        }
      }
    }
    besides.gather(pairs.places(), first, end, out, at, null);
  }

  /** Puts the columns of kept rows alone into rows of a batch, from a row on. */
  void gatherAlone(IntArrayList places, Batch out, int at) {
    int count = places.size();
    for (int c = 0; c < isRead.length; c++) {
      if (isRead[c] && isMissing[c]) {
        Column to = out.column(c);
        for (int i = 0; i < count; i++) {
          to.setNull(at + i);
        }
      }
    }
    alone.gather(places.buffer, 0, count, out, at, null);
  }
}
