package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * An operation on the words of two operands that gives null where one is null; otherwise as {@link
 * UnaryKernel}.
 */
final class BinaryKernel implements Kernel {
  /** Computes a word for each selected row; true if a row may have failed. Null rows come as 0. */
  interface Loop {
    boolean run(long[] a, long[] b, long[] out, int @Nullable [] selection, int count);
  }

  /** Says why two words fail, or null where they do not. */
  interface Check {
    @Nullable String failure(long a, long b);
  }

  private final Kernel left;
  private final Kernel right;
  private final Type type;
  private final Loop loop;
  private final @Nullable Check check;
  private final String text;
  private final Column result = new Column();

  private BinaryKernel(
      Kernel left, Kernel right, Type type, Loop loop, @Nullable Check check, String text) {
    this.left = left;
    this.right = right;
    this.type = type;
    this.loop = loop;
    this.check = check;
    this.text = text;
  }

  /** An operation that cannot fail. */
  static BinaryKernel total(Kernel left, Kernel right, Type type, Loop loop) {
    return new BinaryKernel(left, right, type, loop, null, "");
  }

  /** An operation that can fail; {@code text} says in the reasons which one it is. */
  static BinaryKernel partial(
      Kernel left, Kernel right, Type type, Loop loop, Check check, String text) {
    return new BinaryKernel(left, right, type, loop, check, text);
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return check != null || left.canFail() || right.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    Column a = left.evaluate(batch, selection, count, errors);
    Column b = right.evaluate(batch, selection, count, errors);
    int rows = Nulls.rows(batch, count);
    result.reset(rows);
    boolean suspect = loop.run(a.words(), b.words(), result.words(), selection, count);
    Nulls.take(a, result, rows);
    Nulls.take(b, result, rows);
    if (suspect && check != null) {
      findFailures(check, a, b, new Rows(selection, count), errors);
    }
    Nulls.zero(result, rows);
    return result;
  }

  private record Rows(int @Nullable [] selection, int count) {}

  private void findFailures(Check reasons, Column a, Column b, Rows rows, RowErrors errors) {
    for (int i = 0; i < rows.count; i++) {
      int row = rows.selection == null ? i : rows.selection[i];
      boolean isNull = a.isNull(row) || b.isNull(row);
      String failure = isNull ? null : reasons.failure(a.word(row), b.word(row));
      if (failure != null) {
        errors.fail(row, failure + ": " + text);
        result.setNull(row);
      }
    }
  }
}
