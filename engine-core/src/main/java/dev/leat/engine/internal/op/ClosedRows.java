package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;

/** Rows that are given out once and never change, each with a number of its own. */
final class ClosedRows {
  private final Batch output;
  private int[] numbers = new int[0];

  /** How many rows were given out. */
  private int given;

  ClosedRows(int columns) {
    this.output = new Batch(columns);
  }

  /** Gives out the rows of groups that ended. */
  void give(Batch results) {
    Operators.shareColumns(results, output);
    output.select(results.rows(), results.selection(), results.count(), null);
    if (numbers.length < results.rows()) {
      numbers = new int[results.rows() + (results.rows() >> 1)];
    }
    for (int i = 0; i < results.count(); i++) {
      numbers[results.row(i)] = given;
      given = Math.incrementExact(given);
    }
    output.number(numbers);
    output.consolidated();
  }

  /** The rows of this step. */
  Batch output() {
    return output;
  }

  /** How many rows were given out in all. */
  int given() {
    return given;
  }

  /** Goes on behind rows that were given out before. */
  void restore(int before) {
    given = before;
  }
}
