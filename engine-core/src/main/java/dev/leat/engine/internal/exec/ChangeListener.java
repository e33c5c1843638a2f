package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;

/** Is told the changes of a view, by the thread that steps, when the step is done. */
public interface ChangeListener {
  /**
   * Takes the changes of one epoch; called only if there are some.
   *
   * @param position of the epoch
   * @param changes valid during the call only
   * @param values decodes them
   */
  void changed(long position, Batch changes, Dictionary.Values values);
}
