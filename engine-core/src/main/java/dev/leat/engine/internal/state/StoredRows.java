package dev.leat.engine.internal.state;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.plan.Schema;

/**
 * The rows of a view, each with a weight, by number; readers keep snapshots while the writer goes
 * on.
 *
 * <p><b>Threading.</b> One writer. What is asked of the rows themselves, {@link #snapshot}
 * included, must not run at the same time as a write; a snapshot may be read by any thread for as
 * long as it likes.
 */
public interface StoredRows {
  Schema schema();

  /** How many rows, equal ones counted. */
  long totalWeight();

  /** The layout of a row's words. */
  KeyLayout rowLayout();

  /**
   * The number of the row with a key, or -1.
   *
   * @param words a row's words, of which those of the key's columns are looked at
   */
  int find(long[] words);

  /** Copies a row's words into an array. */
  void read(int row, long[] words);

  /** The rows as they are now, for readers. */
  Snapshot snapshot();

  /** The rows of one moment; any thread. */
  interface Snapshot {
    Schema schema();

    /** How many rows, equal ones counted. */
    long totalWeight();

    /** All row numbers are below this. */
    int bound();

    /** The weight of a row by its number; 0 if there is none. */
    long weight(int row);

    /** The layout of a row's words. */
    KeyLayout rowLayout();

    /** Is a column of a row null? */
    boolean isNull(int row, int column);

    /** A word of a row; any if the column is null. */
    long word(int row, int column);

    /** Copies a row into columns. */
    void read(int row, Batch out, int outRow);

    /**
     * The first number, from one on, of a place where an earlier snapshot of the same rows may have
     * another row; the larger bound of the two if there is none.
     */
    int firstUnshared(Snapshot earlier, int from);

    /**
     * The number of the row with the key of a row given as words, or -1. Looks at every row if
     * nobody had asked for a key before the snapshot was taken.
     */
    int find(long[] words);
  }
}
