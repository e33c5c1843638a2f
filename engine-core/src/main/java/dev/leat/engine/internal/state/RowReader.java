package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;

/**
 * Reads rows of a batch as words in a {@link KeyLayout}: what is the same for all rows of the batch
 * is looked up once, because the loops over rows are the hottest there are.
 */
final class RowReader {
  private final KeyLayout layout;
  private final long[][] words;
  private final int columns;
  private final int maskWords;
  private Batch batch = new Batch(0);
  private boolean hasNulls;

  RowReader(KeyLayout layout) {
    this.layout = layout;
    this.columns = layout.columns();
    this.maskWords = layout.maskWords();
    this.words = new long[columns][];
  }

  /** Sets the batch that rows are read of. */
  void read(Batch from) {
    batch = from;
    for (int k = 0; k < columns; k++) {
      words[k] = from.column(layout.column(k)).words();
    }
    hasNulls = layout.hasNulls(from);
  }

  /** The index in the batch of a column of the layout. */
  int column(int index) {
    return layout.column(index);
  }

  /** The words of a column of the layout, by row. */
  long[] words(int column) {
    return words[column];
  }

  /** Can a row be null in any column? */
  boolean hasNulls() {
    return hasNulls;
  }

  /** One of the bitmaps of a row. */
  long mask(int row, int word) {
    return hasNulls ? layout.mask(batch, row, word) : 0;
  }

  /** Copies a row. */
  void copy(int row, long[] to, int at) {
    int target = at;
    for (long[] column : words) {
      to[target++] = column[row];
    }
    for (int m = 0; m < maskWords; m++) {
      to[target++] = mask(row, m);
    }
  }

  /** Is a row what some words say? */
  boolean isEqual(int row, long[] to, int at) {
    int target = at;
    for (long[] column : words) {
      if (to[target++] != column[row]) {
        return false;
      }
    }
    for (int m = 0; m < maskWords; m++) {
      if (to[target++] != mask(row, m)) {
        return false;
      }
    }
    return true;
  }
}
