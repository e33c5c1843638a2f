package dev.leat.engine;

/** Who takes rows through the engine. */
public enum Threading {
  /** A thread of the engine's own. Appending waits until the rows are acknowledged. */
  OWN_THREAD,
  /**
   * The host, by calling {@link Engine#step()}. Appending does not wait, and gives the position
   * that the rows will have; they are acknowledged when the step that takes them is done.
   */
  HOST
}
