package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * Gives out a column that was computed before, so that several kernels can read an operand that is
 * evaluated once.
 */
final class HeldKernel implements Kernel {
  private final Type type;
  private Column column = new Column();

  HeldKernel(Type type) {
    this.type = type;
  }

  void hold(Column computed) {
    column = computed;
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
    return column;
  }
}
