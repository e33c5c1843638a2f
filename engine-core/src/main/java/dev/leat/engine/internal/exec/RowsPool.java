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
  /** Some that threads fill, some on their way, as many again that are put together. */
  private static final int MAX_SPARE = 16;

  private static final long MAX_BYTES = 8L << 20;

  /** Of all spare buffers of an input. */
  private static final long MAX_SPARE_BYTES = 16L << 20;

  private final Plan plan;
  private final Hashing hashing;
  private final List<boolean[]> isKept;
  private final List<boolean[]> isRead;
  private final List<ArrayDeque<StagedRows>> spare = new ArrayList<>();
  private final long[] spareBytes;

  /**
   * An empty pool.
   *
   * @param isDurable does a log keep the rows?
   */
  RowsPool(Plan plan, Hashing hashing, boolean isDurable) {
    this.plan = plan;
    this.hashing = hashing;
    this.isKept = ColumnUse.kept(plan, isDurable);
    this.isRead = ColumnUse.read(plan);
    this.spareBytes = new long[plan.inputs().size()];
    plan.inputs().forEach(input -> spare.add(new ArrayDeque<>()));
  }

  /** An empty buffer for rows of an input, by its index in the plan. */
  StagedRows take(int input) {
    synchronized (spare) {
      StagedRows rows = spare.get(input).poll();
      if (rows != null) {
        spareBytes[input] -= rows.memoryBytes();
        return rows;
      }
    }
    return new StagedRows(
        plan.inputs().get(input).schema(), hashing, isKept.get(input), isRead.get(input));
  }

  /** An empty buffer for rows of other columns, which is not given back. */
  StagedRows unpooled(Schema schema) {
    return new StagedRows(schema, hashing);
  }

  /** Takes a buffer back; nobody else may hold it. */
  void give(int input, StagedRows rows) {
    long bytes = rows.memoryBytes();
    if (bytes > MAX_BYTES) {
      // One large append must not keep its memory for ever.
      return;
    }
    rows.clear();
    synchronized (spare) {
      if (spare.get(input).size() < MAX_SPARE && spareBytes[input] + bytes <= MAX_SPARE_BYTES) {
        spareBytes[input] += bytes;
        spare.get(input).push(rows); // taken first, while it is in the caches
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
