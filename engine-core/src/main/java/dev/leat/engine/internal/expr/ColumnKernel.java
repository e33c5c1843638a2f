package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/** A column of the batch as it is. */
final class ColumnKernel implements Kernel {
  private final int index;
  private final Type type;

  ColumnKernel(int index, Type type) {
    this.index = index;
    this.type = type;
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return false;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    return batch.column(index);
  }
}
