package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.plan.Schema;

/** Reads the join keys of one relation's rows, to look them up among those of another. */
public final class KeyProbe {
  private final int[] columns;
  private final boolean matchesNull;
  private final KeyLayout layout;
  private final RowReader reader;
  private final Batch keyed;
  private int[] selected = new int[0];

  /**
   * For the rows of a relation.
   *
   * @param columns indexes of its key columns
   * @param matchesNull is null a key like others? Else a row with a null in its key has none
   */
  public KeyProbe(Schema schema, int[] columns, boolean matchesNull) {
    this.columns = columns.clone();
    this.matchesNull = matchesNull;
    this.layout = GroupKeys.joinLayout(schema, columns, matchesNull);
    this.reader = new RowReader(layout);
    this.keyed = new Batch(schema.size());
  }

  /** How its keys lie in its batches. */
  KeyLayout layout() {
    return layout;
  }

  RowReader reader() {
    return reader;
  }

  /** The rows of a batch that have a key; at the indexes of the others, slots are given -1. */
  Batch keyed(Batch in, int[] slots) {
    if (matchesNull || !layout.hasNulls(in)) {
      return in;
    }
    if (selected.length < in.count()) {
      selected = new int[in.count() + (in.count() >> 1)];
    }
    int size = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      boolean isNull = false;
      for (int column : columns) {
        isNull |= in.column(column).isNull(row);
      }
      slots[row] = -1;
      selected[size] = row;
      size += isNull ? 0 : 1;
    }
    for (int c = 0; c < in.columnCount(); c++) {
      keyed.share(c, in.column(c));
    }
    keyed.select(in.rows(), selected, size, in.weights());
    return keyed;
  }

  /** Have two rows of a batch the same words and nulls in the key columns? */
  boolean isEqual(Batch in, int row, int other) {
    return isEqual(in, columns, row, other);
  }

  /** Have two rows of a batch the same words and nulls in some columns? */
  static boolean isEqual(Batch in, int[] columns, int row, int other) {
    for (int c : columns) {
      if (in.column(c).word(row) != in.column(c).word(other)
          || in.column(c).isNull(row) != in.column(c).isNull(other)) {
        return false;
      }
    }
    return true;
  }
}
