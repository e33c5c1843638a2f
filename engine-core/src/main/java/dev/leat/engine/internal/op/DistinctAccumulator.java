package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.CountedSet;
import dev.leat.engine.internal.state.TouchedRows;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Passes each distinct value of a group on to another accumulator once: when it comes for the first
 * time, and, with weight -1, when the last of its kind is taken back.
 */
final class DistinctAccumulator extends Accumulator {
  private final Accumulator delegate;
  private final boolean isEncoded;
  private final CountedSet counts;
  private final Batch changes = new Batch(1);
  private final GroupedRows changedGroups = new GroupedRows();
  private long[] changedWeights = new long[64];

  DistinctAccumulator(Accumulator delegate, boolean isEncoded, Hashing hashing) {
    this.delegate = delegate;
    this.isEncoded = isEncoded;
    this.counts = new CountedSet(hashing);
  }

  @Override
  void initialize(long[] row) {
    delegate.initialize(row);
  }

  @Override
  void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    Column changed = changes.column(0);
    changed.reset(rows.count());
    changedGroups.ensure(rows.count());
    changedGroups.within(groups.words());
    if (changedWeights.length < rows.count()) {
      changedWeights = new long[changed.words().length];
    }
    int size = 0;
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (values.isNull(row)) {
        continue;
      }
      long weight = rows.weight(row);
      int slot = groups.slots()[row];
      long now = counts.add(slot, values.word(row), weight);
      int change = (now > 0 ? 1 : 0) - (now - weight > 0 ? 1 : 0);
      if (change != 0) {
        changed.set(size, values.word(row));
        changedGroups.slots()[size] = slot;
        changedGroups.at()[size] = groups.at()[row];
        changedWeights[size++] = change;
      }
      if (now == 0) {
        counts.remove(slot, values.word(row));
      }
    }
    changes.fill(size, changedWeights);
    delegate.add(changedGroups, changed, changes);
  }

  @Override
  void settle(TouchedRows touched) {
    delegate.settle(touched);
  }

  @Override
  void write(long[] rows, int stride, int first, int end, Column out, RowErrors errors) {
    delegate.write(rows, stride, first, end, out, errors);
  }

  @Override
  @Nullable RowResult rowResult() {
    return delegate.rowResult();
  }

  @Override
  boolean isTold() {
    return delegate.isTold();
  }

  @Override
  void clear(int slot) {
    delegate.clear(slot);
  }

  @Override
  void end(BitSet slots) {
    counts.removeAll(slots);
    delegate.end(slots);
  }

  @Override
  void mark(long[] words, int row, CodeSet live) {
    delegate.mark(words, row, live);
  }

  @Override
  long besideBytes() {
    return counts.bytes() + delegate.besideBytes();
  }

  @Override
  void mark(CodeSet live) {
    delegate.mark(live);
    if (isEncoded) {
      counts.mark(live);
    }
  }

  @Override
  public StateImage capture() {
    StateImage values = counts.capture();
    StateImage others = delegate.capture();
    return out -> {
      values.writeTo(out);
      others.writeTo(out);
    };
  }

  @Override
  public void restore(StateReader in) {
    counts.restore(in);
    delegate.restore(in);
  }
}
