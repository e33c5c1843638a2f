package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.CodeSet;
import dev.leat.engine.internal.batch.Hashing;
import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupKeys;
import dev.leat.engine.plan.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Numbers the partitions that rows are of, by the values of some columns; one without columns. */
final class Partitions {
  private final @Nullable GroupKeys keys;
  private int[] slots = new int[0];

  Partitions(Schema schema, List<String> columns, Hashing hashing) {
    keys =
        columns.isEmpty()
            ? null
            : GroupKeys.of(schema, columns.stream().mapToInt(schema::find).toArray(), 0, hashing);
  }

  /** The partition of each selected row of a batch, by row; valid until the next call. */
  int[] find(Batch batch) {
    if (slots.length < batch.rows()) {
      slots = new int[batch.rows() + (batch.rows() >> 1)];
    }
    if (keys != null) {
      keys.findOrAdd(batch, slots);
    }
    return slots;
  }

  /** Forgets a partition that has no row any more. */
  void remove(int partition) {
    if (keys != null) {
      keys.remove(partition);
    }
  }

  /** About how many bytes they take. */
  long bytes() {
    return keys == null ? 0 : keys.bytes() + (long) keys.bound() * Integer.BYTES;
  }

  /** Adds the dictionary codes that they hold. */
  void mark(CodeSet live) {
    if (keys != null) {
      keys.mark(live);
    }
  }

  StateImage capture() {
    return keys == null ? StateImage.EMPTY : keys.capture();
  }

  void restore(StateReader in) {
    if (keys != null) {
      keys.restore(in);
    }
  }
}
