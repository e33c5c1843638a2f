package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.internal.state.CountedSet;
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
  private int[] changedGroups = new int[64];
  private long[] changedWeights = new long[64];

  DistinctAccumulator(Accumulator delegate, boolean isEncoded, Hashing hashing) {
    this.delegate = delegate;
    this.isEncoded = isEncoded;
    this.counts = new CountedSet(hashing);
  }

  @Override
  void ensure(int groups) {
    delegate.ensure(groups);
  }

  @Override
  void add(int[] groups, @Nullable Column operand, Batch rows) {
    Column values = Objects.requireNonNull(operand);
    Column changed = changes.column(0);
    changed.reset(rows.count());
    if (changedGroups.length < rows.count()) {
      changedGroups = new int[changed.words().length];
      changedWeights = new long[changed.words().length];
    }
    int size = 0;
    for (int i = 0; i < rows.count(); i++) {
      int row = rows.row(i);
      if (values.isNull(row)) {
        continue;
      }
      long weight = rows.weight(row);
      long now = counts.add(groups[row], values.word(row), weight);
      int change = (now > 0 ? 1 : 0) - (now - weight > 0 ? 1 : 0);
      if (change != 0) {
        changed.set(size, values.word(row));
        changedGroups[size] = groups[row];
        changedWeights[size++] = change;
      }
      if (now == 0) {
        counts.remove(groups[row], values.word(row));
      }
    }
    changes.fill(size, changedWeights);
    delegate.add(changedGroups, changed, changes);
  }

  @Override
  void write(int[] groups, int count, Column out, int first, RowErrors errors) {
    delegate.write(groups, count, out, first, errors);
  }

  @Override
  void clear(int group) {
    delegate.clear(group);
  }

  @Override
  void mark(CodeSet live) {
    delegate.mark(live);
    if (isEncoded) {
      counts.mark(live);
    }
  }
}
