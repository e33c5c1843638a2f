package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.time.DateTimeException;
import org.jspecify.annotations.Nullable;

/**
 * An operation of one or two operands that makes objects anyway, so that a call per row does not
 * count: on wide decimals, to and from strings. Null where an operand is null.
 */
final class ScalarKernel implements Kernel {
  /**
   * The word of the result; may throw {@link Failure}, ArithmeticException or DateTimeException.
   */
  interface Function {
    long apply(long a, long b);
  }

  private final Kernel left;
  private final @Nullable Kernel right;
  private final Type type;
  private final Function function;
  private final @Nullable String text;
  private final Column result = new Column();

  private ScalarKernel(
      Kernel left, @Nullable Kernel right, Type type, Function function, @Nullable String text) {
    this.left = left;
    this.right = right;
    this.type = type;
    this.function = function;
    this.text = text;
  }

  /**
   * An operation of one operand; the function's second argument is 0.
   *
   * @param text says in the reasons which operation failed; null if it never does
   */
  static ScalarKernel unary(Kernel operand, Type type, Function function, @Nullable String text) {
    return new ScalarKernel(operand, null, type, function, text);
  }

  /**
   * An operation of two operands.
   *
   * @param text says in the reasons which operation failed; null if it never does
   */
  static ScalarKernel binary(
      Kernel left, Kernel right, Type type, Function function, @Nullable String text) {
    return new ScalarKernel(left, right, type, function, text);
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return text != null || left.canFail() || (right != null && right.canFail());
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    Column a = left.evaluate(batch, selection, count, errors);
    Column b = right == null ? a : right.evaluate(batch, selection, count, errors);
    result.reset(Nulls.rows(batch, count));
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (a.isNull(row) || b.isNull(row)) {
        result.setNull(row);
      } else {
        compute(a.word(row), right == null ? 0 : b.word(row), row, errors);
      }
    }
    return result;
  }

  private void compute(long a, long b, int row, RowErrors errors) {
    try {
      result.set(row, function.apply(a, b));
    } catch (Failure | ArithmeticException | DateTimeException e) {
      errors.fail(row, e.getMessage() + ": " + text);
      result.setNull(row);
    }
  }
}
