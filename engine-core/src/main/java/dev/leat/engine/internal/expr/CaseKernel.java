package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * CASE: the rows for which a condition is true take its result, the others go on to the next
 * condition. Conditions and results are evaluated only for the rows that reach them. Where nothing
 * can fail and all results are columns or constants, every condition is evaluated for all rows, and
 * the results are blended without branches.
 */
final class CaseKernel implements Kernel {
  private final Kernel[] conditions;

  /** One for each condition, and one for the other rows. */
  private final Kernel[] results;

  private final Type type;
  private final boolean canFail;
  private final boolean blends;
  private final Column result = new Column();
  private int[] hits = new int[0];
  private int[] rest = new int[0];

  /** A choice; {@code results} has one more, for the rows for which no condition is true. */
  CaseKernel(List<Kernel> conditions, List<Kernel> results, Type type) {
    this.conditions = conditions.toArray(new Kernel[0]);
    this.results = results.toArray(new Kernel[0]);
    this.type = type;
    this.canFail =
        conditions.stream().anyMatch(Kernel::canFail) || results.stream().anyMatch(Kernel::canFail);
    this.blends = !canFail && results.stream().allMatch(CaseKernel::isThere);
  }

  /** Does it cost nothing to evaluate? */
  private static boolean isThere(Kernel kernel) {
    return kernel instanceof ConstantKernel
        || kernel instanceof ColumnKernel
        || (kernel instanceof RetypedKernel retyped && isThere(retyped.operand()));
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
    result.reset(Nulls.rows(batch, count));
    if (blends) {
      blendAll(batch, selection, count, errors);
      return result;
    }
    hits = Selections.room(hits, count);
    rest = Selections.room(rest, count);
    int[] open = selection;
    int openCount = count;
    for (int i = 0; i < conditions.length && openCount > 0; i++) {
      Column condition = conditions[i].evaluate(batch, open, openCount, errors);
      int hitCount = Selections.whereTrue(condition, open, openCount, errors, hits);
      openCount = Selections.whereNotTrue(condition, open, openCount, errors, rest);
      open = rest;
      take(results[i], batch, hits, hitCount, errors);
    }
    take(results[conditions.length], batch, open, openCount, errors);
    if (!errors.isEmpty()) {
      nullFailed(selection, count, errors);
    }
    return result;
  }

  /** A row whose condition failed took no result: it would have the word of an earlier batch. */
  private void nullFailed(int @Nullable [] selection, int count, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (errors.isFailed(row)) {
        result.setNull(row);
      }
    }
  }

  private void take(
      Kernel kernel, Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    if (count > 0) {
      copy(kernel.evaluate(batch, selection, count, errors), selection, count, result);
    }
  }

  /** Copies the selected rows of a column. */
  static void copy(Column from, int @Nullable [] selection, int count, Column to) {
    long[] in = from.words();
    long[] out = to.words();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      out[row] = in[row];
    }
    if (from.nulls() != null || to.nulls() != null) {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        to.copy(row, from, row);
      }
    }
  }

  private void blendAll(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    take(results[conditions.length], batch, selection, count, errors);
    // Backwards, so that the first condition that is true has the last word.
    for (int i = conditions.length - 1; i >= 0; i--) {
      Column condition = conditions[i].evaluate(batch, selection, count, errors);
      Column chosen = results[i].evaluate(batch, selection, count, errors);
      blend(condition.words(), chosen, selection, count);
    }
  }

  private void blend(long[] condition, Column chosen, int @Nullable [] selection, int count) {
    long[] in = chosen.words();
    long[] out = result.words();
    if (chosen.nulls() != null || result.nulls() != null) {
      for (int i = 0; i < count; i++) {
        int row = selection == null ? i : selection[i];
        if (condition[row] != 0) {
          result.copy(row, chosen, row);
        }
      }
    } else if (selection == null) {
      for (int i = 0; i < count; i++) {
        out[i] ^= (out[i] ^ in[i]) & -condition[i];
      }
    } else {
      for (int i = 0; i < count; i++) {
        int row = selection[i];
        out[row] ^= (out[row] ^ in[row]) & -condition[row];
      }
    }
  }
}
