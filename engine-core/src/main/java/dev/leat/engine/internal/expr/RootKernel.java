package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * The outermost kernel of an expression that can fail: makes the failed rows null. Inside, a row
 * may fail in one operand and still get a value, as in {@code is null}; no kernel but this one has
 * to care. An expression that can fail never gives a column of the batch, so the result may be
 * written to.
 */
record RootKernel(Kernel kernel) implements Kernel {
  @Override
  public Type type() {
    return kernel.type();
  }

  @Override
  public boolean canFail() {
    return true;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    Column result = kernel.evaluate(batch, selection, count, errors);
    Nulls.takeFailed(errors, result, Nulls.rows(batch, count));
    return result;
  }
}
