package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.checkpoint.Checkpointed;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.KeyLayout;
import dev.leat.engine.internal.state.OrderedRows;

/**
 * What an operator over an order keeps: partitions, and the rows of each.
 *
 * @param layout of the words with which a row begins
 */
record OrderedState(Partitions partitions, OrderedRows ordered, KeyLayout layout)
    implements Checkpointed {
  /** About how many bytes it takes. */
  long bytes() {
    return ordered.bytes() + partitions.bytes();
  }

  /** Adds the dictionary codes that it holds. */
  void mark(CodeSet live) {
    partitions.mark(live);
    GroupRows rows = ordered.rows();
    boolean[] isFree = rows.isFree();
    for (int slot = 0; slot < isFree.length; slot++) {
      if (!isFree[slot]) {
        layout.mark(rows.page(slot), rows.offset(slot), live);
      }
    }
  }

  @Override
  public StateImage capture() {
    StateImage ofPartitions = partitions.capture();
    StateImage ofRows = ordered.rows().capture();
    return out -> {
      ofPartitions.writeTo(out);
      ofRows.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    partitions.restore(in);
    ordered.rows().restore(in);
    ordered.relink();
  }
}
