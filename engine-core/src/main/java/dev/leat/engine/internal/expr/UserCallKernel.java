package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.batch.Words;
import dev.leat.engine.plan.Expr;
import dev.leat.engine.plan.JavaTypes;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Calls a function of the user's for each row that has not failed. Whatever it throws is the row's
 * failure, not the engine's.
 */
final class UserCallKernel implements Kernel {
  private final Expr.UserCall call;
  private final Kernel[] arguments;
  private final Column[] columns;
  private final Dictionary dictionary;
  private final String text;
  private final Column result = new Column();

  UserCallKernel(Expr.UserCall call, String text, List<Kernel> arguments, Dictionary dictionary) {
    this.call = call;
    this.arguments = arguments.toArray(new Kernel[0]);
    this.columns = new Column[this.arguments.length];
    this.dictionary = dictionary;
    this.text = text;
  }

  @Override
  public Type type() {
    return call.type();
  }

  @Override
  public boolean canFail() {
    return true;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    for (int i = 0; i < arguments.length; i++) {
      columns[i] = arguments[i].evaluate(batch, selection, count, errors);
    }
    result.reset(Nulls.rows(batch, count));
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (errors.isFailed(row)) {
        result.setNull(row);
      } else {
        call(row, errors);
      }
    }
    return result;
  }

  private void call(int row, RowErrors errors) {
    try {
      Object value = call.function().apply(box(row));
      if (value == null) {
        result.setNull(row);
      } else {
        result.set(row, word(value));
      }
    } catch (VirtualMachineError e) {
      if (!(e instanceof StackOverflowError)) {
        throw e;
      }
      fail(row, e, errors);
    } catch (Throwable e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      fail(row, e, errors);
    }
  }

  private void fail(int row, Throwable e, RowErrors errors) {
    errors.fail(row, (e instanceof Failure ? e.getMessage() : e) + ": " + text);
    result.setNull(row);
  }

  private @Nullable Object[] box(int row) {
    @Nullable Object[] boxed = new Object[arguments.length];
    for (int i = 0; i < boxed.length; i++) {
      Column column = columns[i];
      boxed[i] =
          column.isNull(row)
              ? null
              : Words.toObject(arguments[i].type(), column.word(row), dictionary.values());
    }
    return boxed;
  }

  private long word(Object value) {
    Class<?> wanted = JavaTypes.classOf(call.type());
    if (!wanted.isInstance(value)) {
      throw new Failure(
          "the function gave a " + value.getClass().getName() + ", not a " + wanted.getName());
    }
    return Words.of(call.type(), value, dictionary);
  }
}
