package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** IS NULL and IS NOT NULL. */
final class NullTestKernel implements Kernel {
  private final Kernel operand;
  private final long flip;
  private final Column result = new Column();

  NullTestKernel(Kernel operand, boolean isNull) {
    this.operand = operand;
    this.flip = isNull ? 0 : 1;
  }

  @Override
  public Type type() {
    return Type.BOOLEAN;
  }

  @Override
  public boolean canFail() {
    return operand.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    long[] nulls = operand.evaluate(batch, selection, count, errors).nulls();
    int rows = Nulls.rows(batch, count);
    result.reset(rows);
    long[] out = result.words();
    if (nulls == null) {
      Arrays.fill(out, 0, rows, flip);
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        out[row] = Nulls.bit(nulls, row) ^ flip;
      }
    }
    return result;
  }
}
