package dev.leat.engine.internal.checkpoint;

/**
 * Something whose state is kept in checkpoints.
 *
 * <p><b>Law.</b> A new instance that {@link #restore}s what another one {@link #capture}d goes on
 * exactly as that one would have: the same rows in, the same changes out, in the same order.
 *
 * <p><b>Threading.</b> {@code capture} is called between two steps, by the thread that steps or
 * under the lock that keeps it out. It must be quick, because the engine stands still meanwhile: it
 * keeps references to pages that are copied before they change, not copies of what grows with the
 * state. What it gives is written later, by another thread, while steps go on.
 */
public interface Checkpointed {
  /** The state as it is now; stays as it is whatever happens next. */
  StateImage capture();

  /**
   * Takes over what was captured. Called on a new instance, before its first step, which must then
   * not bring what only a first step brings.
   *
   * @param in has just what the image wrote, to be read in the same order
   * @throws dev.leat.engine.EngineException CORRUPT if that cannot be
   */
  void restore(StateReader in);
}
