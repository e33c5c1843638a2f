package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.batch.StagedRows;
import dev.leat.engine.plan.Plan;
import dev.leat.engine.plan.Schema;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Buffers for staged rows, used again when an epoch is done: at full speed every epoch would
 * otherwise grow new arrays. Any thread.
 */
final class RowsPool {
  private static final int MAX_SPARE = 4;
  private static final long MAX_BYTES = 4L << 20;

  private final Plan plan;
  private final Hashing hashing;
  private final List<boolean[]> isKept;
  private final List<ArrayDeque<StagedRows>> spare = new ArrayList<>();

  /**
   * An empty pool.
   *
   * @param isKept for each input, which columns its buffers keep
   */
  RowsPool(Plan plan, Hashing hashing, List<boolean[]> isKept) {
    this.plan = plan;
    this.hashing = hashing;
    this.isKept = List.copyOf(isKept);
    plan.inputs().forEach(input -> spare.add(new ArrayDeque<>()));
  }

  /** An empty buffer for rows of an input, by its index in the plan. */
  StagedRows take(int input) {
    synchronized (spare) {
      StagedRows rows = spare.get(input).poll();
      if (rows != null) {
        return rows;
      }
    }
    return new StagedRows(plan.inputs().get(input).schema(), hashing, isKept.get(input));
  }

  /** An empty buffer for rows of other columns, which is not given back. */
  StagedRows unpooled(Schema schema) {
    return new StagedRows(schema, hashing);
  }

  /** Takes a buffer back; nobody else may hold it. */
  void give(int input, StagedRows rows) {
    if (rows.byteSize() > MAX_BYTES) {
      // One large append must not keep its memory for ever.
      return;
    }
    rows.clear();
    synchronized (spare) {
      if (spare.get(input).size() < MAX_SPARE) {
        spare.get(input).add(rows);
      }
    }
  }

  /** Takes back the buffers of an epoch that is done. */
  void giveBack(Epoch epoch) {
    for (Epoch.Section section : epoch.sections()) {
      give(section.input(), section.rows());
    }
  }
}
