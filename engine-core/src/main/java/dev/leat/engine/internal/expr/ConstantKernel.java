package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The same value for every row. Its column is filled once for the largest batch so far. */
final class ConstantKernel implements Kernel {
  private static final int[] FIRST_ROW = {0};

  private final Type type;
  private final boolean isNull;
  private final long word;
  private final Column result = new Column();
  private int filled;

  ConstantKernel(Type type, boolean isNull, long word) {
    this.type = type;
    this.isNull = isNull;
    this.word = isNull ? 0 : word;
  }

  /**
   * The constant that a kernel gives when all its inputs are constants; the kernel itself when one
   * of them is not, or when it fails, for then it has to fail for each row.
   */
  static Kernel fold(Kernel kernel, Dictionary dictionary, Kernel... inputs) {
    for (Kernel input : inputs) {
      if (!(input instanceof ConstantKernel)) {
        return kernel;
      }
    }
    Batch row = new Batch(0);
    row.fill(1, null);
    RowErrors errors = new RowErrors();
    Column column = kernel.evaluate(row, FIRST_ROW, 1, errors);
    if (!errors.isEmpty()) {
      return kernel;
    }
    if (kernel.type().isEncoded() && !column.isNull(0)) {
      dictionary.pin((int) column.word(0));
    }
    return new ConstantKernel(kernel.type(), column.isNull(0), column.word(0));
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return false;
  }

  boolean isNull() {
    return isNull;
  }

  long word() {
    return word;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    int rows = Nulls.rows(batch, count);
    if (rows > filled) {
      result.reset(rows);
      filled = result.words().length;
      Arrays.fill(result.words(), word);
      if (isNull) {
        Arrays.fill(result.writableNulls(), -1L);
      }
    }
    return result;
  }
}
