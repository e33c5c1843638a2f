package dev.leat.engine.iceberg.internal.write;

import dev.leat.engine.SinkChanges;
import dev.leat.engine.iceberg.internal.parquet.ColumnCells;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** A row of changes as Iceberg's transforms read it; moved from row to row. */
final class ChangeRow implements StructLike {
  private SinkChanges changes;
  private int row;

  ChangeRow(SinkChanges changes) {
    this.changes = changes;
  }

  ChangeRow at(SinkChanges of, int index) {
    changes = of;
    row = index;
    return this;
  }

  @Override
  public int size() {
    return changes.schema().size();
  }

  @Override
  public <T> @Nullable T get(int position, Class<T> type) {
    return type.cast(
        ColumnCells.internal(changes, row, position, changes.schema().field(position).type()));
  }

  @Override
  public <T> void set(int position, T value) {
    throw new UnsupportedOperationException("rows are only read");
  }
}
