package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Dictionary;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.RowStore;
import dev.leat.engine.internal.state.StoredRows;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.ViewDefinition;
import java.util.List;
import java.util.Objects;

/**
 * A view that has rows of its own: applies the changes of its relation to them, and passes on what
 * really changed, consolidated. Rows of a relation with a key are found by it; others are a
 * multiset.
 */
final class StoringViewOperator implements ViewOperator {
  private final Operator input;
  private final boolean isKeyed;
  private final RowStore rows;
  private final Consolidator consolidator;
  private final Batch output;
  private final int[] key;
  private int[] selection = new int[0];
  private int[] putRows = new int[0];
  private int[] putNumbers = new int[0];

  StoringViewOperator(ViewDefinition view, Operator input, Dictionary dictionary) {
    Schema schema = view.relation().schema();
    this.input = input;
    input.addReader();
    List<String> keyNames = view.relation().key().orElse(schema.names());
    this.isKeyed = view.relation().key().isPresent();
    this.key = keyNames.stream().mapToInt(schema::find).toArray();
    this.rows = new RowStore(schema, key, dictionary.hashing());
    this.consolidator = new Consolidator(schema, dictionary.hashing());
    this.output = new Batch(schema.size());
  }

  @Override
  public StoredRows rows() {
    return rows;
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
      putRows = new int[selection.length];
      putNumbers = new int[selection.length];
    }
    int[] slots = Objects.requireNonNull(in.slots(), "a relation with a key has numbers");
    rows.read(in);
    boolean isConsolidated = in.isConsolidated();
    int count = in.count();
    int size = 0;
    int puts = 0;
    for (int i = 0; i < count; i++) {
      int row = in.row(i);
      int slot = slots[row];
      if (in.weight(row) > 0) {
        putNumbers[puts] = slot;
        putRows[puts++] = row;
        selection[size++] = row;
      } else if (i + 1 < count && slots[in.row(i + 1)] == slot) {
        int next = in.row(++i);
        if (isConsolidated || !rows.isAt(slot, next)) {
          putNumbers[puts] = slot;
          putRows[puts++] = next;
          selection[size++] = row;
          selection[size++] = next;
        }
      } else {
        rows.removeAt(slot);
        selection[size++] = row;
      }
    }
    rows.putAt(putNumbers, putRows, puts);
    output.select(in.rows(), selection, size, in.weights());
  }

  @Override
  public Batch output() {
    return output;
  }

  @Override
  public long stateBytes() {
    return rows.bytes();
  }

  @Override
  public void mark(CodeSet live) {
    rows.mark(live);
  }

  @Override
  public StateImage capture() {
    return rows.capture();
  }

  @Override
  public void restore(StateReader in) {
    rows.restore(in);
  }
}
