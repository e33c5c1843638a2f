package dev.leat.engine.internal.op;

import dev.leat.engine.internal.batch.StagedRows;
import java.util.List;

/** Where the rows of an input come into the graph. */
public interface InputOperator extends Operator {
  /**
   * Says that the engine was opened, and what the clock said then: a stream is not silent for as
   * long as nobody listens. Of no matter where no event time is declared.
   *
   * <p>Called when that happens, and before {@link #startEpoch} of the epoch whose record says it.
   */
  default void opened(long clockMicros) {}

  /**
   * Says when the epoch of the next step was closed, before its rows are staged.
   *
   * @param tickMicros microseconds since 1970; may be less than that of the epoch before
   */
  default void startEpoch(long tickMicros) {}

  /**
   * Says that rows that happened before a time are no longer expected; holds when the next step is
   * done. Of no matter where no event time is declared.
   *
   * @param micros since 1970; may be less than what was said before
   */
  default void advanceWatermark(long micros) {}

  /** How many rows it left out because they repeat others. */
  default long duplicateRows() {
    return 0;
  }

  /** Gives it the rows for its next step, in the order of the log; none if there are none. */
  void stage(List<StagedRows> sections);
}
