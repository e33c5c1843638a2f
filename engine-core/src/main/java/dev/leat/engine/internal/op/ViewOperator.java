package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.RowStore;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.util.List;
import java.util.Objects;

/**
 * A materialized view: applies the changes of its relation to a store of rows for readers, and
 * passes on what really changed, consolidated. Rows of a relation with a key are found by it;
 * others are a multiset.
 */
public final class ViewOperator implements Operator {
  private final Operator input;
  private final boolean isKeyed;
  private final RowStore rows;
  private final Consolidator consolidator;
  private final Batch output;
  private final int[] key;
  private final long[] words;
  private int[] selection = new int[0];

  public ViewOperator(ViewDefinition view, Operator input, Dictionary dictionary) {
    Schema schema = view.relation().schema();
    this.input = input;
    List<String> keyNames = view.relation().key().orElse(schema.names());
    this.isKeyed = view.relation().key().isPresent();
    this.key = keyNames.stream().mapToInt(schema::find).toArray();
    this.rows = new RowStore(schema, key, dictionary.hashing());
    this.consolidator = new Consolidator(schema, dictionary.hashing());
    this.output = new Batch(schema.size());
    this.words = new long[rows.rowLayout().stride() + 1];
  }

  /** The rows of the view. */
  public RowStore rows() {
    return rows;
  }

  /** Does the view have a key, so that a row can be looked up? */
  public boolean isKeyed() {
    return isKeyed;
  }

  @Override
  public void step() {
    Batch in = input.output();
    if (in.isEmpty()) {
      output.clear();
    } else if (isKeyed) {
      applyByKey(in);
    } else {
      consolidator.consolidate(in, output);
      for (int i = 0; i < output.count(); i++) {
        int row = output.row(i);
        rows.addWeight(output, row, output.weight(row));
      }
    }
  }

  /**
   * A key has at most one old and one new row in a batch, next to each other. All relations with a
   * key know its number, so no key is looked up; the old row need not be read either, because it is
   * the one that is stored.
   */
  private void applyByKey(Batch in) {
    Operators.shareColumns(in, output);
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    int[] slots = Objects.requireNonNull(in.slots(), "a relation with a key has numbers");
    boolean hasNulls = rows.rowLayout().hasNulls(in);
    int size = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      int slot = slots[row];
      if (in.weight(row) > 0) {
        rows.rowLayout().gather(in, row, hasNulls, words);
        rows.putAt(slot, words, true);
        selection[size++] = row;
      } else if (i + 1 < in.count() && slots[in.row(i + 1)] == slot) {
        int next = in.row(++i);
        rows.rowLayout().gather(in, next, hasNulls, words);
        if (rows.putAt(slot, words, in.isConsolidated())) {
          selection[size++] = row;
          selection[size++] = next;
        }
      } else {
        rows.removeAt(slot);
        selection[size++] = row;
      }
    }
    output.select(in.rows(), selection, size, in.weights());
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }
}
