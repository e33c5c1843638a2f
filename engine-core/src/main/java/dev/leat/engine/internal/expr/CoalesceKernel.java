package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** COALESCE: each operand is evaluated for the rows that are still null. */
final class CoalesceKernel implements Kernel {
  private final Kernel[] operands;
  private final Type type;
  private final boolean canFail;
  private final Column result = new Column();
  private int[] open = new int[0];

  /** The first operand that is not null; all are of one type. */
  CoalesceKernel(List<Kernel> operands, Type type) {
    this.operands = operands.toArray(new Kernel[0]);
    this.type = type;
    this.canFail = operands.stream().anyMatch(Kernel::canFail);
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return canFail;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    int rows = Nulls.rows(batch, count);
    Column first = operands[0].evaluate(batch, selection, count, errors);
    result.reset(rows);
    System.arraycopy(first.words(), 0, result.words(), 0, rows);
    Nulls.take(first, result, rows);
    if (result.nulls() == null) {
      return result;
    }
    open = Selections.room(open, count);
    int openCount = Selections.whereNull(result, selection, count, errors, open);
    for (int i = 1; i < operands.length && openCount > 0; i++) {
      Column next = operands[i].evaluate(batch, open, openCount, errors);
      CaseKernel.copy(next, open, openCount, result);
      openCount = Selections.whereNull(next, open, openCount, errors, open);
    }
    return result;
  }
}
