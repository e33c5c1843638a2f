package dev.leat.engine.testkit;

/**
 * One thing that happens to an engine in a {@link CrashRun}.
 *
 * @param kind what happens
 * @param seed of whatever is picked for it, so that leaving out other moves does not change it
 */
record CrashMove(Kind kind, long seed) {
  /** What can happen. */
  enum Kind {
    /** Rows are appended; nobody steps. */
    APPEND,
    /** The engine steps. */
    STEP,
    /** A checkpoint is taken. */
    CHECKPOINT,
    /** All views are compared. */
    READ,
    /** Time passes. */
    TICK,
    /** The clock is set to another time. */
    JUMP,
    /** The engine is closed in order; what needs it opens it again. */
    REOPEN,
    /** The process dies between two calls. */
    KILL,
    /** The power goes between two calls. */
    POWER_CUT,
    /** The process will die at one of the next calls to the operating system. */
    KILL_SOON,
    /** One of the next calls to the operating system will fail. */
    FAULT_SOON,
    /** Calls to the operating system fail at random. */
    FAULTS,
    /** The disk is full. */
    FULL_DISK,
    /** Everything works again. */
    HEAL
  }

  @Override
  public String toString() {
    return kind + "(" + Long.toHexString(seed) + ")";
  }
}
