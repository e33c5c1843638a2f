package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * An expression compiled for one schema and one dictionary.
 *
 * <p><b>Threading.</b> One thread.
 *
 * <p><b>Ownership.</b> The result is the kernel's own and valid until its next call, or, for a
 * plain column reference, the batch's own column. Nobody but the kernel writes to it.
 */
public interface Kernel {
  /** The type of the values. */
  Type type();

  /** May a row fail? Where not, {@link #evaluate} does not touch the errors. */
  boolean canFail();

  /**
   * Evaluates the expression for some rows. The result is aligned with the rows of the batch: what
   * belongs to row {@code r} is at index {@code r}, and what is at the other indexes has no
   * meaning. A row that fails is reported, and null in the result. The word of a null row is 0.
   *
   * @param selection ascending indexes of the rows; null for rows 0 to {@code count - 1}
   * @param count how many rows
   * @param errors takes the rows that fail; the first reason of a row counts
   */
  Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors);
}
