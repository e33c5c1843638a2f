package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Column;
import dev.leat.engine.internal.expr.RowErrors;
import dev.leat.engine.plan.Schema;
import dev.leat.engine.plan.Sessions;

/** The times of rows that become sessions. */
final class SessionTimes {
  private final int column;
  private final String name;
  private final long gap;
  private final long latest;

  SessionTimes(Sessions sessions, Schema schema) {
    this.name = sessions.time();
    this.column = schema.find(name);
    this.gap = sessions.window().micros();
    this.latest = Long.MAX_VALUE - gap;
  }

  /** Marks the rows that cannot be of any session. */
  void check(Batch in, RowErrors errors) {
    Column times = in.column(column);
    boolean hasNulls = times.nulls() != null;
    int[] selection = in.selection();
    for (int i = 0; i < in.count(); i++) {
      int row = selection == null ? i : selection[i];
      if (hasNulls && times.isNull(row)) {
        errors.fail(row, "the time of a session is null: " + name);
      } else if (times.word(row) > latest) {
        errors.fail(row, "a session's end does not fit an instant: " + name + " + gap");
      }
    }
  }

  /** The column of the times. */
  int column() {
    return column;
  }

  /** The gap in microseconds. */
  long gap() {
    return gap;
  }
}
