package dev.leat.engine.internal.exec;

import java.util.function.LongConsumer;

/** What a runtime asks of whatever takes its checkpoints. */
interface Checkpointing {
  /** Takes them from now on when they are due, on a thread of its own. */
  void startThread();

  /**
   * Is told what is in the views now.
   *
   * @param recordBytes the bytes of all records that were replayed or appended so far
   */
  void passed(long position, long recordBytes);

  /** Is told that a checkpoint would have more than the last one, though no epoch came. */
  void changed();

  /**
   * Sets who is told, after each checkpoint, the position of the oldest one that is kept, before
   * the log is released up to there.
   */
  void onOldest(LongConsumer listener);

  /** Takes one if it is due; for a host that steps, when it has done so. */
  void takeIfDue();

  /**
   * Is told that the log has no room: soon, or with the next {@link #takeIfDue}, it is let go of
   * what nobody needs any more, though no checkpoint is due.
   */
  void logIsFull();

  /**
   * Takes one now, unless the newest already has everything.
   *
   * @return its position
   * @throws dev.leat.engine.EngineException if it could not be taken, and the engine goes on
   *     without; INVALID if there are none
   */
  long take();

  /**
   * What is known of them.
   *
   * @throws dev.leat.engine.EngineException INVALID if there are none
   */
  CheckpointFacts facts();

  /** Lets none begin any more: the engine failed. */
  void stop();

  /** Waits for the one that is being written, and lets none begin any more but the last. */
  void close();

  /** Takes the last one, of an engine that is closed in order; does not throw. */
  void takeLast();
}
