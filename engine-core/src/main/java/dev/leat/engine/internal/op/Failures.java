package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.plan.Schema;

/** Where operators report rows that they had to leave out. */
@FunctionalInterface
public interface Failures {
  /**
   * Reports one.
   *
   * @param place the operator: "filter on stream 'clicks'"
   * @param reason what went wrong
   * @param schema of the batch
   * @param batch where the row is; valid during the call only
   * @param row its index
   */
  void report(String place, String reason, Schema schema, Batch batch, int row);
}
