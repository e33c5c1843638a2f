package dev.leat.engine.internal.expr;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.plan.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression with parts that are read more than once: says when the rows of a batch begin.
 *
 * @param kernel the whole expression
 * @param parts those of its kernels that are shared
 */
record SharingKernel(Kernel kernel, List<SharedKernel> parts) implements Kernel {
  @Override
  public Type type() {
    return kernel.type();
  }

  @Override
  public boolean canFail() {
    return kernel.canFail();
  }

  @Override
  public Column evaluate(Batch batch, int @Nullable [] selection, int count, RowErrors errors) {
    for (int i = 0; i < parts.size(); i++) {
      parts.get(i).forget();
    }
    return kernel.evaluate(batch, selection, count, errors);
  }
}
