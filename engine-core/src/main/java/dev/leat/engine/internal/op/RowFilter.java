package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Schema;

/**
 * Leaves out the rows for which an expression failed, and reports them. A row that is taken back
 * and fails again, as it did when it came, is left out silently: it was reported then.
 */
final class RowFilter {
  private final String place;
  private final Schema schema;
  private final Failures failures;
  private int[] kept = new int[0];

  RowFilter(String place, Schema schema, Failures failures) {
    this.place = place;
    this.schema = schema;
    this.failures = failures;
  }

  /** Sets a batch over the same columns to the rows of another that did not fail. */
  void exclude(Batch in, RowErrors errors, Batch out) {
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (errors.isFailed(row) && in.weight(row) > 0) {
        failures.report(place, errors.reason(row), schema, in, row);
      }
    }
    if (kept.length < in.count()) {
      kept = new int[in.count()];
    }
    int count = errors.exclude(in.selection(), in.count(), kept);
    out.select(in.rows(), kept, count, in.weights());
  }
}
