package dev.leat.engine.testkit;

import java.time.Instant;

/**
 * An epoch that was brought to the log, or may have been.
 *
 * @param appends how many appends are in the log when it is, with those of all epochs before
 * @param time what the clock said
 * @param level what is known of it
 */
record CrashCut(int appends, Instant time, Level level) {
  /** What is known of an epoch, each more than the one before. */
  enum Level {
    /** A step has begun, and did not end well. */
    TRIED,
    /** It is acknowledged, and survives the death of the process. */
    LOGGED,
    /** It survives a power cut. */
    SYNCED
  }

  CrashCut atLeast(Level other) {
    return level.compareTo(other) >= 0 ? this : new CrashCut(appends, time, other);
  }
}
