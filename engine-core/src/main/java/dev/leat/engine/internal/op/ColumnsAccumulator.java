package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An aggregate that looks at several columns of a row. */
abstract class ColumnsAccumulator extends Accumulator {
  private final Column[] single = new Column[1];

  @Override
  abstract void add(GroupedRows groups, Column[] operands, Batch rows);

  @Override
  final void add(GroupedRows groups, @Nullable Column operand, Batch rows) {
    single[0] = Objects.requireNonNull(operand);
    add(groups, single, rows);
  }
}
