package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Op;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/** NULLIF: the first operand, but null where it equals the second. */
final class NullIfKernel implements Kernel {
  private final Kernel operand;
  private final HeldKernel held;
  private final Kernel isEqual;
  private final Column result = new Column();

  NullIfKernel(Kernel operand, Kernel other, Dictionary dictionary) {
    this.operand = operand;
    this.held = new HeldKernel(operand.type());
    this.isEqual = CompareKernels.of(Op.EQ, held, other, dictionary);
  }

  @Override
  public Type type() {
    return operand.type();
  }

  @Override
  public boolean canFail() {
    return operand.canFail() || isEqual.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    int rows = Nulls.rows(batch, count);
    Column first = operand.evaluate(batch, selection, count, errors);
    held.hold(first);
    long[] equal = isEqual.evaluate(batch, selection, count, errors).words();
    result.reset(rows);
    System.arraycopy(first.words(), 0, result.words(), 0, rows);
    Nulls.take(first, result, rows);
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (equal[row] != 0) {
        result.setNull(row);
      }
    }
    return result;
  }
}
