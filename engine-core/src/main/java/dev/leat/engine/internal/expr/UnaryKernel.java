package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import org.jspecify.annotations.Nullable;

/**
 * An operation on the words of one operand that gives null for null. A loop goes over all rows and
 * says whether any may have failed; only then a second, slow pass finds out which.
 */
final class UnaryKernel implements Kernel {
  /** Computes a word for each selected row; true if a row may have failed. Null rows come as 0. */
  interface Loop {
    boolean run(long[] in, long[] out, int @Nullable [] selection, int count);
  }

  /** Says why a word fails, or null where it does not. */
  interface Check {
    @Nullable String failure(long word);
  }

  private final Kernel operand;
  private final Type type;
  private final Loop loop;
  private final @Nullable Check check;
  private final String text;
  private final Column result = new Column();

  private UnaryKernel(Kernel operand, Type type, Loop loop, @Nullable Check check, String text) {
    this.operand = operand;
    this.type = type;
    this.loop = loop;
    this.check = check;
    this.text = text;
  }

  /** An operation that cannot fail. */
  static UnaryKernel total(Kernel operand, Type type, Loop loop) {
    return new UnaryKernel(operand, type, loop, null, "");
  }

  /** An operation that can fail; {@code text} says in the reasons which one it is. */
  static UnaryKernel partial(Kernel operand, Type type, Loop loop, Check check, String text) {
    return new UnaryKernel(operand, type, loop, check, text);
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return check != null || operand.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    Column in = operand.evaluate(batch, selection, count, errors);
    int rows = Nulls.rows(batch, count);
    result.reset(rows);
    boolean suspect = loop.run(in.words(), result.words(), selection, count);
    Nulls.take(in, result, rows);
    if (suspect && check != null) {
      findFailures(check, in, selection, count, errors);
    }
    Nulls.zero(result, rows);
    return result;
  }

  private void findFailures(
      Check reasons, Column in, int @Nullable [] selection, int count, RowErrors errors) {
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      String failure = in.isNull(row) ? null : reasons.failure(in.word(row));
      if (failure != null) {
        errors.fail(row, failure + ": " + text);
        result.setNull(row);
      }
    }
  }
}
