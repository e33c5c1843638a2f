package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.plan.Joined;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Makes the output of a join from the pairs that it collected: those of the left batch's rows, and
 * others. Where each row of the left batch is in one row of the result at most, and there are no
 * others, its columns are shared and not copied.
 */
final class PairOutput {
  /** Pairs that are not of rows of the left batch. */
  interface Others {
    int count();

    /** Puts their columns into rows of a batch, from a row on, which has room for them. */
    void gather(Batch out, int at);

    long[] weights();

    /** Puts the numbers of the result's keys into an array. */
    void number(int[] numbers, int at);
  }

  private final JoinSide left;
  private final JoinSide right;
  private final PairColumns columns;
  private final Joined.@Nullable Side numberSide;
  private final boolean[] isRead;
  private final Column[] own;
  private final PairConsolidator consolidator;
  private final Batch gathered;
  private final Batch output;
  private long[] weights = new long[0];
  private int[] numbers = new int[0];

  /**
   * Output of a join.
   *
   * @param numberSide the side whose numbers are those of the result, or null if it has none
   * @param isRead for each column of the result, whether anything reads it
   */
  PairOutput(
      Joined join,
      Joined.@Nullable Side numberSide,
      JoinSide left,
      JoinSide right,
      boolean[] isRead,
      Dictionary dictionary) {
    this.left = left;
    this.right = right;
    this.numberSide = numberSide;
    this.isRead = isRead.clone();
    this.columns = new PairColumns(join.columns().sources(), left, right, true, isRead);
    this.gathered = new Batch(isRead.length);
    this.own = new Column[isRead.length];
    Arrays.setAll(own, gathered::column);
    this.consolidator = new PairConsolidator(join.schema(), isRead, dictionary.hashing());
    this.output = new Batch(isRead.length);
  }

  Batch batch() {
    return output;
  }

  /** Makes the output of pairs of rows of the left batch, and of others. */
  void emit(RowPairs pairs, Others others) {
    output.clear();
    int total = Math.addExact(pairs.count(), others.count());
    if (total == 0) {
      return;
    }
    if (others.count() == 0 && pairs.isOnceEach()) {
      share(pairs);
      return;
    }
    for (int c = 0; c < own.length; c++) {
      if (isRead[c]) {
        own[c].reset(total);
      }
    }
    columns.gather(pairs, gathered, 0);
    others.gather(gathered, pairs.count());
    if (weights.length < total) {
      weights = new long[total + (total >> 1)];
    }
    System.arraycopy(pairs.weights(), 0, weights, 0, pairs.count());
    System.arraycopy(others.weights(), 0, weights, pairs.count(), others.count());
    gathered.fill(total, weights);
    if (numberSide == null) {
      consolidator.consolidate(gathered, output);
    } else {
      ensureNumbers(total);
      // A side without changes has no numbers.
      if (pairs.count() > 0) {
        number(pairs);
      }
      if (others.count() > 0) {
        others.number(numbers, pairs.count());
      }
      gathered.number(numbers);
      consolidator.consolidateByNumber(gathered, output);
    }
  }

  private void ensureNumbers(int size) {
    if (numbers.length < size) {
      numbers = new int[size + (size >> 1)];
    }
  }

  private void number(RowPairs pairs) {
    if (numberSide == Joined.Side.LEFT) {
      pairs.number(left.kept().numbers(left.batch()), numbers, 0);
    } else {
      pairs.number(right.kept(), numbers, 0);
    }
  }

  /** Each row of the left batch is in one row of the result, or in none. */
  private void share(RowPairs pairs) {
    columns.share(pairs, own, output);
    Batch in = left.batch();
    int count = pairs.count();
    boolean isWhole = count == in.rows();
    output.select(in.rows(), isWhole ? null : pairs.rows(), count, sharedWeights(pairs, in));
    if (numberSide == Joined.Side.LEFT) {
      output.number(left.kept().numbers(in));
    } else if (numberSide == Joined.Side.RIGHT) {
      ensureNumbers(in.rows());
      for (int i = 0; i < count; i++) {
        numbers[pairs.rows()[i]] = right.kept().number(pairs.places()[i]);
      }
      output.number(numbers);
    }
  }

  private long @Nullable [] sharedWeights(RowPairs pairs, Batch in) {
    boolean isOne = true;
    for (int i = 0; i < pairs.count(); i++) {
      isOne &= pairs.weights()[i] == 1;
    }
    if (isOne) {
      return null;
    }
    if (weights.length < in.rows()) {
      weights = new long[in.rows() + (in.rows() >> 1)];
    }
    for (int i = 0; i < pairs.count(); i++) {
      weights[pairs.rows()[i]] = pairs.weights()[i];
    }
    return weights;
  }
}
