package dev.leat.engine.internal.exec;

import dev.leat.engine.internal.batch.Batch;
import dev.leat.engine.internal.batch.Dictionary;

/** Is told the changes of a view, by the thread that steps. */
public interface ChangeListener {
  /**
   * Takes the changes of one epoch; called only if there are some, while the state is locked.
   *
   * @param position of the epoch
   * @param changes valid during the call only
   * @param values decodes them
   * @return what is to be done when the state is no longer locked, before the next step
   */
  Runnable changed(long position, Batch changes, Dictionary.Values values);
}
