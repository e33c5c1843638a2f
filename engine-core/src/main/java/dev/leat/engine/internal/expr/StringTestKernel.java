package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Bits;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one string: LIKE, or the order against a literal. Tested once for each code: two
 * bitmaps over codes say which are known and which passed. They are dropped when codes were freed,
 * for a freed code may come to mean another string.
 */
final class StringTestKernel implements Kernel {
  /** The condition. */
  interface Test {
    boolean passes(String string);
  }

  private final Kernel operand;
  private final Test test;
  private final Dictionary dictionary;
  private final Column result = new Column();
  private long[] known = new long[1];
  private long[] passed = new long[1];
  private int generation;

  StringTestKernel(Kernel operand, Test test, Dictionary dictionary) {
    this.operand = operand;
    this.test = test;
    this.dictionary = dictionary;
    this.generation = dictionary.generation();
  }

  @Override
  public Type type() {
    return Type.BOOLEAN;
  }

  @Override
  public boolean canFail() {
    return operand.canFail();
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
      int block = code >>> 6;
      if ((known[block] >>> code & 1) == 0) {
        learn(code);
      }
      out[row] = passed[block] >>> code & 1;
    }
    Nulls.take(in, result, rows);
    Nulls.zero(result, rows);
    return result;
  }

  /**
   * Makes the bitmaps large enough for every code there is, and forgets what may have changed its
   * meaning.
   */
  private void prepare() {
    if (generation != dictionary.generation()) {
      generation = dictionary.generation();
      known = new long[1];
      passed = new long[1];
    }
    int blocks = Bits.wordsFor(dictionary.bound());
    if (known.length < blocks) {
      int length = Math.max(blocks, known.length + (known.length >> 1));
      known = Arrays.copyOf(known, length);
      passed = Arrays.copyOf(passed, length);
    }
  }

  /**
   * Tests a code. A null row comes as code 0, which may stand for nothing, or later for another
   * string: that is not kept.
   */
  private void learn(int code) {
    if (code < dictionary.bound() && dictionary.values().value(code) instanceof String string) {
      if (test.passes(string)) {
        Bits.set(passed, code);
      }
      Bits.set(known, code);
    }
  }
}
