package dev.leat.engine.internal.checkpoint;

/** The state of something at one moment, to be written once, by any thread, in its own time. */
@FunctionalInterface
public interface StateImage {
  /** The image of what keeps no state. */
  StateImage EMPTY = out -> {};

  /** Writes it. */
  void writeTo(StateWriter out);
}
