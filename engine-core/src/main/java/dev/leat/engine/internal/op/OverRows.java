package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.OrderedRows;
import dev.leat.engine.internal.state.RowOrder;
import dev.leat.engine.plan.Over;

/**
 * The rows of an operator over an order, each with its results; equal rows are rows of their own.
 * The words of a row are those of the output, then which of equal rows it is, its weight (1, or 0
 * for a row that the step takes away), whether it is told, and its partition and key.
 */
final class OverRows {
  private final KeyLayout layout;
  private final int inputColumns;
  private final int copyWord;
  private final int toldWord;
  private final RowOrder order;
  private final OrderedRows ordered;
  private final long[] probe;

  OverRows(Over node, Dictionary dictionary) {
    this.layout = KeyLayout.of(node.schema());
    this.inputColumns = node.input().schema().size();
    this.copyWord = layout.stride();
    int weightWord = copyWord + 1;
    this.toldWord = weightWord + 1;
    int ownerWord = toldWord + 1;
    this.order = new RowOrder(node.input().schema(), layout, node.order(), dictionary, copyWord);
    this.ordered =
        new OrderedRows(ownerWord + 1, weightWord, ownerWord, order, dictionary.hashing());
    this.probe = new long[ownerWord + 1];
  }

  KeyLayout layout() {
    return layout;
  }

  /** The columns of the input; those of the results come behind. */
  int inputColumns() {
    return inputColumns;
  }

  RowOrder order() {
    return order;
  }

  OrderedRows ordered() {
    return ordered;
  }

  GroupRows words() {
    return ordered.rows();
  }

  /** Sets the row of a batch that is added or taken away next. */
  void read(Batch in, int row) {
    java.util.Arrays.fill(probe, 0);
    for (int c = 0; c < inputColumns; c++) {
      Column column = in.column(c);
      if (column.isNull(row)) {
        layout.setNull(probe, 0, c);
      } else {
        probe[c] = column.word(row);
      }
    }
  }

  /** How many rows of a partition are equal to the one that was read. */
  long copies(int partition) {
    probe[copyWord] = Long.MAX_VALUE;
    ordered.find(partition, probe);
    int before = ordered.beforePlace();
    if (before < 0) {
      return 0;
    }
    long[] page = words().page(before);
    int from = words().offset(before);
    return order.compareRows(page, from, probe, 0) == 0 ? page[from + copyWord] + 1 : 0;
  }

  /** Adds the row that was read. */
  int add(int partition, long copy, int number) {
    probe[copyWord] = copy;
    int found = ordered.find(partition, probe);
    assert found < 0 : "the row is there: copy=" + copy;
    int slot = ordered.add(partition, probe, number);
    ordered.addWeight(slot, 1);
    return slot;
  }

  /** Takes the weight from the row that was read; it keeps its place. */
  int takeAway(int partition, long copy) {
    probe[copyWord] = copy;
    int slot = ordered.find(partition, probe);
    assert slot >= 0 : "the row is not there: copy=" + copy;
    ordered.addWeight(slot, -1);
    return slot;
  }

  /** Does a row count, that is, was it not taken away? */
  boolean isLive(int slot) {
    return ordered.weight(slot) > 0;
  }

  /** The row behind one that counts, or none. */
  int next(int slot) {
    int next = ordered.next(slot);
    while (next >= 0 && !isLive(next)) {
      next = ordered.next(next);
    }
    return next;
  }

  long word(int slot, int column) {
    return words().page(slot)[words().offset(slot) + column];
  }

  boolean isNull(int slot, int column) {
    return layout.isNull(words().page(slot), words().offset(slot), column);
  }

  boolean isTold(int slot) {
    return word(slot, toldWord) != 0;
  }

  void setTold(int slot, boolean isTold) {
    words().writable(slot)[words().offset(slot) + toldWord] = isTold ? 1 : 0;
  }

  /** Sets a result, from the first row of a column. */
  void setResult(int slot, int result, Column from) {
    long[] page = words().writable(slot);
    int at = words().offset(slot);
    int column = inputColumns + result;
    if (from.isNull(0)) {
      layout.setNull(page, at, column);
    } else {
      layout.setNotNull(page, at, column);
      page[at + column] = from.word(0);
    }
  }

  /** Is a result what the first row of a column says? */
  boolean isResult(int slot, int result, Column of) {
    int column = inputColumns + result;
    return isNull(slot, column) == of.isNull(0) && word(slot, column) == of.word(0);
  }

  /** Compares two rows by the columns of the order alone. */
  int compareKeys(int a, int b) {
    return order.compareKeys(
        words().page(a), words().offset(a), words().page(b), words().offset(b));
  }
}
