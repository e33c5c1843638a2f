package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * AND and OR of any number of operands, from left to right, three-valued. An operand that cannot
 * fail is evaluated for all rows and combined word by word; one that can, only for the rows that
 * are still open: for AND those that are true or null so far, for OR those that are false or null.
 *
 * <p>The word of a null is 0, so the words of the result are simply the operands' words combined. A
 * result is null where one operand is null and the other leaves it open, or is null too.
 */
final class LogicKernel implements Kernel {
  private final boolean isAnd;
  private final Kernel[] operands;
  private final boolean canFail;
  private final Column result = new Column();
  private int[] open = new int[0];

  LogicKernel(boolean isAnd, List<Kernel> operands) {
    this.isAnd = isAnd;
    this.operands = operands.toArray(new Kernel[0]);
    this.canFail = operands.stream().anyMatch(Kernel::canFail);
  }

  @Override
  public Type type() {
    return Type.BOOLEAN;
  }

  @Override
  public boolean canFail() {
    return canFail;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    int rows = Nulls.rows(batch, count);
    Column soFar = operands[0].evaluate(batch, selection, count, errors);
    result.reset(rows);
    for (int i = 1; i < operands.length; i++) {
      if (operands[i].canFail()) {
        if (soFar != result) {
          System.arraycopy(soFar.words(), 0, result.words(), 0, rows);
          Nulls.take(soFar, result, rows);
        }
        evaluateWhereOpen(operands[i], batch, selection, count, errors);
      } else {
        Column next = operands[i].evaluate(batch, selection, count, errors);
        combine(soFar, next, selection, count, rows);
      }
      soFar = result;
    }
    return soFar;
  }

  private void evaluateWhereOpen(
      Kernel operand, Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    open = Selections.room(open, count);
    int openCount =
        isAnd
            ? Selections.whereNotFalse(result, selection, count, errors, open)
            : Selections.whereNotTrue(result, selection, count, errors, open);
    if (openCount > 0) {
      combineOpen(operand.evaluate(batch, open, openCount, errors), openCount);
    }
  }

  /** Combines only the open rows: what the operand's column holds elsewhere has no meaning. */
  private void combineOpen(Column next, int openCount) {
    long[] words = result.words();
    long[] nextWords = next.words();
    boolean hasNulls = result.nulls() != null || next.nulls() != null;
    for (int i = 0; i < openCount; i++) {
      int row = open[i];
      // An open row is null or has the neutral value: the next operand decides, unless it is
      // neutral itself.
      boolean wasNull = hasNulls && result.isNull(row);
      boolean isNull = hasNulls && next.isNull(row);
      boolean nextIsNeutral = nextWords[row] == (isAnd ? 1 : 0);
      if (isNull || (wasNull && nextIsNeutral)) {
        result.setNull(row);
      } else {
        words[row] = nextWords[row];
        if (wasNull) {
          result.set(row, nextWords[row]);
        }
      }
    }
  }

  private void combine(Column a, Column b, int @Nullable [] selection, int count, int rows) {
    if (a.nulls() != null || b.nulls() != null) {
      combineNulls(a, b, rows);
    }
    if (isAnd) {
      and(a.words(), b.words(), result.words(), selection, count);
    } else {
      or(a.words(), b.words(), result.words(), selection, count);
    }
  }

  private void combineNulls(Column a, Column b, int rows) {
    long[] nullsA = a.nulls();
    long[] nullsB = b.nulls();
    long[] out = result.writableNulls();
    for (int block = 0, blocks = Bits.wordsFor(rows); block < blocks; block++) {
      long inA = nullsA == null ? 0 : Nulls.block(nullsA, block, rows);
      long inB = nullsB == null ? 0 : Nulls.block(nullsB, block, rows);
      long nulls = inA & inB;
      for (long bits = inA ^ inB; bits != 0; bits &= bits - 1) {
        long bit = bits & -bits;
        int row = (block << 6) + Long.numberOfTrailingZeros(bits);
        long other = (inA & bit) == 0 ? a.word(row) : b.word(row);
        if (other == (isAnd ? 1 : 0)) {
          nulls |= bit;
        }
      }
      out[block] = nulls;
    }
  }

  private static void and(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = a[i] & b[i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = a[row] & b[row];
      }
    }
  }

  private static void or(long[] a, long[] b, long[] out, int @Nullable [] selection, int count) {
    if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] = a[i] | b[i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] = a[row] | b[row];
      }
    }
  }
}
