package dev.leat.engine.internal.exec;

/** Is told the changes of a view, one call at a time; see {@link Delivery}. */
public interface ChangeListener {
  /**
   * Takes changes.
   *
   * @param changes valid during the call only; if it throws, it gets the same again
   */
  void changed(ViewChanges changes);
}
