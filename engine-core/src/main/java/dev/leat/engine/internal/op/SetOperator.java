package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.internal.state.TouchedRows;
import dev.leat.engine.plan.SetOperation;
import java.util.stream.IntStream;

/**
 * Intersections and differences: of each distinct row of either input it keeps how often it is in
 * both together and in the second, from which follows how often it is in the result. A row of the
 * epoch whose number there changed is emitted once, with the difference as its weight.
 */
public final class SetOperator implements Operator {
  private final SetOperation.Kind kind;
  private final Operator first;
  private final Operator second;
  private final GroupKeys keys;
  private final TouchedRows touched;

  /** The words of a row that count it, in both inputs and in the second. */
  private final int bothWord;

  private final int secondWord;

  private final Batch output;
  private int[] slots = new int[0];
  private int[] at = new int[0];
  private int[] emitted = new int[0];
  private long[] weights = new long[0];

  public SetOperator(SetOperation node, Operator first, Operator second, Dictionary dictionary) {
    this.kind = node.kind();
    this.first = first;
    this.second = second;
    int[] columns = IntStream.range(0, node.schema().size()).toArray();
    this.bothWord = GroupKeys.layout(node.schema(), columns).stride();
    this.secondWord = bothWord + 1;
    this.keys = GroupKeys.of(node.schema(), columns, 2, dictionary.hashing());
    this.touched = new TouchedRows(keys.rows(), bothWord, new long[bothWord + 2]);
    this.output = new Batch(node.schema().size());
  }

  @Override
  public void step() {
    if (first.output().isEmpty() && second.output().isEmpty()) {
      output.clear();
      return;
    }
    touched.start();
    count(first.output(), false);
    count(second.output(), true);
    touched.storeWithImage();
    emit();
    for (int i = 0; i < touched.endedCount(); i++) {
      keys.remove(touched.ended(i));
    }
  }

  private void count(Batch in, boolean isSecond) {
    if (in.isEmpty()) {
      return;
    }
    if (slots.length < in.rows()) {
      slots = new int[in.rows() + (in.rows() >> 1)];
      at = new int[slots.length];
    }
    keys.findOrAdd(in, slots);
    touched.touch(in, slots, at);
    long[] words = touched.words();
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      words[at[row] + bothWord] += in.weight(row);
      words[at[row] + secondWord] += isSecond ? in.weight(row) : 0;
    }
  }

  private long copies(long[] words, int row) {
    long inSecond = words[row + secondWord];
    return kind.copies(words[row + bothWord] - inSecond, inSecond);
  }

  private void emit() {
    int count = touched.imageRows();
    long[] image = touched.image();
    int stride = touched.stride();
    for (int c = 0; c < output.columnCount(); c++) {
      output.column(c).reset(count);
    }
    keys.layout().scatter(image, stride, 0, count, output);
    if (weights.length < count) {
      weights = new long[count + (count >> 1)];
      emitted = new int[weights.length];
    }
    int size = 0;
    for (int row = 0; row < count; row++) {
      int from = row;
      long change = touched.imageWeights()[row] * copies(image, row * stride);
      boolean hasNext =
          row + 1 < count && touched.imageSlots()[row + 1] == touched.imageSlots()[row];
      if (hasNext) {
        row++;
        change += copies(image, row * stride);
      }
      if (change != 0) {
        weights[from] = change;
        emitted[size++] = from;
      }
    }
    output.select(count, emitted, size, weights);
    output.number(kind.isDistinct() ? touched.imageSlots() : null);
    output.consolidated();
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return keys.bytes() + touched.stateBytes();
  }

  @Override
  public void mark(CodeSet live) {
    keys.mark(live);
  }

  @Override
  public StateImage capture() {
    return keys.capture();
  }

  @Override
  public void restore(StateReader in) {
    keys.restore(in);
  }
}
