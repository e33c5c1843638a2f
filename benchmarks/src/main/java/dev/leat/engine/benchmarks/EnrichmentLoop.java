package dev.leat.engine.benchmarks;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;

/**
 * A loop written for the enrichment alone: for each event the rows of its dimensions are found in
 * arrays, by dictionary code or user id, and all 28 columns are filled, those of the event too.
 */
final class EnrichmentLoop implements Enrichment.Prepared {
  private final EnrichmentData data;
  private final Batch[] dimensions;
  private final int[][] rowOf;
  private final long[][] out = new long[EnrichmentData.JOINED_COLUMNS][EnrichmentData.BATCH_ROWS];

  EnrichmentLoop(EnrichmentData data) {
    this.data = data;
    this.dimensions = data.dimensions().toArray(new Batch[0]);
    this.rowOf = new int[dimensions.length][];
    for (int d = 0; d < dimensions.length; d++) {
      int[] rows = new int[data.dictionary().bound() + 1];
      Column key = dimensions[d].column(0);
      for (int row = 0; row < dimensions[d].rows(); row++) {
        rows[(int) key.word(row)] = row + 1;
      }
      rowOf[d] = rows;
    }
  }

  @Override
  public long pass() {
    long rows = 0;
    long sum = 0;
    for (Batch events : data.events()) {
      sum += fill(events);
      rows += events.rows();
    }
    if (sum == 0) {
      throw new IllegalStateException("nothing was filled");
    }
    return rows;
  }

  @Override
  public long stateBytes() {
    return 0;
  }

  /** Fills the columns; gives something that depends on all of them. */
  private long fill(Batch events) {
    int rows = events.rows();
    int at = 0;
    for (int c = 0; c < EnrichmentData.EVENT_COLUMNS; c++) {
      System.arraycopy(events.column(c).words(), 0, out[at++], 0, rows);
    }
    int[] found = new int[rows];
    at = take(events.column(1).words(), 0, found, rows, at, 1);
    at = take(events.column(2).words(), 1, found, rows, at, 0);
    long[] devices = out[at - 4];
    at = take(devices, 2, found, rows, at, 1);
    at = take(events.column(4).words(), 3, found, rows, at, 1);
    at = take(events.column(8).words(), 4, found, rows, at, 1);
    long sum = at;
    for (long[] column : out) {
      sum += column[rows - 1];
    }
    return sum;
  }

  /** Columns of a dimension, from one on, for the rows of some keys; 0 where there is none. */
  private int take(long[] keys, int dimension, int[] found, int rows, int at, int first) {
    int[] rowOfKey = rowOf[dimension];
    for (int i = 0; i < rows; i++) {
      found[i] = rowOfKey[(int) keys[i]];
    }
    Batch from = dimensions[dimension];
    int next = at;
    for (int c = first; c < from.columnCount(); c++) {
      long[] words = from.column(c).words();
      long[] to = out[next++];
      for (int i = 0; i < rows; i++) {
        to[i] = found[i] == 0 ? 0 : words[found[i] - 1];
      }
    }
    return next;
  }
}
