package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.state.RowStore;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.util.List;

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
  private final long[] nextWords;
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
    this.nextWords = new long[words.length];
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

  /** A key has at most one old and one new row in a batch, next to each other. */
  private void applyByKey(Batch in) {
    Operators.shareColumns(in, output);
    if (selection.length < in.count()) {
      selection = new int[in.count() + (in.count() >> 1)];
    }
    int size = 0;
    for (int i = 0; i < in.count(); i++) {
      int row = in.row(i);
      rows.rowLayout().gather(in, row, words);
      if (in.weight(row) > 0) {
        rows.put(words, 1);
        selection[size++] = row;
        continue;
      }
      if (i + 1 < in.count() && in.weight(in.row(i + 1)) > 0) {
        rows.rowLayout().gather(in, in.row(i + 1), nextWords);
        if (rows.isSameKey(words, nextWords)) {
          int next = in.row(++i);
          if (!java.util.Arrays.equals(words, nextWords)) {
            rows.put(nextWords, 1);
            selection[size++] = row;
            selection[size++] = next;
          }
          continue;
        }
      }
      int found = rows.find(words);
      assert found >= 0 : "a row is taken back that is not in the view";
      rows.remove(found);
      selection[size++] = row;
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
