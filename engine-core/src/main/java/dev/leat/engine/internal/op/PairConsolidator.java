package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.plan.Schema;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Adds up what a join collected: a row that is taken back and comes again unchanged, because only a
 * column changed that nobody reads, or because both sides changed, does not go on.
 */
final class PairConsolidator {
  private static final int NONE = -1;

  private final int[] read;
  private final Consolidator byValue;

  /** By number: the first of its rows plus one; and by row: the next one of the same number. */
  private int[] firstOf = new int[0];

  private int[] next = new int[0];
  private int[] firsts = new int[0];
  private int[] order = new int[0];
  private int[] outNumbers = new int[0];
  private long[] outWeights = new long[0];
  private final Column[] own;

  PairConsolidator(Schema schema, boolean[] isRead, Hashing hashing) {
    this.read = IntStream.range(0, isRead.length).filter(c -> isRead[c]).toArray();
    this.byValue = new Consolidator(schema, read, hashing);
    this.own = new Column[isRead.length];
    Arrays.setAll(own, c -> new Column());
  }

  /** Of rows without numbers. */
  void consolidate(Batch in, Batch out) {
    boolean isOne = true;
    boolean anyNegative = false;
    for (int row = 0; row < in.rows(); row++) {
      isOne &= in.weight(row) == 1;
      anyNegative |= in.weight(row) < 0;
    }
    if (anyNegative) {
      byValue.consolidate(in, out);
    } else {
      Operators.shareColumns(in, out);
      out.fill(in.rows(), isOne ? null : in.weights());
    }
  }

  /**
   * Of rows with numbers: of each number there is one old row at most and one new, and the old
   * comes right before the new. Numbers come in the order in which they first came.
   */
  void consolidateByNumber(Batch in, Batch out) {
    int[] numbers = Objects.requireNonNull(in.slots(), "rows have numbers");
    long[] weights = Objects.requireNonNull(in.weights(), "rows have weights");
    int rows = in.rows();
    ensure(rows);
    int size = 0;
    for (int row = 0; row < rows; row++) {
      int number = numbers[row];
      if (number >= firstOf.length) {
        firstOf = Arrays.copyOf(firstOf, number + 16 + (number >> 1));
      }
      next[row] = NONE;
      int first = firstOf[number] - 1;
      if (first == NONE) {
        firstOf[number] = row + 1;
        firsts[size++] = row;
      } else {
        cancelOrAppend(in, weights, first, row);
      }
    }
    int count = 0;
    for (int i = 0; i < size; i++) {
      firstOf[numbers[firsts[i]]] = 0;
    }
    for (int i = 0; i < size; i++) {
      count = add(in, firsts[i], -1, count);
      count = add(in, firsts[i], 1, count);
    }
    copy(in, out, numbers, count);
  }

  private void ensure(int rows) {
    if (next.length < rows) {
      int size = rows + (rows >> 1);
      next = new int[size];
      firsts = new int[size];
      order = new int[size];
      outNumbers = new int[size];
      outWeights = new long[size];
    }
  }

  /** Weights of rows that were cancelled are zero from then on. */
  private void cancelOrAppend(Batch in, long[] weights, int first, int row) {
    int last = first;
    for (int other = first; other != NONE; other = next[other]) {
      if (weights[other] + weights[row] == 0 && weights[row] != 0 && isEqual(in, row, other)) {
        weights[other] = 0;
        weights[row] = 0;
      }
      last = other;
    }
    next[last] = row;
  }

  private boolean isEqual(Batch in, int row, int other) {
    for (int c : read) {
      Column column = in.column(c);
      if (column.word(row) != column.word(other) || column.isNull(row) != column.isNull(other)) {
        return false;
      }
    }
    return true;
  }

  private int add(Batch in, int first, int sign, int count) {
    int at = count;
    for (int row = first; row != NONE; row = next[row]) {
      if (in.weight(row) == sign) {
        order[at++] = row;
      }
    }
    assert at <= count + 1 : "a key has several old or new rows";
    return at;
  }

  private void copy(Batch in, Batch out, int[] numbers, int count) {
    for (int c = 0; c < own.length; c++) {
      out.share(c, own[c]);
    }
    for (int c : read) {
      own[c].reset(count);
      for (int i = 0; i < count; i++) {
        own[c].copy(i, in.column(c), order[i]);
      }
    }
    for (int i = 0; i < count; i++) {
      outNumbers[i] = numbers[order[i]];
      outWeights[i] = in.weight(order[i]);
    }
    out.fill(count, outWeights);
    out.number(outNumbers);
    out.consolidated();
  }
}
