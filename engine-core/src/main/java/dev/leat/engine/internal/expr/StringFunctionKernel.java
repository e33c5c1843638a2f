package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Type;
import java.time.DateTimeException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A function of one string, computed once for each code. The results are dropped when codes were
 * freed: the strings they belong to, or results that are codes themselves, may be among them. What
 * fails is not kept; it fails anew for each row.
 */
final class StringFunctionKernel implements Kernel {
  /**
   * The word of the result; may throw {@link Failure}, ArithmeticException or DateTimeException.
   */
  interface Function {
    long apply(String string);
  }

  private final Kernel operand;
  private final Type type;
  private final Function function;
  private final Dictionary dictionary;
  private final @Nullable String text;
  private final Column result = new Column();
  private long[] known = new long[1];
  private long[] results = new long[64];
  private int generation;

  /**
   * A function of strings.
   *
   * @param text says in the reasons which operation failed; null if it never does
   */
  StringFunctionKernel(
      Kernel operand, Type type, Function function, Dictionary dictionary, @Nullable String text) {
    this.operand = operand;
    this.type = type;
    this.function = function;
    this.dictionary = dictionary;
    this.text = text;
    this.generation = dictionary.generation();
  }

  @Override
  public Type type() {
    return type;
  }

  @Override
  public boolean canFail() {
    return text != null || operand.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    Column in = operand.evaluate(batch, selection, count, errors);
    int rows = Nulls.rows(batch, count);
    result.reset(rows);
    prepare();
    long[] codes = in.words();
    long[] out = result.words();
    for (int i = 0; i < count; i++) {
      int row = selection == null ? i : selection[i];
      int code = (int) codes[row];
      if ((known[code >>> 6] >>> code & 1) == 0) {
        learn(in, row, errors);
      }
      out[row] = results[code];
    }
    Nulls.take(in, result, rows);
    Nulls.zero(result, rows);
    return result;
  }

  /** Makes room for every code there is, and forgets what may have changed its meaning. */
  private void prepare() {
    if (generation != dictionary.generation()) {
      generation = dictionary.generation();
      known = new long[1];
      results = new long[64];
    }
    int bound = dictionary.bound();
    if (results.length < bound) {
      int blocks = Bits.wordsFor(Math.max(bound, results.length + (results.length >> 1)));
      known = Arrays.copyOf(known, blocks);
      results = Arrays.copyOf(results, blocks << 6);
    }
  }

  private void learn(Column in, int row, RowErrors errors) {
    // The code of a null may stand for nothing, or later for another string.
    if (in.isNull(row)) {
      return;
    }
    int code = (int) in.word(row);
    try {
      results[code] = function.apply(dictionary.string(code));
      Bits.set(known, code);
    } catch (Failure | ArithmeticException | DateTimeException e) {
      errors.fail(row, e.getMessage() + ": " + text);
      result.setNull(row);
    }
  }
}
