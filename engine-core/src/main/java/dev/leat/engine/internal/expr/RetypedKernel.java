package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * The values of another kernel under a type in which they have the same words: an int as a long, a
 * float as a double.
 */
record RetypedKernel(Kernel operand, Type type) implements Kernel {
  @Override
  public boolean canFail() {
    return operand.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    return operand.evaluate(batch, selection, count, errors);
  }
}
