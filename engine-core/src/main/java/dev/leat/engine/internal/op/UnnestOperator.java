package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.ArrayBytes;
import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.plan.Elements;
import dev.leat.engine.plan.Type;
import dev.leat.engine.plan.Unnest;

/** Makes a row of each element of an array of each row; keeps nothing. */
public final class UnnestOperator implements Operator {
  private final Operator input;
  private final Dictionary dictionary;
  private final int array;
  private final Type element;
  private final boolean isNumbered;
  private final boolean isOuter;
  private final Batch output;

  /** Of which row of the input each row of the output is. */
  private int[] sources = new int[0];

  private long[] weights = new long[0];

  public UnnestOperator(Unnest node, Operator input, Dictionary dictionary) {
    Elements elements = node.elements();
    this.input = input;
    this.dictionary = dictionary;
    this.array = node.input().schema().find(elements.column());
    this.element = node.input().schema().field(array).type().elementType();
    this.isNumbered = elements.number() != null;
    this.isOuter = elements.isOuter();
    this.output = new Batch(node.schema().size());
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
      return;
    }
    int total = 0;
    for (int i = 0; i < in.count(); i++) {
      total = Math.addExact(total, rows(in, in.row(i)));
    }
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(total);
    }
    if (weights.length < total) {
      sources = new int[total + (total >> 1)];
      weights = new long[sources.length];
    }
    int at = 0;
    for (int i = 0; i < in.count(); i++) {
      at = takeApart(in, in.row(i), at);
    }
    for (int c = 0; c < in.columnCount(); c++) {
      Column to = output.column(c);
      for (int row = 0; row < total; row++) {
        to.copy(row, in.column(c), sources[row]);
      }
    }
    output.fill(total, weights);
  }

  private int length(Batch in, int row) {
    Column arrays = in.column(array);
    return arrays.isNull(row) ? 0 : ArrayBytes.count(dictionary.bytes(arrays.word(row)));
  }

  /** How many rows become of a row. */
  private int rows(Batch in, int row) {
    return Math.max(length(in, row), isOuter ? 1 : 0);
  }

  /** Writes the elements of a row's array from a row of the output on; gives the next row. */
  private int takeApart(Batch in, int row, int at) {
    Column elements = output.column(in.columnCount());
    int length = length(in, row);
    int end = at + rows(in, row);
    if (length > 0) {
      byte[] bytes = dictionary.bytes(in.column(array).word(row));
      ArrayBytes.decode(element, bytes, dictionary, elements, at);
    } else if (isOuter) {
      elements.setNull(at);
    }
    for (int i = at; i < end; i++) {
      sources[i] = row;
      weights[i] = in.weight(row);
      if (isNumbered && length > 0) {
        output.column(in.columnCount() + 1).set(i, i - at + 1L);
      } else if (isNumbered) {
        output.column(in.columnCount() + 1).setNull(i);
      }
    }
    return end;
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public StateImage capture() {
    return StateImage.EMPTY;
  }

  @Override
  public void restore(StateReader in) {
    // It keeps nothing from one step to the next.
  }
}
