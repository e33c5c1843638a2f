package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.KeyTable;
import dev.leat.engine.plan.Schema;

/**
 * Adds the weights of equal rows and drops those that come to zero; rows keep the order in which
 * they first came.
 */
final class Consolidator {
  private final KeyTable rows;
  private int[] slots = new int[0];
  private int[] firstRows = new int[0];
  private int[] selection = new int[0];
  private long[] weights = new long[0];

  Consolidator(Schema schema, Hashing hashing) {
    rows = new KeyTable(KeyLayout.of(schema), 0, hashing);
  }

  /** Of rows of which only some columns are there. */
  Consolidator(Schema schema, int[] columns, Hashing hashing) {
    rows = new KeyTable(KeyLayout.of(schema, columns), 0, hashing);
  }

  /** Sets a batch to the consolidated changes of another; it shares that one's columns. */
  void consolidate(Batch in, Batch out) {
    Operators.shareColumns(in, out);
    if (in.count() == 1) {
      out.select(in.rows(), in.selection(), 1, in.weights());
      return;
    }
    if (slots.length < in.rows()) {
      slots = new int[in.rows() + (in.rows() >> 1)];
      firstRows = new int[slots.length];
      selection = new int[slots.length];
      weights = new long[slots.length];
    }
    rows.findOrAdd(in, slots);
    // Slots count up from 0 as rows come for the first time, because the table was empty.
    int distinct = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      if (slots[row] == distinct) {
        firstRows[distinct++] = row;
        weights[row] = in.weight(row);
      } else {
        weights[firstRows[slots[row]]] += in.weight(row);
      }
    }
    rows.clear();
    int size = 0;
    for (int i = 0; i < distinct; i++) {
      if (weights[firstRows[i]] != 0) {
        selection[size++] = firstRows[i];
      }
    }
    out.select(in.rows(), selection, size, weights);
  }
}
