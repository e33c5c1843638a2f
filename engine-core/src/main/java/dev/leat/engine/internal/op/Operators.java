package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;

/** What several operators do. */
final class Operators {
  private Operators() {}

  /** Lets a batch show the columns of another. */
  static void shareColumns(Batch from, Batch to) {
    for (int c = 0; c < from.columnCount(); c++) {
      to.share(c, from.column(c));
    }
  }
}
