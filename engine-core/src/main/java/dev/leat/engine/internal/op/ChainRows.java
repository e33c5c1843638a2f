package dev.leat.engine.internal.op;

import java.util.Arrays;

/**
 * Rows of the base of a chain of joins, by their places, and the places of the rows beside them; -1
 * where there is none. From them columns are gathered.
 */
final class ChainRows {
  private int count;
  private int[] rows = new int[16];
  private int[] places = new int[16];
  private int[] numbers = new int[16];
  private long[] weights = new long[16];
  private final int[][] matches;

  ChainRows(int steps) {
    this.matches = new int[steps][16];
  }

  void clear() {
    count = 0;
  }

  /**
   * Adds a row, whose matches are set by the caller.
   *
   * @param row of the batch; -1 if it is not in it
   * @param place -1 if it is not known yet
   */
  int add(int row, int place, int number, long weight) {
    if (count == rows.length) {
      int size = 2 * count;
      rows = Arrays.copyOf(rows, size);
      places = Arrays.copyOf(places, size);
      numbers = Arrays.copyOf(numbers, size);
      weights = Arrays.copyOf(weights, size);
      for (int k = 0; k < matches.length; k++) {
        matches[k] = Arrays.copyOf(matches[k], size);
      }
    }
    rows[count] = row;
    places[count] = place;
    numbers[count] = number;
    weights[count] = weight;
    return count++;
  }

  int count() {
    return count;
  }

  int row(int index) {
    return rows[index];
  }

  int[] rows() {
    return rows;
  }

  int place(int index) {
    return places[index];
  }

  void setPlace(int index, int place, int number) {
    places[index] = place;
    numbers[index] = number;
  }

  int[] places() {
    return places;
  }

  int number(int index) {
    return numbers[index];
  }

  int[] numbers() {
    return numbers;
  }

  long weight(int index) {
    return weights[index];
  }

  long[] weights() {
    return weights;
  }

  /** The places of the rows of a step. */
  int[] matches(int step) {
    return matches[step];
  }

  void match(int step, int index, int place) {
    matches[step][index] = place;
  }

  /** Leaves out the rows that have nothing beside them of a step that is needed. */
  void dropUnmatched(boolean[] isNeeded) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      boolean isWhole = true;
      for (int k = 0; k < matches.length; k++) {
        matches[k][kept] = matches[k][i];
        isWhole &= !isNeeded[k] || matches[k][i] >= 0;
      }
      rows[kept] = rows[i];
      places[kept] = places[i];
      numbers[kept] = numbers[i];
      weights[kept] = weights[i];
      kept += isWhole ? 1 : 0;
    }
    count = kept;
  }
}
