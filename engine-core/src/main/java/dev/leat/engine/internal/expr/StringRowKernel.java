package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A string made of the values of several operands, row by row; null where one of them is. */
final class StringRowKernel implements Kernel {
  /** Makes the string; may throw {@link Failure}. */
  interface Function {
    String apply(long[] words, Dictionary.Values strings);
  }

  private final Kernel[] operands;
  private final Column[] columns;
  private final long[] words;
  private final Function function;
  private final Dictionary dictionary;
  private final @Nullable String text;
  private final Column result = new Column();

  /**
   * A function of several operands.
   *
   * @param text says in the reasons which operation failed; null if it never does
   */
  StringRowKernel(
      List<Kernel> operands, Function function, Dictionary dictionary, @Nullable String text) {
    this.operands = operands.toArray(new Kernel[0]);
    this.columns = new Column[this.operands.length];
    this.words = new long[this.operands.length];
    this.function = function;
    this.dictionary = dictionary;
    this.text = text;
  }

  @Override
  public Type type() {
    return Type.STRING;
  }

  @Override
  public boolean canFail() {
    if (text != null) {
      return true;
    }
    for (Kernel operand : operands) {
      if (operand.canFail()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    for (int i = 0; i < operands.length; i++) {
      columns[i] = operands[i].evaluate(batch, selection, count, errors);
    }
    result.reset(Nulls.rows(batch, count));
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      if (load(row)) {
        compute(row, errors);
      } else {
        result.setNull(row);
      }
    }
    return result;
  }

  /** Takes over the words of a row; false if one is null. */
  private boolean load(int row) {
    for (int i = 0; i < columns.length; i++) {
      if (columns[i].isNull(row)) {
        return false;
      }
      words[i] = columns[i].word(row);
    }
    return true;
  }

  private void compute(int row, RowErrors errors) {
    try {
      result.set(row, dictionary.intern(function.apply(words, dictionary.values())));
    } catch (Failure e) {
      errors.fail(row, e.getMessage() + ": " + text);
      result.setNull(row);
    }
  }
}
