package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.state.RowsByKey;
import java.util.Arrays;

/**
 * Pairs of a row of a batch and a row that is kept, or one of them alone: row numbers and weights,
 * from which columns are gathered later.
 *
 * <p>Where the kept row is missing its place is -1. Where the batch's row is missing, its number is
 * {@link #keyOnly} of one that has the same key, from which the key's columns are read.
 */
final class RowPairs {
  private int count;
  private int[] rows = new int[16];
  private int[] places = new int[16];
  private long[] weights = new long[16];

  /** The number that stands for the key of a row of the batch, without the row. */
  static int keyOnly(int rowOfKey) {
    return ~rowOfKey;
  }

  /** The row of the batch that a pair's key is in, whether the row itself is in the pair or not. */
  static int rowOfKey(int number) {
    return number < 0 ? ~number : number;
  }

  void clear() {
    count = 0;
  }

  void add(int row, int place, long weight) {
    if (count == rows.length) {
      int size = Math.addExact(count, count >> 1);
      rows = Arrays.copyOf(rows, size);
      places = Arrays.copyOf(places, size);
      weights = Arrays.copyOf(weights, size);
    }
    rows[count] = row;
    places[count] = place;
    weights[count++] = weight;
  }

  /** Adds each selected row of a batch, with the place given for it. */
  void addEach(Batch in, int[] placeOfRow) {
    if (rows.length < count + in.count()) {
      int needed = Math.addExact(count, in.count());
      int size = needed + (needed >> 1);
      rows = Arrays.copyOf(rows, size);
      places = Arrays.copyOf(places, size);
      weights = Arrays.copyOf(weights, size);
    }
    int[] selection = in.selection();
    for (int i = 0; i < in.count(); i++) {
      int row = selection == null ? i : selection[i];
      rows[count] = row;
      places[count] = placeOfRow[row];
      weights[count++] = 1;
    }
  }

  /** Puts a pair into the place of an earlier one, or leaves it in its own. */
  void move(int from, int to) {
    rows[to] = rows[from];
    places[to] = places[from];
    weights[to] = weights[from];
  }

  /** Leaves the first pairs only. */
  void truncate(int size) {
    count = size;
  }

  int count() {
    return count;
  }

  int[] rows() {
    return rows;
  }

  int[] places() {
    return places;
  }

  long[] weights() {
    return weights;
  }

  /** Puts the numbers of the batch's rows into an array, from an index on. */
  void number(int[] ofRows, int[] numbers, int at) {
    for (int i = 0; i < count; i++) {
      numbers[at + i] = ofRows[rows[i]];
    }
  }

  /** Puts the numbers of the kept rows into an array, from an index on. */
  void number(RowsByKey kept, int[] numbers, int at) {
    for (int i = 0; i < count; i++) {
      numbers[at + i] = kept.number(places[i]);
    }
  }

  /** Does each row of the batch come once at most, and in order? */
  boolean isOnceEach() {
    int last = -1;
    for (int i = 0; i < count; i++) {
      if (rows[i] <= last) {
        return false;
      }
      last = rows[i];
    }
    return true;
  }
}
