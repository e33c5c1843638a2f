package dev.leat.engine.internal.op;

import dev.leat.engine.internal.checkpoint.StateImage;
import dev.leat.engine.internal.checkpoint.StateReader;
import dev.leat.engine.internal.state.GroupRows;
import dev.leat.engine.internal.state.RowTimes;
import dev.leat.engine.plan.Forgetting;
import dev.leat.engine.plan.Node;
import org.jspecify.annotations.Nullable;

/**
 * When the rows of a table are forgotten. A row that is due is forgotten before the rows of an
 * epoch are looked at: one that is put in then is a new one, and one that is deleted is not there.
 */
final class RowExpiry {
  private final TickTime time;
  private final long afterMicros;
  private final RowTimes times;

  private RowExpiry(Forgetting forgetting, TickTime time, GroupRows rows) {
    this.time = time;
    this.afterMicros = forgetting.afterMicros();
    this.times = new RowTimes(rows);
  }

  /** Of the rows of a table; null if it does not forget. */
  static @Nullable RowExpiry of(Node.Input table, TickTime time, GroupRows rows) {
    Forgetting forgetting = table.forgetting();
    return forgetting == null ? null : new RowExpiry(forgetting, time, rows);
  }

  /** Is a row to be forgotten? */
  boolean isDue() {
    return times.isDue(time.micros());
  }

  /** The slot of the first row that is due; there must be one. It is no longer due. */
  int removeFirst() {
    return times.removeFirst();
  }

  /** A row was put in, again or for the first time. */
  void wasPut(int slot) {
    times.put(slot, time.micros() + afterMicros);
  }

  /** A row is not there any more. */
  void wasDeleted(int slot) {
    times.remove(slot);
  }

  long bytes() {
    return times.bytes();
  }

  StateImage capture() {
    return times.capture();
  }

  /** After the rows were restored. */
  void restore(StateReader in) {
    times.restore(in);
  }
}
