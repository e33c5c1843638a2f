package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A part of an expression that several other parts read. A row is evaluated when the first of them
 * asks for it; for the others it is there. Without this, an expression that is shared over and over
 * would take time in proportion to all ways through it.
 *
 * <p>The result is a column of its own, to which rows are only added until {@link #forget}: who got
 * it may read its rows for as long as the whole expression is evaluated, whatever is asked for by
 * others. A row that failed is null here; the errors are those of the whole expression, and keep
 * it.
 */
final class SharedKernel implements Kernel {
  private final Kernel kernel;
  private final boolean canFail;
  private final Column result = new Column();
  private long[] done = new long[0];
  private int[] missing = new int[0];
  private boolean isFresh = true;
  private boolean isComplete;

  SharedKernel(Kernel kernel) {
    this.kernel = kernel;
    // Asked of each part once, and not along each way to it.
    this.canFail = kernel.canFail();
  }

  /** Forgets all rows, before another batch. */
  void forget() {
    isFresh = true;
  }

  @Override
  public Type type() {
    return kernel.type();
  }

  @Override
  public boolean canFail() {
    return canFail;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    if (isFresh) {
      isFresh = false;
      int rows = Nulls.rows(batch, count);
      result.reset(rows);
      // Most often the whole batch is asked for at once, and nothing else after that.
      isComplete = selection == null && count == rows;
      if (isComplete) {
        Column column = kernel.evaluate(batch, null, count, errors);
        System.arraycopy(column.words(), 0, result.words(), 0, rows);
        Nulls.take(column, result, rows);
      } else {
        clear(rows);
      }
    }
    if (!isComplete) {
      int missingCount = takeMissing(selection, count);
      if (missingCount > 0) {
        Column column = kernel.evaluate(batch, missing, missingCount, errors);
        CaseKernel.copy(column, missing, missingCount, result);
      }
    }
    return result;
  }

  private void clear(int rows) {
    int words = Bits.wordsFor(rows);
    if (done.length < words) {
      done = new long[words];
    } else {
      Arrays.fill(done, 0, words, 0);
    }
  }

  /** The rows that were not evaluated before; from now on they are. */
  private int takeMissing(int @Nullable [] selection, int count) {
    missing = Selections.room(missing, count);
    int missingCount = 0;
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (!Bits.get(done, row)) {
        Bits.set(done, row);
        missing[missingCount] = row;
        missingCount++;
      }
    }
    return missingCount;
  }
}
